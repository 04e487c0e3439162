"""Time: a timer that is due takes the same path as a click."""

from __future__ import annotations

from typing import Any

from app.cases import clock_events, signals, stepping
from app.cases.commands import DeliverToCase, FireDueTimer, NoteTimerFailure
from app.cases.journal import record
from app.cases.model import Case
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel.bus import handles
from app.kernel.errors import Forbidden, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork


def require_system(uow: UnitOfWork) -> None:
    """Commands of workers come from the system only."""
    if uow.actor.kind != "system":
        raise Forbidden(msg("You may not do this."))


@handles(FireDueTimer)
def fire_due_timer(command: FireDueTimer, uow: UnitOfWork) -> dict[str, Any]:
    """Fire it if it is still due: another worker, a pause or a person may have been faster."""
    require_system(uow)
    timer = uow.session.get(TimerRow, (uow.tenant_id, command.timer_id))
    if timer is None:
        return {"fired": False}
    case, mine = stepping.locked_case(uow, timer.instance_id)
    timer = mine.rows(TimerRow).get(command.timer_id)
    if timer is None or timer.held or timer.due_at is None or timer.due_at > uow.now:
        return {"fired": False}
    stepping.fire_overdue(uow, case)
    left = mine.rows(TimerRow).get(command.timer_id)
    if left is not None:  # a cycle, or one that was moved: its next time is anybody's
        left.give_free()
    while case.status == "open" and stepping.take_early_message(uow, case):
        pass
    return {"fired": True}


@handles(NoteTimerFailure)
def note_timer_failure(command: NoteTimerFailure, uow: UnitOfWork) -> dict[str, Any]:
    """Hold the timer, so that it is not tried again and again, and let somebody look."""
    require_system(uow)
    timer = uow.session.get(TimerRow, (uow.tenant_id, command.timer_id))
    if timer is None or timer.held:
        return {"held": False}
    case, mine = stepping.locked_case(uow, timer.instance_id)
    timer = mine.rows(TimerRow).get(command.timer_id)
    if timer is None or timer.held:
        return {"held": False}
    timer.held = True
    timer.give_free()
    params = {"error": command.error[:300]}
    open_incident(uow, case, timer, "timer_failed",
                  msg("The timer could not be fired: %(error)s"), params)
    return {"held": True}


def open_incident(uow: UnitOfWork, case: Case, row: TimerRow | JobRow, code: str, message: str,
                  params: dict[str, Any]) -> None:
    """An incident of a timer or job row."""
    incident = IncidentRow(
        tenant_id=uow.tenant_id, id=new_id(), instance_id=row.instance_id, business_key=str(case.id), task_id=row.id,
        source="worker", element_id=row.element_id, code=code, message=message, params=params, opened_at=uow.now)
    uow.session.add(incident)
    stepping.lock(uow, case).rows(IncidentRow)[incident.id] = incident
    record(uow, case, clock_events.IncidentOpened, incident_id=incident.id, code=code, element_id=row.element_id)


@handles(DeliverToCase)
def deliver_to_case(command: DeliverToCase, uow: UnitOfWork) -> dict[str, Any]:
    """Bring a buffered message to the case that waits for it by now."""
    require_system(uow)
    waiting = signals.instance_of(uow, command.name, command.message_key)
    if waiting is None:  # another worker was faster
        return {"delivered": False}
    case, _ = stepping.locked_case(uow, waiting)
    if case.status != "open":
        return {"delivered": False}
    stepping.fire_overdue(uow, case)
    return {"delivered": case.status == "open" and stepping.take_early_message(uow, case)}

