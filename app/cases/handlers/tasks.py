"""User tasks: claim, release, complete. The right is checked under the lock of the instance."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import catalog, forms
from app.auth import policy
from app.auth import queries as auth
from app.cases import access, drafting, events, handing, history, locking, sources, stepping, task_events
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


def locked_task(uow: UnitOfWork, task_id: UUID, action: str, or_by: str | None = None) -> tuple[OpenTaskRow, Case]:
    """The open task and its case, held; overdue timers have fired, so a task they ended is gone.

    `or_by`: another action that allows it as well. Raises the same Conflict for a task that is done, was never there,
    or is outside the actor's groups: an answer does not tell which.
    """
    access.require(uow, action)
    found = locking.by_task(uow, task_id)
    if found is None:
        raise _refusal(uow, None)
    case, mine = found
    known = mine.rows(OpenTaskRow).get(task_id)
    if known is None or not _allowed(uow, known, action, or_by):
        raise _refusal(uow, known)
    stepping.fire_overdue(uow, case)
    row = mine.rows(OpenTaskRow).get(task_id)
    if row is None or not _allowed(uow, row, action, or_by):  # a timer may have ended it or given it to others
        raise _refusal(uow, row)
    return row, case


def _refusal(uow: UnitOfWork, row: OpenTaskRow | None) -> Conflict:
    """Who has the task's group and is barred is told so; for others a task is open or it is not."""
    if row is not None and policy.barred(uow.actor, row) and not uow.actor.groups.isdisjoint(row.groups):
        return Conflict(msg("You or your unit handled this request: somebody else does this task."))
    return Conflict(msg("This task is no longer open."))


def _allowed(uow: UnitOfWork, row: OpenTaskRow, action: str, or_by: str | None) -> bool:
    return policy.can(uow.actor, action, row) or (or_by is not None and policy.can(uow.actor, or_by, row))


def _refuse_if_taken(uow: UnitOfWork, row: OpenTaskRow) -> None:
    if row.claimed_by is None or row.claimed_by == uow.actor.user_id:
        return
    if handing.binds(row, handing.holders(uow.session, {row.claimed_by})):
        name = auth.names(uow.session, {row.claimed_by}).get(row.claimed_by, "?")
        raise Conflict(msg("%(name)s is working on this task."), name=name)


@handles(ClaimTask, asking=locking.asking_of_task)
def claim_task(command: ClaimTask, uow: UnitOfWork) -> dict[str, Any]:
    """Take a task; taking one's own again changes nothing. A substitute takes over what an absent holder has."""
    row, case = locked_task(uow, command.task_id, "task.claim")
    before = row.claimed_by
    if before is not None and handing.stands_in(uow.session, uow.actor, row):
        record(uow, case, task_events.CaseTaskTakenOver, from_user_id=before, **history.task_codes(row))
    elif before != uow.actor.user_id:
        _refuse_if_taken(uow, row)
        record(uow, case, events.CaseTaskClaimed, minutes_open=history.minutes_open(row, uow.now),
               **history.task_codes(row))
    if before != uow.actor.user_id:
        row.claimed_by, row.claimed_at = uow.actor.user_id, uow.now
        row.assigned_by = row.follow_up_on = None
    return {"case_id": str(case.id), "task_id": str(row.id)}


@handles(ReleaseTask, asking=locking.asking_of_task)
def release_task(command: ReleaseTask, uow: UnitOfWork) -> dict[str, Any]:
    """Give a task back. Whoever may reassign it can free somebody else's."""
    row, case = locked_task(uow, command.task_id, "task.release", "task.reassign")
    if not policy.can(uow.actor, "task.reassign", row):
        _refuse_if_taken(uow, row)
    if row.claimed_by is not None:
        row.claimed_by = row.claimed_at = row.assigned_by = row.follow_up_on = None
        record(uow, case, events.CaseTaskReleased, **history.task_codes(row))
    drafting.forget(uow, row.id)
    return {"case_id": str(case.id)}


@handles(CompleteTask, asking=locking.asking_of_task)
def complete_task(command: CompleteTask, uow: UnitOfWork) -> dict[str, Any]:
    """Check the form as it was when the task opened, keep what was sent, and go on."""
    row, case = locked_task(uow, command.task_id, "task.complete")
    _refuse_if_taken(uow, row)
    if command.form_hash is not None and command.form_hash != row.form_hash:
        raise Conflict(msg("This form has changed. Open the task again."))
    data = _checked(command, uow, row)
    uow.session.put(
        FormSubmission, id=new_id(), case_id=case.id, task_id=row.id, element_id=row.element_id,
        form_id=row.form_id, form_hash=row.form_hash, data=data, by_user_id=uow.actor.user_id, at=uow.now)
    definitions = {row.form_id: row.form_hash} if row.form_id else None
    record(uow, case, events.CaseTaskCompleted, definitions, minutes_open=history.minutes_open(row, uow.now),
           **history.task_codes(row))
    drafting.forget(uow, row.id)
    stepped = stepping.advance(uow, case, TaskCompleted(row.id.hex, data))
    return {"case_id": str(case.id), "next_task_id": next_task(uow, case, uow.actor),
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


def next_task(uow: UnitOfWork, case: Case, actor: Actor) -> str | None:
    """The next open task of the case that this person may do and nobody else has."""
    for row in sorted(stepping.lock(uow, case).rows(OpenTaskRow).values(), key=lambda each: (-each.priority, each.id)):
        if policy.can(actor, "task.complete", row) and row.claimed_by in (None, actor.user_id):
            return str(row.id)
    return None
