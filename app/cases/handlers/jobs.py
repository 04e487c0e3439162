"""Jobs of service tasks: done by a worker, in the transaction that completes them."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from app.cases import stepping
from app.cases.commands import NoteJobFailure, RunJob
from app.cases.connectors import BusinessError, JobCall, connector_of
from app.cases.handlers.timers import open_incident, require_system
from app.cases.model import Case
from app.engine import CompleteJob, Stimulus, ThrowJobError
from app.engine.model import JobRow
from app.kernel import outbox
from app.kernel.bus import handles
from app.kernel.errors import msg
from app.kernel.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
MOST_AT_ONCE = 20
"""Jobs that one command of a person may do; a loop of jobs in a diagram is the worker's business."""


def _pending(uow: UnitOfWork, job_id: UUID) -> tuple[JobRow, Case] | None:
    """A job that waits, and its case, held. None when somebody was faster; then nothing is held if the job is gone."""
    job = uow.session.get(JobRow, (uow.tenant_id, job_id))
    if job is None or job.state != "pending":
        return None
    case, mine = stepping.locked_case(uow, job.instance_id)
    job = mine.rows(JobRow).get(job_id)
    return (job, case) if job is not None and job.state == "pending" else None


@handles(RunJob)
def run_job(command: RunJob, uow: UnitOfWork) -> dict[str, Any]:
    """Do the work and go on; nothing when another worker was faster. What the work raises, leaves."""
    require_system(uow)
    found = _pending(uow, command.job_id)
    if found is None:
        return {"done": False}
    job, case = found
    stepping.fire_overdue(uow, case)
    if job.id not in stepping.lock(uow, case).rows(JobRow):  # a timer that was late ended it
        return {"done": False}
    _go_on(uow, case, job, _worked(uow, case, job))
    return {"done": True}


def _worked(uow: UnitOfWork, case: Case, job: JobRow) -> Stimulus:
    """What the work comes to, for the process."""
    try:
        answer = connector_of(job.type)(JobCall(uow, case, job.headers, job.variables))
    except BusinessError as error:
        return ThrowJobError(job.id.hex, error.code, {})
    return CompleteJob(job.id.hex, answer)


def _go_on(uow: UnitOfWork, case: Case, job: JobRow, stimulus: Stimulus) -> None:
    if stepping.advance(uow, case, stimulus).result is None:
        job.state = "failed"
        job.give_free()


def work_off(uow: UnitOfWork, case: Case) -> int:
    """Do what waits in a case inside this transaction, because a person waits for what comes next; how many were done.

    What fails is left to the worker, with its retries and its incident: nobody's words are lost over it.
    """
    for done in range(MOST_AT_ONCE):
        waiting = [job for job in stepping.lock(uow, case).rows(JobRow).values()
                   if job.state == "pending" and job.run_at <= uow.now]
        job = min(waiting, key=lambda each: (each.run_at, each.id), default=None)
        if job is None:
            return done
        try:
            with uow.session.begin_nested():
                stimulus = _worked(uow, case, job)
        except Exception as error:
            log.warning("%s is left to the worker: %s", job.type, type(error).__name__, exc_info=True)
            return done
        _go_on(uow, case, job, stimulus)
    return MOST_AT_ONCE


@handles(NoteJobFailure)
def note_job_failure(command: NoteJobFailure, uow: UnitOfWork) -> dict[str, Any]:
    """Wait longer each time; after the last try somebody must look."""
    require_system(uow)
    found = _pending(uow, command.job_id)
    if found is None:
        return {"failed": False}
    job, case = found
    job.attempts, job.last_error = job.attempts + 1, command.error[:2000]
    job.give_free()
    if job.attempts < max(job.retries, 1):
        job.run_at = uow.now + outbox.backoff(job.attempts, first=5.0)
        return {"failed": False}
    job.state = "failed"
    open_incident(uow, case, job, "job_failed", msg("The job %(type)s failed %(attempts)s times: %(error)s"),
                  {"type": job.type, "attempts": job.attempts, "error": command.error[:300]})
    return {"failed": True}
