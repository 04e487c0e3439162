"""Visits agreed with a resident: written when the diagram says so, read by the resident's page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import events
from app.cases.effects import Agree
from app.cases.journal import record
from app.cases.model import Appointment, Case
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

AGREED, REPLACED = "agreed", "replaced"
WISHES, MOST_WISHES = "wished_slots", 5


def latest(session: Session, case: Case) -> Appointment | None:
    """The visit agreed last, whatever became of it."""
    query = select(Appointment).where(Appointment.case_id == case.id).order_by(Appointment.id.desc()).limit(1)
    return session.scalars(query).one_or_none()


def agree(uow: UnitOfWork, case: Case, effect: Agree) -> None:
    """A new visit; one that was still agreed is replaced by it."""
    before = latest(uow.session, case)
    if before is not None and before.state == AGREED:
        before.state = REPLACED
    uow.session.add(Appointment(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, visit_on=effect.on,
                                part=effect.part, note=effect.note, price=effect.price, state=AGREED, at=uow.now))
    uow.session.flush()
    record(uow, case, events.CaseAppointmentChanged, state=AGREED, visit_on=effect.on)


def end(uow: UnitOfWork, case: Case, state: str) -> None:
    """What became of the visit; nothing when none was agreed."""
    found = latest(uow.session, case)
    if found is not None and found.state == AGREED:
        found.state = state
        record(uow, case, events.CaseAppointmentChanged, state=state, visit_on=found.visit_on)


def wishes(fields: Mapping[str, Any]) -> list[dict[str, str]]:
    """The times that a form asked for, as days and codes: what a process may know of a form that residents fill."""
    rows = fields.get(WISHES)
    found = []
    for row in rows if isinstance(rows, list) else ():
        on, part = (row.get("on"), row.get("part")) if isinstance(row, Mapping) else (None, None)
        if isinstance(on, str) and _is_day(on):
            found.append({"on": on, "part": part if isinstance(part, str) and part.isidentifier() else ""})
    return found[:MOST_WISHES]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
