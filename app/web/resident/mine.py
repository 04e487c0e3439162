"""All requests of a signed-in resident."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.cases import queries
from app.web.access import access
from app.web.pages import reading
from app.web.resident import blueprint
from app.web.sessions import signed_in


@blueprint.get("/my")
@access("case.read_own")
def mine() -> str | Response:
    """`number` leads on to that request when it is one of them."""
    user = signed_in()
    with reading() as reader:
        found = queries.cases_of_user(reader, user.user_id) if user is not None else []
    wanted = request.args.get("number", "").strip()
    for case in found:
        if wanted and case.number == wanted:
            return redirect(url_for("resident.own", case_id=case.case_id))
    return render_template("resident/mine.html", cases=found, missing=wanted)
