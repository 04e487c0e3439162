"""Drafts of task forms: kept by a button or, with scripts, while one types; thrown away by a button."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from app import forms
from app.cases import queries
from app.cases.commands import DropDraft, KeepDraft
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.web.access import access
from app.web.pages import entries, next_page, reading, unkeyed
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import clock_time, t


def keep(task_id: UUID, sent: Mapping[str, Any]) -> str:
    """Keep what was sent; the moment (ISO). Repeating it changes nothing, so no key is needed."""
    answer = unkeyed(KeepDraft, task_id=task_id, data=dict(sent), form_hash=request.form.get("_form_hash") or None)
    return str(answer["kept_at"])


def kept(task_id: UUID, sent: Mapping[str, Any]) -> bool:
    """Keep it if that is still possible."""
    try:
        keep(task_id, sent)
    except (Conflict, Invalid):
        return False
    return True


def of_task(task_id: UUID) -> Any:
    """The reader's draft of a task that is over, or None."""
    with reading() as reader:
        return queries.draft(reader, actor(), task_id)


@blueprint.post("/tasks/<uuid:task_id>/draft")
@access("task.complete")
def keep_draft(task_id: UUID) -> Response | tuple[Response, int]:
    """For scripts: JSON with the sentence to show."""
    try:
        at = keep(task_id, entries())
    except YikouError as error:
        said = t(msg("Not kept: %(problem)s"), problem=t(error.message, **error.params))
        return jsonify({"text": said}), error.status
    return jsonify({"text": t(msg("kept at %(time)s"), time=clock_time(at))})


@blueprint.post("/tasks/<uuid:task_id>/draft/drop")
@access("task.complete")
def drop_draft(task_id: UUID) -> Response:
    """The form is as it was before anything was typed."""
    unkeyed(DropDraft, task_id=task_id)
    flash(t(msg("The draft is thrown away.")))
    return redirect(next_page("staff.inbox"), 303)


def save_and_close(task_id: UUID, sent: Mapping[str, Any]) -> Response:
    """The button for whoever goes on later."""
    keep(task_id, sent)
    flash(t(msg("Kept. The task stays yours: open it again to go on.")))
    return redirect(url_for("staff.inbox", scope="mine"), 303)


def lines(model: forms.RenderModel | None, data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What was typed, by the labels of the form as far as it still has the questions."""
    labels = {} if model is None else {field.key: field for field in model.fields() if field.key}
    found = []
    for name, value in data.items():
        texts = [value] if isinstance(value, str) else [str(one) for one in value]
        field = labels.get(name)
        if field is not None and field.options:
            named = {option.value: option.label for option in field.options}
            texts = [named.get(text, text) for text in texts]
        if any(text.strip() for text in texts):
            found.append((field.label if field is not None and field.label else name, ", ".join(texts)))
    return found
