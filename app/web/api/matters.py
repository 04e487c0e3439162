"""Internal matters: opened by a program for somebody of the office."""

from __future__ import annotations

from werkzeug.wrappers import Response

from app.cases.commands import BeginMatter
from app.web.access import access
from app.web.api import blueprint
from app.web.api.calls import answer, body, dispatch, part


@blueprint.post("/matters")
@access("matter.open")
def begin() -> Response:
    """Takes `{"process_id", "title", "variables"?}`; answers 201 with `{"matter_id", "number", "next_task_id"}`.

    403 when the process is not opened by hand, or not by this person's groups.
    """
    sent = body()
    made = dispatch(BeginMatter, process_id=str(sent.get("process_id", "")), title=str(sent.get("title", "")),
                    variables=part(sent, "variables"))
    return answer(made, 201)
