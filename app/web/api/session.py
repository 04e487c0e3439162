"""Who asks, and the token that every change must carry in the header `X-CSRFToken`."""

from __future__ import annotations

from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from app.web.access import access
from app.web.api import blueprint
from app.web.api.calls import answer
from app.web.sessions import actor


@blueprint.get("/session")
@access("staff.enter")
def session() -> Response:
    """`{"user_id", "name", "groups", "csrf_token"}`."""
    me = actor()
    return answer({"user_id": str(me.user_id), "name": me.name, "groups": sorted(me.groups),
                   "csrf_token": generate_csrf()})
