"""Tasks: claimed and completed, as the pages do it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from werkzeug.wrappers import Response

from app.cases.commands import ClaimTask, CompleteTask
from app.kernel.errors import Invalid, msg
from app.web.access import access
from app.web.api import blueprint
from app.web.api.calls import answer, body, dispatch, part
from app.web.texts import locale


@blueprint.post("/tasks/<uuid:task_id>/claim")
@access("task.claim")
def claim(task_id: UUID) -> Response:
    """`{"case_id", "task_id"}`. 409 when somebody else has it or it is no longer open."""
    return answer(dispatch(ClaimTask, task_id=task_id))


@blueprint.post("/tasks/<uuid:task_id>/complete")
@access("task.complete")
def complete(task_id: UUID) -> Response:
    """Takes `{"data": {field: value}, "form_hash"?}`; answers `{"case_id", "next_task_id", "stopped"}`.

    422 with `fields` where the form says no, 409 when the task is no longer open.
    """
    sent = body()
    form_hash = sent.get("form_hash")
    return answer(dispatch(CompleteTask, task_id=task_id, data=entered(part(sent, "data")), locale=locale(),
                           form_hash=form_hash if isinstance(form_hash, str) else None))


def entered(data: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Values as a form takes them from a page: texts. Rows of lists have names as on the page (`list.0.field`).

    Raises Invalid for an object as a value.
    """
    return {name: [_text(one) for one in value] if isinstance(value, list) else _text(value)
            for name, value in data.items()}


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, str | int | Decimal):
        return "true" if value is True else str(value)
    raise Invalid(msg("A value is a text, a number, yes, no, nothing, or a list of them."))
