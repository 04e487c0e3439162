"""Drafts of task forms: kept for one person and one task, and gone when that person is done with the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.cases.casework import TaskDraft
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing


def own(session: Session, user_id: UUID | None, task_id: UUID) -> TaskDraft | None:
    """What a person has kept of a task."""
    if user_id is None:
        return None
    query = select(TaskDraft).where(TaskDraft.user_id == user_id, TaskDraft.task_id == task_id)
    return session.scalars(query).one_or_none()


def keep(uow: UnitOfWork, user_id: UUID, task_id: UUID, case_id: UUID, form_hash: str | None,
         data: Mapping[str, Any]) -> TaskDraft:
    """The newest state counts; two windows of one person at once are no fault."""
    values = {"case_id": case_id, "form_hash": form_hash, "data": dict(data), "kept_at": uow.now}
    insert_missing(uow.session, TaskDraft, tenant_id=uow.tenant_id, id=new_id(), user_id=user_id, task_id=task_id,
                   **values)
    query = select(TaskDraft).where(TaskDraft.user_id == user_id, TaskDraft.task_id == task_id)
    row = uow.session.scalars(query.with_for_update()).one()
    for name, value in values.items():
        setattr(row, name, value)
    return row


def drop(uow: UnitOfWork, task_id: UUID) -> int:
    """The acting person's own draft of a task; the number of rows that went."""
    if uow.actor.user_id is None:
        return 0
    done = uow.session.execute(delete(TaskDraft).where(
        TaskDraft.tenant_id == uow.tenant_id, TaskDraft.user_id == uow.actor.user_id, TaskDraft.task_id == task_id))
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget(uow: UnitOfWork, task_id: UUID) -> None:
    """As `drop`, with what else the transaction writes."""
    if uow.actor.user_id is not None:
        uow.session.discard(TaskDraft, user_id=uow.actor.user_id, task_id=task_id)
