"""Due timers, pending jobs and early messages of all offices: done by commands of the cases room."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal_column, select

from app.cases.commands import DeliverToCase, FireDueTimer, NoteJobFailure, NoteTimerFailure, RunJob
from app.engine import store
from app.engine.model import BufferedMessage, IncidentRow, JobRow, ProcessInstance, SubscriptionRow, TimerRow
from app.kernel import claim_statements, claims, database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Command
from app.kernel.errors import Conflict, NotFound, Paused

log = logging.getLogger(__name__)
LIMIT = 100
"""Starts looked at in one go."""
TIMERS = claims.Queue("timers", TimerRow, "due_at", lambda row: and_(row.held.is_(False), row.due_at.is_not(None)),
                      line=("instance_id",), turn=("due_at", "id"))
JOBS = claims.Queue("jobs", JobRow, "run_at", lambda row: row.state == literal_column("'pending'"),
                    line=("instance_id",), turn=("run_at", "id"))
"""Of one case one piece at a time: a second worker would only wait for its lock."""


def _wanted(message: Any) -> ColumnElement[bool]:
    """It has not outlived its time, and an instance that works waits for it where no budget has stopped it."""
    stopped = select(IncidentRow.task_id).where(
        IncidentRow.tenant_id == SubscriptionRow.tenant_id, IncidentRow.task_id == SubscriptionRow.id,
        IncidentRow.source == store.BUDGET, IncidentRow.resolved_at.is_(None)).exists()
    waiting = (select(SubscriptionRow.tenant_id)
               .join(ProcessInstance, (ProcessInstance.tenant_id == SubscriptionRow.tenant_id)
                     & (ProcessInstance.id == SubscriptionRow.instance_id))
               .where(SubscriptionRow.tenant_id == message.tenant_id, SubscriptionRow.name == message.name,
                      SubscriptionRow.key == message.key, ProcessInstance.status == store.ACTIVE, ~stopped))
    return and_(message.expires_at > claim_statements.NOW, waiting.exists())


MESSAGES = claims.Queue("messages", BufferedMessage, "created_at", lambda row: row.used_at.is_(None),
                        line=("name", "key"), turn=("id",), wanted=_wanted)


def timers(now: datetime, taker: claims.Taker | None = None) -> int:
    """Fire what is due, the oldest first; with a timer goes whatever else is due in its case."""
    def fire(tenant_id: UUID, timer_id: UUID) -> bool | None:
        answer = attempt(FireDueTimer(tenant_id=tenant_id, actor=SYSTEM, timer_id=timer_id),
                      partial(NoteTimerFailure, tenant_id=tenant_id, actor=SYSTEM, timer_id=timer_id))
        return bool(answer["fired"]) if answer is not None else None

    return claims.work_off(TIMERS, fire, taker=taker, now=now)


def jobs(now: datetime, taker: claims.Taker | None = None) -> int:
    """Do pending jobs whose time has come."""
    def run(tenant_id: UUID, job_id: UUID) -> bool | None:
        answer = attempt(RunJob(tenant_id=tenant_id, actor=SYSTEM, job_id=job_id),
                      partial(NoteJobFailure, tenant_id=tenant_id, actor=SYSTEM, job_id=job_id))
        return bool(answer["done"]) if answer is not None else None

    return claims.work_off(JOBS, run, taker=taker, now=now)


def messages(now: datetime, taker: claims.Taker | None = None) -> int:
    """Bring buffered messages to instances that wait for them by now."""
    def bring(tenant_id: UUID, message_id: UUID) -> bool | None:
        with database.current().read(tenant_id) as session:
            found = session.execute(select(BufferedMessage.name, BufferedMessage.key)
                                    .where(BufferedMessage.id == message_id)).one_or_none()
        if found is None:
            return True
        answer = attempt(DeliverToCase(tenant_id=tenant_id, actor=SYSTEM, name=found[0], message_key=found[1]), None)
        return bool(answer["delivered"]) if answer is not None else None

    return claims.work_off(MESSAGES, bring, taker=taker, now=now)


def attempt(command: Command, failure: Callable[..., Command] | None) -> dict[str, Any] | None:
    """The answer; a failure is noted in a transaction of its own. A lost race is no failure.

    Raises what the database raises when it cannot be asked: the tick ends there.
    """
    try:
        answer: dict[str, Any] | None = dispatch(command)
    except (Conflict, NotFound, Paused) as error:
        log.info("%s: %s", type(command).__name__, error)
        if failure is not None and isinstance(error, NotFound):
            dispatch(failure(error=str(error)))
        return None
    except Exception as error:
        if database.cannot_be_asked(error):
            raise  # nothing is said about the piece: it is tried again as if it had not been
        log.warning("%s failed: %s", type(command).__name__, type(error).__name__, exc_info=True)
        if failure is not None:
            dispatch(failure(error=f"{type(error).__name__}: {error}"))
        return None
    return answer
