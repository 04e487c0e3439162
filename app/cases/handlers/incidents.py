"""What stopped is tried again by a person who mended the cause."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.cases import access, clock_events, stepping
from app.cases.commands import RetryIncident
from app.cases.journal import record
from app.engine import Retry
from app.engine.model import IncidentRow, JobRow, TimerRow
from app.kernel.bus import handles
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork


@handles(RetryIncident)
def retry_incident(command: RetryIncident, uow: UnitOfWork) -> dict[str, Any]:
    """Engine incidents are all tried at once; a failed job runs again; a held timer fires again."""
    access.require(uow, "incident.retry")
    incident = uow.session.get(IncidentRow, (uow.tenant_id, command.incident_id))
    if incident is None:
        raise NotFound(msg("There is no such incident."))
    case, _held = stepping.locked_case(uow, incident.instance_id)
    query = select(IncidentRow).where(IncidentRow.id == command.incident_id)
    incident = uow.session.scalars(query.execution_options(populate_existing=True)).one()
    if incident.resolved_at is not None:
        raise Conflict(msg("This incident is settled already."))
    if incident.source == "engine":
        stepping.advance(uow, case, Retry(dict(command.variables)))
    else:
        _free(uow, incident)
        incident.resolved_at = uow.now
        record(uow, case, clock_events.IncidentResolved, incident_id=incident.id)
    return {"case_id": str(case.id), "resolved": incident.resolved_at is not None}


def _free(uow: UnitOfWork, incident: IncidentRow) -> None:
    """Let workers take the job or timer up again."""
    if incident.task_id is None:
        return
    job = uow.session.get(JobRow, (uow.tenant_id, incident.task_id))
    if job is not None:
        job.state, job.attempts, job.run_at = "pending", 0, uow.now
        job.give_free()
    timer = uow.session.get(TimerRow, (uow.tenant_id, incident.task_id))
    if timer is not None:
        timer.held = False
