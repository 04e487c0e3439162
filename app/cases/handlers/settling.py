"""What stopped is ended by a person: done by hand or left out, with a reason in the journal and an event."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases import access, clock_events, settle_events, stepping
from app.cases.commands import SettleDelivery, SettleIncident
from app.cases.handlers.operating import KIND, RIGHT, checked_reason
from app.cases.journal import record, write_entry
from app.cases.model import Case, every
from app.cases.settle_commands import RESOLVE, RETRY, SKIP
from app.engine import CompleteJob, ThrowJobError
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.events import Delivery
from app.kernel.unit_of_work import UnitOfWork


@handles(SettleIncident)
def settle_incident(command: SettleIncident, uow: UnitOfWork) -> dict[str, Any]:
    """In the transaction that lets the process go on. Raises Forbidden, NotFound, Conflict, Invalid."""
    access.require(uow, RIGHT)
    reason = checked_reason(command.reason)
    if command.way not in (RESOLVE, SKIP):
        raise Invalid(msg("There is no such way to settle it."))
    case, incident = _held(uow, command.incident_id)
    if incident.source == "engine":
        raise Conflict(msg("The process itself stands here: try it again, or move it."))
    entry = write_entry(uow, case, KIND, f"{reason}\n{command.way}: {incident.element_id} {incident.code}", "staff")
    record(uow, case, settle_events.IncidentSettled, incident_id=incident.id, way=command.way, code=incident.code,
           entry_id=entry.id)
    job = stepping.lock(uow, case).rows(JobRow).get(incident.task_id) if incident.task_id else None
    if job is not None:  # with its job the incident ends by itself
        done = CompleteJob(job.id.hex, dict(command.variables))
        stepping.advance(uow, case, ThrowJobError(job.id.hex, command.error_code, dict(command.variables))
                         if command.error_code else done)
        uow.session.flush()
    else:
        _without_job(uow, case, incident, command)
    return {"case_id": str(case.id), "resolved": incident.resolved_at is not None}


def _held(uow: UnitOfWork, incident_id: UUID) -> tuple[Case, IncidentRow]:
    incident = uow.session.get(IncidentRow, (uow.tenant_id, incident_id))
    if incident is None:
        raise NotFound(msg("There is no such incident."))
    case, mine = stepping.locked_case(uow, incident.instance_id)
    incident = mine.rows(IncidentRow).get(incident_id)
    if incident is None:
        raise Conflict(msg("This incident is settled already."))
    return case, incident


def _without_job(uow: UnitOfWork, case: Case, incident: IncidentRow, command: SettleIncident) -> None:
    if command.variables or command.error_code:
        raise Invalid(msg("Only a job takes values or an error."))
    mine = stepping.lock(uow, case)
    timer = mine.rows(TimerRow).get(incident.task_id) if incident.task_id else None
    if timer is not None:
        timer.held, timer.due_at = True, None
    incident.resolved_at = uow.now
    del mine.rows(IncidentRow)[incident.id]
    record(uow, case, clock_events.IncidentResolved, incident_id=incident.id)


@handles(SettleDelivery)
def settle_delivery(command: SettleDelivery, uow: UnitOfWork) -> dict[str, Any]:
    """Raises Forbidden, NotFound, Conflict, Invalid."""
    states = {RETRY: "pending", RESOLVE: "done", SKIP: "skipped"}
    access.require(uow, "incident.retry" if command.way == RETRY else RIGHT)
    reason = checked_reason(command.reason)
    if command.way not in states:
        raise Invalid(msg("There is no such way to settle it."))
    row = uow.session.get(Delivery, (uow.tenant_id, command.delivery_id), with_for_update=True)
    if row is None:
        raise NotFound(msg("There is no such incident."))
    if row.state != "dead":
        raise Conflict(msg("This incident is settled already."))
    row.state, row.run_at = states[command.way], uow.now
    row.attempts = 0 if command.way == RETRY else row.attempts
    case = uow.session.scalars(every(select(Case).where(Case.id == row.case_id))).one_or_none() if row.case_id else None
    if case is None:
        row.last_error = f"{row.last_error or ''}\n{command.way}: {reason}"[:2000]
    entry = (write_entry(uow, case, KIND, f"{reason}\n{command.way}: {row.subscriber}", "staff")
             if case is not None else None)
    uow.record(settle_events.DeliverySettled(
        case_id=case.id if case is not None else None, delivery_id=row.id, subscriber=row.subscriber, way=command.way,
        entry_id=entry.id if entry is not None else None))
    return {"state": row.state}
