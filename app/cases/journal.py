"""Writes the journal of a case and its domain events; every event tells how the case stands at that moment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.cases import events
from app.cases.model import Case, CaseEntry
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

ENTRY_EVENTS: dict[str, type[events.EntryEvent]] = {
    "reply": events.CaseReplied, "return": events.CaseReturned, "question": events.CaseQuestionAsked,
    "answer": events.CaseQuestionAnswered, "contact": events.CaseContacted, "extension": events.CaseExtensionNoted,
    "ruling": events.CaseRuled, "not_accepted": events.CaseNotAccepted,
}


def codes(case: Case) -> dict[str, Any]:
    """The fields that every event of a case carries."""
    return {"case_id": case.id, "channel": case.channel, "phase": case.phase, "module": case.module,
            "service": case.service, "kind": case.kind, "urgency": case.urgency, "unit": case.unit,
            "person_id": case.person_id, "place_id": case.place_id}


def record(uow: UnitOfWork, case: Case, kind: type[events.CaseEvent], definitions: dict[str, Any] | None = None,
           **data: Any) -> None:
    """Store an event of this case."""
    uow.record(kind(**(codes(case) | data)), case_id=case.id, definitions=definitions)


def by_resident(uow: UnitOfWork) -> bool:
    """Whether the one who acts does so as a resident."""
    return uow.actor.kind == "guest" or "resident" in uow.actor.roles


def write_entry(uow: UnitOfWork, case: Case, kind: str, body: str, visibility: str, element_id: str | None = None,
                attachment_ids: tuple[UUID, ...] = (), **details: Any) -> CaseEntry:
    """Add a line and tell of it; `details` are further fields of the event of this kind."""
    entry = CaseEntry(
        tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, kind=kind, body=body, visibility=visibility,
        author_kind=uow.actor.kind, by_resident=by_resident(uow), by_user_id=uow.actor.user_id, unit=case.unit,
        element_id=element_id, attachment_ids=[str(i) for i in attachment_ids],
        reached=details.get("reached"), at=uow.now)
    uow.session.add(entry)
    data: dict[str, Any] = {"entry_id": entry.id, "visibility": visibility, "by_resident": entry.by_resident,
                            "element_id": element_id, **details}
    if kind in ENTRY_EVENTS:
        record(uow, case, ENTRY_EVENTS[kind], **data)
    elif kind != "rating":
        record(uow, case, events.CaseEntryAdded, entry_kind=kind, **data)
    return entry


def note_rating(uow: UnitOfWork, case: Case, rating: int | None, solved: str | None) -> None:
    """The newest rating of the case, and the event; the resident's own words stand in an entry."""
    case.rating, case.solved = rating, solved
    record(uow, case, events.CaseRated, rating=rating, solved=solved, round=case.rounds,
           source="resident" if by_resident(uow) else "caller")
