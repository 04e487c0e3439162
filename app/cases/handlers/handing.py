"""Handing tasks to people: assign, delegate, and the day on which the holder looks again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from app.cases import handing, history, task_events
from app.cases.commands import AssignTask, DelegateTask, SetFollowUp
from app.cases.handing import Colleague
from app.cases.handlers.tasks import locked_task
from app.cases.journal import record
from app.cases.model import Case
from app.engine.model import OpenTaskRow
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones

MAX_REASON = 1_000
FARTHEST = timedelta(days=366)


@handles(AssignTask)
def assign_task(command: AssignTask, uow: UnitOfWork) -> dict[str, Any]:
    """By heads within their units, by supervisors everywhere."""
    row, case = locked_task(uow, command.task_id, "task.reassign")
    return _give(uow, row, case, task_events.CaseTaskAssigned, command.user_id, command.reason, "reason",
                 even_absent=command.even_absent)


@handles(DelegateTask)
def delegate_task(command: DelegateTask, uow: UnitOfWork) -> dict[str, Any]:
    """Only what one holds, and only to colleagues of the task's groups."""
    row, case = locked_task(uow, command.task_id, "task.delegate")
    _must_hold(uow, row)
    return _give(uow, row, case, task_events.CaseTaskDelegated, command.user_id, command.note, "note",
                 even_absent=command.even_absent)


@handles(SetFollowUp)
def set_follow_up(command: SetFollowUp, uow: UnitOfWork) -> dict[str, Any]:
    """A note to oneself that the group can see; the legal clock knows nothing of it."""
    row, case = locked_task(uow, command.task_id, "task.follow_up")
    _must_hold(uow, row)
    today, on = zones.local_now(uow).date(), command.on
    if on is not None and not today < on <= today + FARTHEST:
        raise _invalid("on", msg("Please choose a day after today and within a year."))
    if on != row.follow_up_on:
        row.follow_up_on = on
        at = datetime.combine(on, time(), zones.zone_of(uow.session, uow.tenant_id)) if on else None
        record(uow, case, task_events.CaseTaskFollowUpSet, at=at, **history.task_codes(row))
    return {"case_id": str(case.id)}


def _must_hold(uow: UnitOfWork, row: OpenTaskRow) -> None:
    if row.claimed_by is None or row.claimed_by != uow.actor.user_id:
        raise Conflict(msg("Take the task first."))


def _give(uow: UnitOfWork, row: OpenTaskRow, case: Case, kind: type[task_events.HandedEvent], user_id: UUID | None,
          text: str, field: str, *, even_absent: bool) -> dict[str, Any]:
    """The receiver holds it now; the holder's own plan for it ends."""
    text = text.strip()
    if len(text) > MAX_REASON:
        raise _invalid(field, msg("At most %(limit)s characters."), limit=MAX_REASON)
    receiver = _receiver(uow, row, user_id)
    if row.claimed_by == receiver.user_id:
        return {"case_id": str(case.id), "name": receiver.name}
    if receiver.away_until is not None and not even_absent:
        raise _away(uow, receiver)
    handing.give(uow, row, case, kind, receiver, text)
    return {"case_id": str(case.id), "name": receiver.name}


def _receiver(uow: UnitOfWork, row: OpenTaskRow, user_id: UUID | None) -> Colleague:
    found = next((one for one in handing.receivers(uow.session, uow.actor, row) if one.user_id == user_id), None)
    if found is None:
        raise _invalid("user_id", msg("Please choose somebody who may do this task."))
    return found


def _away(uow: UnitOfWork, receiver: Colleague) -> Invalid:
    until = (receiver.away_until or uow.now).astimezone(zones.zone_of(uow.session, uow.tenant_id))
    params = {"name": receiver.name, "until": f"{until - timedelta(seconds=1):%Y-%m-%d}",
              "substitute": receiver.substitute, "substitute_id": str(receiver.substitute_id or "")}
    if receiver.substitute:
        return _invalid("user_id", msg("%(name)s is away until %(until)s; %(substitute)s stands in."), **params)
    return _invalid("user_id", msg("%(name)s is away until %(until)s, and nobody stands in."), **params)


def _invalid(field: str, text: str, **params: Any) -> Invalid:
    return Invalid(msg("Please check what is marked."), fields={field: [(text, params)]})
