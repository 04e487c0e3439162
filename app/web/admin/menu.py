"""Which administration pages a reader may open: the row of tabs and the way in."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response

from app.auth import policy
from app.kernel.errors import Forbidden, msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.sessions import actor
from app.web.texts import t

PAGES = (
    ("offices", "tenant.manage", msg("Offices")), ("units", "unit.manage", msg("Units")),
    ("people", "user.manage", msg("People")), ("places", "place.manage", msg("Places")),
    ("services", "service.manage", msg("Services")), ("knowledge", "knowledge.edit", msg("Questions and answers")),
    ("decision_tables", "definition.read", msg("Decision tables")),
    ("definitions", "definition.read", msg("Rules and processes")), ("messages", "message.read", msg("Messages")),
    ("audit", "audit.read", msg("Audit trail")), ("erasing", "person.erase", msg("Personal data")),
)
"""(page, action of `auth.policy`, name)."""


def pages() -> list[tuple[str, str]]:
    """(endpoint, name) of what the reader may open."""
    reader = actor()
    return [(f"admin.{page}", t(name)) for page, action, name in PAGES if policy.can(reader, action)]


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"admin_pages": pages}


@blueprint.get("/")
@access("staff.enter")
def home() -> Response:
    """The first page that the reader may open."""
    found = pages()
    if not found:
        raise Forbidden(msg("You may not do this."))
    return redirect(url_for(found[0][0]))
