"""Jobs of service tasks: done by a worker, in the transaction that completes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases import stepping
from app.cases.commands import NoteJobFailure, RunJob
from app.cases.connectors import BusinessError, JobCall, connector_of
from app.cases.handlers.timers import case_of_instance, open_incident, require_system
from app.engine import CompleteJob, Stimulus, ThrowJobError
from app.engine.model import JobRow
from app.kernel.bus import handles
from app.kernel.errors import msg
from app.kernel.unit_of_work import UnitOfWork


def _pending(uow: UnitOfWork, job_id: UUID) -> JobRow | None:
    query = select(JobRow).where(JobRow.id == job_id, JobRow.state == "pending")
    return uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


@handles(RunJob)
def run_job(command: RunJob, uow: UnitOfWork) -> dict[str, Any]:
    """Do the work and go on; nothing when another worker was faster. What the work raises, leaves."""
    require_system(uow)
    job = _pending(uow, command.job_id)
    if job is None:
        return {"done": False}
    case = case_of_instance(uow, job.instance_id)
    stepping.lock(uow, case)
    stepping.fire_overdue(uow, case)
    job = _pending(uow, command.job_id)
    if job is None:
        return {"done": False}
    stimulus: Stimulus
    try:
        answer = connector_of(job.type)(JobCall(uow, case, job.headers, job.variables))
        stimulus = CompleteJob(job.id.hex, answer)
    except BusinessError as error:
        stimulus = ThrowJobError(job.id.hex, error.code, {})
    if stepping.advance(uow, case, stimulus).result is None:
        job.state = "failed"
    return {"done": True}


@handles(NoteJobFailure)
def note_job_failure(command: NoteJobFailure, uow: UnitOfWork) -> dict[str, Any]:
    """Wait longer each time; after the last try somebody must look."""
    require_system(uow)
    job = _pending(uow, command.job_id)
    if job is None:
        return {"failed": False}
    case = case_of_instance(uow, job.instance_id)
    stepping.lock(uow, case)
    job.attempts, job.last_error = job.attempts + 1, command.error[:2000]
    if job.attempts < max(job.retries, 1):
        job.run_at = uow.now + timedelta(seconds=min(5.0 * 2.0**job.attempts, 600.0))
        return {"failed": False}
    job.state = "failed"
    open_incident(uow, case, job, "job_failed", msg("The job %(type)s failed %(attempts)s times: %(error)s"),
                  {"type": job.type, "attempts": job.attempts, "error": command.error[:300]})
    return {"failed": True}
