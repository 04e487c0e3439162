"""For the intake desk: who is calling, what to carry over from a call, and which task of a case comes next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import access
from app.cases.model import Case, CaseLink, Person
from app.cases.queries.rows import case_rows, places_of
from app.cases.queries.veil import Veils
from app.cases.views import CaseRow
from app.engine.model import OpenTaskRow
from app.kernel.commands import Actor

FEWEST_DIGITS, FEWEST_LETTERS, WHOLE = 4, 2, 11
MOST_ROWS, MOST_CALLERS, MOST_CASES, MOST_PLACES = 200, 4, 4, 2
SAME_CALL = "same_call"
WHO = frozenset({"name", "phone"})


@dataclass(frozen=True)
class UsedPlace:
    """Where an earlier request of somebody was about: the columns to carry over, and the words to show."""

    place_id: UUID | None
    place_text: str
    words: str


@dataclass(frozen=True)
class Caller:
    """Somebody who asked before, as the desk knows them: a name and a phone, cases (open ones first), places."""

    name: str
    phone: str
    cases: tuple[CaseRow, ...]
    open: int
    places: tuple[UsedPlace, ...]


@dataclass(frozen=True)
class Carried:
    """What a further request of the same call keeps."""

    number: str
    name: str
    phone: str
    channel: str
    place_id: UUID | None
    place_text: str


def callers(session: Session, actor: Actor, *, phone: str = "", name: str = "") -> list[Caller]:
    """By the whole phone, else by its last digits (four or more), else by name; who asked last comes first.

    Requests without a name have no person and are never among them, nor are those whose person is hidden from the
    reader. Raises Forbidden.
    """
    policy.require(actor, "case.register")
    policy.require(actor, "person.read")
    found = _persons(session, re.sub(r"[^0-9]", "", phone), name.strip())
    cases: dict[UUID, list[Case]] = {}
    query = select(Case).where(Case.person_id.in_([one.id for one in found]), Case.anonymous.is_(False))
    veils = Veils(session, actor)
    for case in session.scalars(query.order_by(Case.id.desc())):
        if veils.of(case).hidden & WHO:
            continue
        cases.setdefault(case.person_id, []).append(case)  # type: ignore[arg-type]
    known: dict[tuple[str, str], list[Case]] = {}
    for person in found:
        if person.id in cases:
            known.setdefault((person.name or "", person.phone or ""), []).extend(cases[person.id])
    return [_caller(session, veils, who, own) for who, own in list(known.items())[:MOST_CALLERS]]


def _persons(session: Session, digits: str, name: str) -> list[Person]:
    if len(digits) >= FEWEST_DIGITS:
        return _newest(session, Person.phone == digits) or (
            [] if len(digits) >= WHOLE else _newest(session, Person.phone.endswith(digits, autoescape=True)))
    return _newest(session, Person.name.contains(name, autoescape=True)) if len(name) >= FEWEST_LETTERS else []


def _newest(session: Session, condition: ColumnElement[bool]) -> list[Person]:
    query = select(Person).where(condition, Person.erased_at.is_(None)).order_by(Person.id.desc()).limit(MOST_ROWS)
    return list(session.scalars(query))


def _caller(session: Session, veils: Veils, who: tuple[str, str], own: list[Case]) -> Caller:
    first = sorted(own, key=lambda case: (case.status != "open", -case.submitted_at.timestamp()))[:MOST_CASES]
    return Caller(*who, tuple(case_rows(session, first, veils)), sum(case.status == "open" for case in own),
                  _places(session, own))


def _places(session: Session, own: Sequence[Case]) -> tuple[UsedPlace, ...]:
    words = places_of(session, own)
    used = {(case.place_id, case.place_text or ""): words[case.id] for case in own if words[case.id]}
    return tuple(UsedPlace(*place, said) for place, said in list(used.items())[:MOST_PLACES])


def carried(session: Session, actor: Actor, case_id: UUID) -> Carried:
    """From the request that was just taken in. Raises Forbidden, NotFound."""
    case = access.staff_case(session, actor, case_id)
    policy.require(actor, "person.read", case)
    hidden = case.anonymous or Veils(session, actor).of(case).hidden & WHO
    person = session.get(Person, (case.tenant_id, case.person_id)) if case.person_id and not hidden else None
    known = person if person is not None and person.erased_at is None else None
    return Carried(case.number, (known.name or "") if known else "", (known.phone or "") if known else "",
                   case.channel, case.place_id, case.place_text or "")


def taken(session: Session, actor: Actor, case_id: UUID) -> CaseRow | None:
    """One case in short, for who registers; None when there is none for this reader."""
    policy.require(actor, "case.register")
    case = session.get(Case, (session.info["tenant_id"], case_id))
    if case is None or not policy.can(actor, "case.read", case):
        return None
    return case_rows(session, [case], Veils(session, actor))[0]


def next_of_case(session: Session, actor: Actor, case_id: UUID) -> UUID | None:
    """The most pressing open task of a case that this person may do and nobody else has."""
    query = (select(OpenTaskRow).where(OpenTaskRow.business_key == str(case_id))
             .order_by(OpenTaskRow.priority.desc(), OpenTaskRow.id))
    return next((row.id for row in session.scalars(query) if policy.can(actor, "task.complete", row)
                 and row.claimed_by in (None, actor.user_id)), None)


def same_call(session: Session, case_id: UUID) -> list[Case]:
    """The other requests of the same call, in the order they came."""
    links = select(CaseLink).where(CaseLink.kind == SAME_CALL)
    firsts = {link.other_id for link in session.scalars(links.where(CaseLink.case_id == case_id))} | {case_id}
    ids = set(firsts)
    ids |= {link.case_id for link in session.scalars(links.where(CaseLink.other_id.in_(firsts)))}
    query = select(Case).where(Case.id.in_(ids - {case_id})).order_by(Case.id)
    return list(session.scalars(query))
