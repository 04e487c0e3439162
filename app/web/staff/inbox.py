"""The inbox: tasks of the reader's groups, taken and given back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.cases.commands import ClaimTask, ReleaseTask
from app.kernel.errors import Conflict, msg
from app.web.access import access
from app.web.context import can
from app.web.pages import dispatch, next_page, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import t

SCOPES = ("group", "mine", "all")


@blueprint.get("/")
@access("staff.enter")
def inbox() -> str | Response:
    """Roles that work on no tasks start on their own first page."""
    if not can("task.read"):
        return redirect(url_for("staff.overview" if can("overview.read") else "admin.definitions"))
    scope = request.args.get("scope", "group")
    if scope not in SCOPES or (scope == "all" and not can("task.read_all")):
        scope = "group"
    query = request.args.get("q", "").strip()[:100]
    with reading() as reader:
        rows = queries.inbox(reader, actor(), scope=scope, q=query, limit=200)
    return render_template("staff/inbox.html", rows=rows, scope=scope, query=query)


@blueprint.post("/tasks/<uuid:task_id>/claim")
@access("task.claim")
def claim(task_id: UUID) -> Response:
    """Take a task and go to it; when another was first, say who."""
    try:
        dispatch(ClaimTask, task_id=task_id)
    except Conflict as error:
        flash(t(error.message, **error.params), "warn")
        return redirect(url_for("staff.inbox"), 303)
    return redirect(url_for("staff.task", task_id=task_id), 303)


@blueprint.post("/tasks/<uuid:task_id>/release")
@access("task.release")
def release(task_id: UUID) -> Response:
    """Give a task back to its group."""
    dispatch(ReleaseTask, task_id=task_id)
    flash(t(msg("The task is open to your group again.")))
    return redirect(next_page("staff.inbox"), 303)
