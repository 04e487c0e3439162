"""Lists over many cases: search, a resident's own, incidents, counts, texts to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import access, outside, sources
from app.cases.model import REQUEST, Case, Person, every
from app.cases.queries.parts import incident_view
from app.cases.queries.rows import Names, case_rows
from app.cases.queries.standing import Standing, Through, at_element, through_element
from app.cases.queries.veil import Veils
from app.cases.views import CaseRow, Counts, IncidentView
from app.deadlines.model import Deadline
from app.engine.model import IncidentRow
from app.kernel import clock
from app.kernel.commands import Actor
from app.tenancy import search

MOST_FOUND = 300
MUCH = 0.5
"""How much of what was asked a request must hold to be listed."""


def search_cases(session: Session, actor: Actor, *, q: str = "", phase: str | None = None, unit: str | None = None,
                 status: str | None = None, standing: Standing | None = None, through: Through | None = None,
                 limit: int = 100) -> list[CaseRow]:
    """By number, words of the resident, place, service; a phone number only for who may see persons.

    `standing`: only open cases with a token there, `through`: only those that went through it; both with internal
    matters that the reader has to do with.
    """
    policy.require(actor, "case.search")
    query = select(Case).order_by(Case.id.desc()).limit(limit)
    bound = outside.bound_to(actor, outside.provider_units(session))
    if bound is not None:
        query = query.where(Case.unit.in_(bound))
    for column, value in ((Case.phase, phase), (Case.unit, unit), (Case.status, status)):
        if value:
            query = query.where(column == value)
    if standing is not None:
        query = every(query.where(at_element(standing)))
    if through is not None:
        query = every(query.where(through_element(through)))
    q, services = q.strip(), list[str]()
    if q:
        services = [code for code, names in sources.names(session, "services").items()
                    if q.lower() in f"{code} {names[0]} {names[1]}".lower()]
        said = [UUID(one.ref) for one in search.find(session, q, ("case",), MOST_FOUND, least=MUCH)]
        found = [Case.number.contains(q, autoescape=True), Case.id.in_(said), Case.service.in_(services)]
        if policy.can(actor, "person.read") and q.isdecimal():
            found.append(Case.person_id.in_(select(Person.id).where(Person.phone == q)))
        query = query.where(or_(*found))
    veils, rows = Veils(session, actor), list(session.scalars(query))
    rows = [case for case in rows if case.nature == REQUEST or access.may_read_matter(session, actor, case)]
    if q:
        rows = [case for case in rows if not veils.of(case).hidden or q in case.number
                or case.service in services]  # words and phones that a reader may not see find nothing either
    return case_rows(session, rows, veils)


def cases_of_user(session: Session, user_id: UUID, limit: int = 200) -> list[CaseRow]:
    """The requests of a signed-in resident, the newest first."""
    own = select(Person.id).where(Person.user_id == user_id)
    query = select(Case).where(Case.person_id.in_(own)).order_by(Case.id.desc()).limit(limit)
    return case_rows(session, list(session.scalars(query)))


def incidents(session: Session, actor: Actor, *, limit: int = 200) -> list[IncidentView]:
    """Open ones first, then the newest settled ones."""
    policy.require(actor, "incident.read")
    query = (select(IncidentRow, Case)
             .join(Case, (Case.tenant_id == IncidentRow.tenant_id) & (Case.instance_id == IncidentRow.instance_id),
                   isouter=True)
             .order_by(IncidentRow.resolved_at.is_not(None), IncidentRow.id.desc()).limit(limit))
    return [incident_view(row, case.id if case else None, case.number if case else "")
            for row, case in session.execute(every(query))]


def counts(session: Session) -> Counts:
    """How many cases stand where."""
    def by(column: object, *conditions: object) -> dict[str, int]:
        query = select(column, func.count()).where(*conditions).group_by(column)  # type: ignore[call-overload]
        return {str(row[0]): int(row[1]) for row in session.execute(query) if row[0] is not None}

    status, names = by(Case.status), Names(session)
    passed = select(Deadline.case_id).where(Deadline.state == "running", Deadline.due_at < clock.now())
    late = session.scalar(select(func.count()).select_from(Case).where(Case.status == "open", Case.id.in_(passed)))
    units = sorted(by(Case.unit, Case.status == "open").items())
    return Counts(
        open=status.get("open", 0), closed=status.get("closed", 0), late=int(late or 0),
        by_phase=by(Case.phase, Case.status == "open"), by_outcome=by(Case.outcome),
        by_unit=tuple((code, *names.unit(code), number) for code, number in units), by_module=by(Case.module))


def closed_case_texts(session: Session, tenant_id: UUID) -> Iterator[tuple[str, str]]:
    """(text, service code) of closed and not erased cases that were handled, the oldest first."""
    query = select(Case.text, Case.service).where(
        Case.tenant_id == tenant_id, Case.status == "closed", Case.service.is_not(None), Case.text != "",
        Case.outcome.in_(("satisfied", "unrated", "unresolved"))).order_by(Case.id)
    for text, service in session.execute(query):
        yield text, service or ""
