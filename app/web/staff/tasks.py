"""One task with its generated form; a task that another finished first keeps what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import forms
from app.cases import queries
from app.cases.commands import CompleteTask
from app.kernel.errors import Conflict, FieldErrors, Invalid, msg
from app.web.access import access
from app.web.pages import dispatch, entries, reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import local_now, locale, t

Raw = Mapping[str, Any]


@blueprint.get("/tasks/<uuid:task_id>")
@access("task.read")
def task(task_id: UUID) -> str:
    """The case in short and the form."""
    return _show(task_id)


@blueprint.post("/tasks/<uuid:task_id>")
@access("task.complete")
def complete(task_id: UUID) -> str | Response | tuple[str, int]:
    """Send the form; other buttons of it only change what is shown."""
    sent: Raw = entries()
    action = request.form.get("_action", "")
    if action:
        return _show(task_id, raw=_changed(sent, action))
    try:
        answer = dispatch(CompleteTask, task_id=task_id, data=sent, form_hash=request.form.get("_form_hash") or None,
                          locale=locale())
    except Invalid as error:
        return _show(task_id, raw=sent, errors=error.fields, problem=t(error.message, **error.params)), 422
    except Conflict as error:
        return render_template("staff/conflict.html", task_id=task_id, problem=t(error.message, **error.params),
                               kept=_texts(sent)), 409
    if answer.get("stopped"):
        kept = msg("What you sent is kept, but the process stopped here. Somebody has been told and will look.")
        flash(t(kept), "warn")
        return redirect(url_for("staff.case", case_id=answer["case_id"]), 303)
    flash(t(msg("Done.")))
    if answer.get("next_task_id"):
        return redirect(url_for("staff.task", task_id=answer["next_task_id"]), 303)
    return redirect(url_for("staff.case", case_id=answer["case_id"]), 303)


def _show(task_id: UUID, *, raw: Raw | None = None, errors: FieldErrors | None = None, problem: str = "") -> str:
    with reading() as reader:
        page = queries.task_page(reader, actor(), task_id)
        shown = model_of(reader, page, raw, errors)
    return render_template("staff/task.html", page=page, form=shown, problem=problem)


def model_of(reader: Any, page: Any, raw: Raw | None = None, errors: FieldErrors | None = None,
             ) -> forms.RenderModel | None:
    """The render model of a task's form; None for a task without one."""
    if page.form is None:
        return None
    return forms.render(page.form, page.values, errors, locale=locale(), now=local_now(), raw=raw,
                        options_sources=queries.options(reader, locale()))


def _changed(sent: Raw, action: str) -> Raw:
    kind, _space, rest = action.partition(" ")
    if kind == "add":
        return forms.with_row(sent, rest)
    name, _space, index = rest.rpartition(" ")
    return forms.without_row(sent, name, int(index)) if kind == "remove" and index.isdecimal() else sent


def _texts(sent: Raw) -> list[tuple[str, str]]:
    """Entries worth keeping for a person: name and text."""
    flat = [(name, value if isinstance(value, str) else ", ".join(value)) for name, value in sent.items()]
    return [(name, value) for name, value in flat if value.strip()]
