"""The doors of a demonstration: one click enters as anybody of the office."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from app.auth.commands import EnterDemo
from app.web import sessions
from app.web.access import PUBLIC, access
from app.web.pages import allow, unkeyed
from app.web.resident import blueprint


@blueprint.post("/demo/enter")
@access(PUBLIC)
def enter_demo() -> Response:
    """Ends who was signed in before; 404 outside a demonstration."""
    allow("demo", per_minutes=10, limit=120)
    role = request.form.get("role", "")
    sessions.begin(unkeyed(EnterDemo, role=role))
    return redirect(url_for("resident.mine" if role == "resident" else "staff.begin"), 303)
