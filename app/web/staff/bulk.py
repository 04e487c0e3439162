"""Several tasks of the inbox at once: one command for each, and what became of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from app.auth import policy
from app.cases.commands import AssignTask, ClaimTask, ReleaseTask
from app.kernel.errors import Invalid, NotFound, YikouError, msg
from app.web.access import access
from app.web.pages import next_page, unkeyed, uuid_or_none
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.inbox import show
from app.web.texts import t

MOST = 200
DONE = {"claim": (msg("Taken: 1 task."), msg("Taken: %(count)s tasks.")),
        "release": (msg("Given back: 1 task."), msg("Given back: %(count)s tasks.")),
        "assign": (msg("Assigned: 1 task."), msg("Assigned: %(count)s tasks."))}


@blueprint.post("/tasks/bulk")
@access("task.claim")
def bulk() -> Response | str | tuple[str, int]:
    """Each row stands for itself: one that fails stops no other, and says why."""
    act = request.form.get("act", "")
    if act not in DONE:
        raise NotFound(msg("There is no such page."))
    failed = try_each(act)
    return (show(failed), 409) if failed else redirect(next_page("staff.inbox"), 303)


def try_each(act: str) -> dict[UUID, str]:
    """The act on every chosen task; why it was not done, by task. What was done is flashed."""
    ids = [found for found in map(uuid_or_none, request.form.getlist("task")[:MOST]) if found is not None]
    if not ids:
        flash(t(msg("Choose tasks first: each row has a box on its left.")), "warn")
        return {}
    one = _command(act)
    outcomes = {task_id: _try(one, task_id) for task_id in dict.fromkeys(ids)}
    failed = {task_id: text for task_id, text in outcomes.items() if text}
    done = len(outcomes) - len(failed)
    if done:
        flash(t(DONE[act][done > 1], count=done))
    return failed


def _command(act: str) -> Callable[[UUID], Any]:
    if act == "claim":
        return lambda task_id: unkeyed(ClaimTask, task_id=task_id)
    if act == "release":
        return lambda task_id: unkeyed(ReleaseTask, task_id=task_id)
    policy.require(actor(), "task.reassign")
    user_id = uuid_or_none(request.form.get("user_id"))
    return lambda task_id: unkeyed(AssignTask, task_id=task_id, user_id=user_id)


def _try(one: Callable[[UUID], Any], task_id: UUID) -> str:
    """Empty when it was done, else why not."""
    try:
        one(task_id)
    except Invalid as error:
        lines = [t(text, **params) for found in error.fields.values() for text, params in found]
        return " ".join(lines) or t(error.message, **error.params)
    except YikouError as error:
        return t(error.message, **error.params)
    return ""
