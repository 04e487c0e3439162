"""Drafts of task forms: keep, throw away, forget the old ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.auth import policy
from app.cases import access, drafting
from app.cases.casework import TaskDraft
from app.cases.commands import DropDraft, DropOldDrafts, GiveTimeBack, KeepDraft
from app.engine.model import BufferedMessage, OpenTaskRow
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import settings

MAX_LENGTH, MAX_FIELDS = 60_000, 300
DAYS_SETTING, DAYS = "draft_days", 30


@handles(KeepDraft)
def keep_draft(command: KeepDraft, uow: UnitOfWork) -> dict[str, Any]:
    """Nothing is checked but the size: a draft may be half a sentence."""
    access.require(uow, "task.complete")
    row = uow.session.get(OpenTaskRow, (uow.tenant_id, command.task_id))
    if row is None or row.business_key is None or not policy.can(uow.actor, "task.complete", row):
        raise Conflict(msg("This task is no longer open."))
    if uow.actor.user_id is None:
        raise Forbidden(msg("You may not do this."))
    if len(command.data) > MAX_FIELDS or len(repr(dict(command.data))) > MAX_LENGTH:
        raise Invalid(msg("This is too long to be kept as a draft."))
    draft = drafting.keep(uow, uow.actor.user_id, row.id, UUID(row.business_key), command.form_hash, command.data)
    return {"kept_at": draft.kept_at.isoformat()}


@handles(DropDraft)
def drop_draft(command: DropDraft, uow: UnitOfWork) -> dict[str, Any]:
    """Only one's own; a task that is over does not matter."""
    access.require(uow, "task.complete")
    if not drafting.drop(uow, command.task_id):
        raise NotFound(msg("There is no such draft."))
    return {"dropped": 1}


@handles(DropOldDrafts)
def drop_old_drafts(command: DropOldDrafts, uow: UnitOfWork) -> dict[str, Any]:
    """For the worker: how long a draft waits is a setting of the office."""
    policy.require(uow.actor, "person.erase")
    days = settings.value(uow.session, DAYS_SETTING, DAYS)
    before = uow.now - timedelta(days=days if isinstance(days, int) and days > 0 else DAYS)
    done = uow.session.execute(delete(TaskDraft).where(
        TaskDraft.tenant_id == uow.tenant_id, TaskDraft.kept_at < before))
    return {"dropped": int(done.rowcount)}  # type: ignore[attr-defined]


@handles(GiveTimeBack)
def give_time_back(command: GiveTimeBack, uow: UnitOfWork) -> None:
    """What the worker would throw away as too old, although nobody could have touched it meanwhile."""
    policy.require(uow.actor, "tenant.manage")
    for draft in uow.session.scalars(select(TaskDraft)):
        draft.kept_at += command.lost
    for message in uow.session.scalars(select(BufferedMessage)):
        message.expires_at += command.lost
