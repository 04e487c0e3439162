"""One task with its generated form; a task that another finished first keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import render_template, request
from werkzeug.wrappers import Response

from app import forms
from app.cases import queries
from app.cases.commands import CompleteTask
from app.kernel.errors import Conflict, FieldErrors, Invalid
from app.web.access import access
from app.web.pages import dispatch, entries, reading
from app.web.sessions import actor
from app.web.staff import blueprint, drafts, next_task, replies
from app.web.texts import local_now, locale, t

Raw = Mapping[str, Any]


@blueprint.get("/tasks/<uuid:task_id>")
@access("task.read")
def task(task_id: UUID) -> str | tuple[str, int]:
    """The case in short and the form; of a task that is over, what the reader had typed."""
    try:
        return _show(task_id)
    except Conflict as error:
        draft = drafts.of_task(task_id)
        if draft is None:
            raise
        return conflict(task_id, error, draft.data, stored=True)


@blueprint.post("/tasks/<uuid:task_id>")
@access("task.complete")
def complete(task_id: UUID) -> str | Response | tuple[str, int]:
    """Send the form; other buttons of it keep it for later, or only change what is shown."""
    sent: Raw = entries()
    action = request.form.get("_action", "")
    try:
        if action == "keep":
            return drafts.save_and_close(task_id, sent)
        if action:
            return _show(task_id, raw=changed(task_id, sent, action))
        answer = dispatch(CompleteTask, task_id=task_id, data=sent, form_hash=request.form.get("_form_hash") or None,
                          locale=locale())
    except Invalid as error:
        return _show(task_id, raw=sent, errors=error.fields, problem=t(error.message, **error.params)), 422
    except Conflict as error:
        return conflict(task_id, error, sent, stored=drafts.kept(task_id, sent))
    return next_task.after(answer)


def conflict(task_id: UUID, error: Conflict, sent: Raw, *, stored: bool) -> tuple[str, int]:
    """Somebody else was first: what was typed is shown, and whether it is `stored` as a draft too."""
    return render_template("staff/conflict.html", task_id=task_id, problem=t(error.message, **error.params),
                           kept=drafts.lines(None, sent), stored=stored), 409


def _show(task_id: UUID, *, raw: Raw | None = None, errors: FieldErrors | None = None, problem: str = "") -> str:
    with reading() as reader:
        page = queries.task_page(reader, actor(), task_id)
        shown = with_form(reader, page, raw, errors)
    return render_template("staff/task.html", page=page, task=page, problem=problem, **shown)


def with_form(reader: Any, page: Any, raw: Raw | None = None, errors: FieldErrors | None = None) -> dict[str, Any]:
    """For the template: the form with what was sent, else with the reader's draft; texts for its text areas."""
    draft = page.draft if raw is None else None
    goes_on = draft is not None and draft.fits and page.task.is_mine
    form = model_of(reader, page, draft.data if draft is not None and goes_on else raw, errors)
    left = draft if draft is not None and not goes_on else None
    return {"form": form, "draft": draft, "goes_on": goes_on,
            "draft_lines": drafts.lines(model_of(reader, page, left.data), left.data) if left else [],
            "reply_templates": replies.by_field(reader, page, form) if page.task.is_mine else {}}


def model_of(reader: Any, page: Any, raw: Raw | None = None, errors: FieldErrors | None = None,
             ) -> forms.RenderModel | None:
    """The render model of a task's form; None for a task without one."""
    if page.form is None:
        return None
    return forms.render(page.form, page.values, errors, locale=locale(), now=local_now(), raw=raw,
                        options_sources=queries.options(reader, locale()))


def changed(task_id: UUID, sent: Raw, action: str) -> Raw:
    """What was sent with a row of a list more or less, or with a prepared text in a field."""
    kind, _space, rest = action.partition(" ")
    if kind == "add":
        return forms.with_row(sent, rest)
    if kind == "reply":
        return replies.inserted(task_id, sent, rest)
    name, _space, index = rest.rpartition(" ")
    return forms.without_row(sent, name, int(index)) if kind == "remove" and index.isdecimal() else sent
