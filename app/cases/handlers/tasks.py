"""User tasks: claim, release, complete. The right is checked under the lock of the instance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog, forms
from app.auth import policy
from app.auth import queries as auth
from app.cases import access, events, history, sources, stepping
from app.cases.commands import ClaimTask, CompleteTask, ReleaseTask
from app.cases.journal import record
from app.cases.model import Case, FormSubmission
from app.engine import CompleteTask as TaskCompleted
from app.engine.model import OpenTaskRow
from app.kernel.bus import handles
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones


def locked_task(uow: UnitOfWork, task_id: UUID, action: str) -> tuple[OpenTaskRow, Case]:
    """The open task and its case, held; overdue timers have fired, so a task they ended is gone.

    Raises the same Conflict for a task that is done, was never there, or is outside the actor's groups: an answer
    does not tell which.
    """
    row = uow.session.get(OpenTaskRow, (uow.tenant_id, task_id))
    access.require(uow, action)
    if row is None or row.business_key is None or not policy.can(uow.actor, action, row):
        raise Conflict(msg("This task is no longer open."))
    case = access.case_by_id(uow.session, UUID(row.business_key))
    stepping.lock(uow, case)
    stepping.fire_overdue(uow, case)
    query = select(OpenTaskRow).where(OpenTaskRow.id == task_id).execution_options(populate_existing=True)
    row = uow.session.scalars(query).one_or_none()
    if row is None:
        raise Conflict(msg("This task is no longer open."))
    return row, case


def _refuse_if_taken(uow: UnitOfWork, row: OpenTaskRow) -> None:
    if row.claimed_by is not None and row.claimed_by != uow.actor.user_id:
        name = auth.names(uow.session, {row.claimed_by}).get(row.claimed_by, "?")
        raise Conflict(msg("%(name)s is working on this task."), name=name)


@handles(ClaimTask)
def claim_task(command: ClaimTask, uow: UnitOfWork) -> dict[str, Any]:
    """Take a task; taking one's own again changes nothing."""
    row, case = locked_task(uow, command.task_id, "task.claim")
    _refuse_if_taken(uow, row)
    if row.claimed_by is None:
        row.claimed_by, row.claimed_at = uow.actor.user_id, uow.now
        record(uow, case, events.CaseTaskClaimed, minutes_open=history.minutes_open(row, uow.now),
               **history.task_codes(row))
    return {"case_id": str(case.id), "task_id": str(row.id)}


@handles(ReleaseTask)
def release_task(command: ReleaseTask, uow: UnitOfWork) -> dict[str, Any]:
    """Give a task back. Whoever may reassign can free somebody else's."""
    row, case = locked_task(uow, command.task_id, "task.release")
    if not policy.can(uow.actor, "task.reassign"):
        _refuse_if_taken(uow, row)
    if row.claimed_by is not None:
        row.claimed_by = row.claimed_at = None
        record(uow, case, events.CaseTaskReleased, **history.task_codes(row))
    return {"case_id": str(case.id)}


@handles(CompleteTask)
def complete_task(command: CompleteTask, uow: UnitOfWork) -> dict[str, Any]:
    """Check the form as it was when the task opened, keep what was sent, and go on."""
    row, case = locked_task(uow, command.task_id, "task.complete")
    _refuse_if_taken(uow, row)
    if command.form_hash is not None and command.form_hash != row.form_hash:
        raise Conflict(msg("This form has changed. Open the task again."))
    data = _checked(command, uow, row)
    uow.session.add(FormSubmission(
        tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, task_id=row.id, element_id=row.element_id,
        form_id=row.form_id, form_hash=row.form_hash, data=data, by_user_id=uow.actor.user_id, at=uow.now))
    definitions = {row.form_id: row.form_hash} if row.form_id else None
    record(uow, case, events.CaseTaskCompleted, definitions, minutes_open=history.minutes_open(row, uow.now),
           **history.task_codes(row))
    stepped = stepping.advance(uow, case, TaskCompleted(row.id.hex, data))
    return {"case_id": str(case.id), "next_task_id": _next_task(uow, case, uow.actor),
            "stopped": stepped.result is None}


def _checked(command: CompleteTask, uow: UnitOfWork, row: OpenTaskRow) -> dict[str, Any]:
    """The typed values. Raises Invalid with the messages of each field, also for a field the form does not have."""
    if row.form_hash is None:
        if command.data:
            raise Invalid(msg("This task has no form."))
        return {}
    _published, form = catalog.compiled_by_hash(uow.session, uow.tenant_id, row.form_hash)
    found = forms.validate(form, command.data, variables=row.variables, locale=command.locale,
                           now=zones.local_now(uow),
                           options_sources=sources.options(uow.session, command.locale))
    if not found.ok:
        raise Invalid(msg("Please check what is marked."), fields=found.errors)
    return found.data


def _next_task(uow: UnitOfWork, case: Case, actor: Actor) -> str | None:
    """The next open task of the case that this person may do and nobody else has."""
    query = (select(OpenTaskRow).where(OpenTaskRow.business_key == str(case.id))
             .order_by(OpenTaskRow.priority.desc(), OpenTaskRow.id))
    for row in uow.session.scalars(query):
        if policy.can(actor, "task.complete", row) and row.claimed_by in (None, actor.user_id):
            return str(row.id)
    return None
