"""The inbox keeps itself fresh: a page asks whether anything happened, and gets its list anew only then."""

from __future__ import annotations

from flask import Response, make_response, render_template, request

from app.cases import queries
from app.web.access import access
from app.web.pages import reading
from app.web.staff import blueprint
from app.web.staff.inbox import found


@blueprint.get("/inbox/live")
@access("task.read")
def live() -> Response:
    """304 while nothing happened in the office; else the parts of the page that may have changed."""
    with reading() as reader:
        mark = queries.inbox_mark(reader)
    if request.if_none_match.contains(mark):
        answer = make_response("", 304)
    else:
        answer = make_response(render_template("staff/inbox_live.html", **found(), outcomes={}))
    answer.set_etag(mark)
    return answer
