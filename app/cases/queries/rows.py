"""From rows to views: names, places, colours, the plain sentence of where a case stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import sources
from app.cases.model import Case, Person
from app.cases.queries.veil import OPEN, Veil, Veils, masked
from app.cases.views import CaseRow, PersonView, Sentence
from app.deadlines.model import Deadline
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import msg
from app.tenancy.model import Place, Unit

EMPTY = ("", "")
START_LENGTH = 60

PHASE_SENTENCES = {
    "submit": Sentence(msg("We have your request and will look at it shortly.")),
    "intake": Sentence(msg("We have your request and are checking it.")),
    "classify": Sentence(msg("We are finding out who can help you.")),
    "dispatch": Sentence(msg("We are passing your request to the unit that can help.")),
    "reply": Sentence(msg("A unit is working on your request.")),
    "feedback": Sentence(msg("There is a reply. Please tell us whether it helped.")),
}
OUTCOME_SENTENCES = {
    "satisfied": Sentence(msg("Closed. Thank you for telling us that it helped.")),
    "unrated": Sentence(msg("Closed with a reply. Nobody told us whether it helped.")),
    "not_accepted": Sentence(msg("We cannot take this on. The reason and the right place stand below.")),
    "withdrawn": Sentence(msg("You have taken this request back.")),
    "joined": Sentence(msg("Closed together with an earlier request about the same thing.")),
    "unresolved": Sentence(msg("Closed without a solution. The reason stands below.")),
}
CLOSED = Sentence(msg("This request is closed."))


class Names:
    """Names of codes in both languages, read once for a page."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._services: dict[str, tuple[str, str]] | None = None
        self._units: dict[str, tuple[str, str]] | None = None

    def service(self, code: str | None) -> tuple[str, str]:
        """(zh, en); the code itself when nobody names it."""
        if self._services is None:
            self._services = sources.names(self.session, "services")
        return EMPTY if code is None else self._services.get(code, (code, code))

    def unit(self, code: str | None) -> tuple[str, str]:
        """(zh, en), also of a unit that is no longer active."""
        if self._units is None:
            self._units = {unit.code: (unit.name_zh, unit.name_en) for unit in self.session.scalars(select(Unit))}
        return EMPTY if code is None else self._units.get(code, (code, code))


def plain_status(case: Case) -> Sentence:
    """Where the case stands, in words for its resident."""
    if case.status == "closed":
        return OUTCOME_SENTENCES.get(case.outcome or "", CLOSED)
    if case.rounds > 1 and case.phase in ("classify", "dispatch", "reply"):
        return Sentence(msg("Your request is being handled once more."))
    return PHASE_SENTENCES.get(case.phase, PHASE_SENTENCES["submit"])


def colour(deadlines: Iterable[Deadline], now: datetime) -> str:
    """The worst of the running clocks."""
    found = "grey"
    for row in deadlines:
        if row.state != "running":
            continue
        if row.due_at < now:
            return "red"
        if row.warn_at is not None and row.warn_at < now:
            found = "yellow"
        elif found == "grey":
            found = "green"
    return found


def clocks_of(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, list[Deadline]]:
    """The clocks of several cases."""
    found: dict[UUID, list[Deadline]] = {}
    for row in session.scalars(select(Deadline).where(Deadline.case_id.in_(case_ids))):
        found.setdefault(row.case_id, []).append(row)
    return found


def places_of(session: Session, cases: Sequence[Case]) -> dict[UUID, str]:
    """Case id -> the place in words."""
    wanted = {case.place_id for case in cases if case.place_id}
    names: dict[UUID, str] = {}
    if wanted:
        names = {row.id: row.name for row in session.scalars(select(Place).where(Place.id.in_(wanted)))}
    found = {}
    for case in cases:
        parts = [names.get(case.place_id, "") if case.place_id else "", case.place_text or ""]
        found[case.id] = " ".join(part for part in parts if part)
    return found


def case_values(case: Case, names: Names, place: str, deadlines: Iterable[Deadline],
                veil: Veil = OPEN) -> dict[str, Any]:
    """The fields of CaseRow."""
    service, unit = names.service(case.service), names.unit(case.unit)
    start = " ".join(veil.words(case.text).split())
    return {
        "case_id": case.id, "number": case.number, "nature": case.nature, "service_zh": service[0],
        "service_en": service[1], "unit_zh": unit[0], "unit_en": unit[1], "module": case.module,
        "service": case.service, "unit": case.unit,
        "kind": case.kind, "urgency": case.urgency, "phase": case.phase, "status": case.status,
        "outcome": case.outcome, "place": veil.cover(place), "channel": case.channel,
        "text_start": start[:START_LENGTH] + ("…" if len(start) > START_LENGTH else ""),
        "submitted_at": case.submitted_at, "closed_at": case.closed_at, "promised_at": case.promised_at,
        "colour": colour(deadlines, clock.now()), "plain_status": plain_status(case)}


def case_rows(session: Session, cases: Sequence[Case], veils: Veils | None = None) -> list[CaseRow]:
    """Rows for lists, with three queries however many cases there are. Without `veils`: for the resident."""
    names, places = Names(session), places_of(session, cases)
    clocks = clocks_of(session, [case.id for case in cases])
    return [CaseRow(**case_values(case, names, places[case.id], clocks.get(case.id, ()),
                                  veils.of(case) if veils else OPEN)) for case in cases]


def person_of_case(session: Session, actor: Actor, case: Case) -> PersonView | None:
    """Who asked, for those who may know; None for anonymous requests."""
    if case.person_id is None or not policy.can(actor, "person.read", case):
        return None
    person = session.get(Person, (case.tenant_id, case.person_id))
    if person is None:
        return None
    hidden = Veils(session, actor).of(case).hidden
    phone = masked(person.phone) if person.phone and "phone" in hidden else person.phone
    return PersonView(person.id, None if "name" in hidden else person.name, phone, person.erased_at is not None,
                      bool(hidden & {"name", "phone"}))


def person_of_number(session: Session, number: str) -> UUID | None:
    """Whose request a number is; None for an unknown number and for a request without a name."""
    return session.scalars(select(Case.person_id).where(Case.number == number)).first()
