"""Which administration pages a reader may open: the row of tabs and the way in."""

from __future__ import annotations

from typing import Any

from babel.dates import get_day_names, get_month_names
from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from app.auth import policy
from app.kernel.errors import Forbidden, msg
from app.knowledge import queries
from app.web.access import access
from app.web.admin import blueprint
from app.web.moves import moved_by
from app.web.names import half
from app.web.pages import reading
from app.web.sessions import actor
from app.web.texts import local_now, locale, t

PAGES = (
    ("offices", "tenant.manage", msg("Offices")), ("units", "unit.manage", msg("Units")),
    ("people", "user.manage", msg("People")), ("places", "place.manage", msg("Places")),
    ("office_settings", "settings.manage", msg("Settings")), ("calendar", "calendar.manage", msg("Calendar")),
    ("notices", "notice.publish", msg("Notices")),
    ("services", "service.manage", msg("Services")), ("knowledge", "knowledge.edit", msg("Questions and answers")),
    ("reviews", "knowledge.review", msg("Reviews")), ("replies", "reply_template.manage", msg("Reply templates")),
    ("decision_tables", "definition.read", msg("Decision tables")),
    ("supervision_rules", "definition.read", msg("Supervision rules")),
    ("definitions", "definition.read", msg("Rules and processes")), ("messages", "message.read", msg("Messages")),
    ("audit", "audit.read", msg("Audit trail")), ("erasing", "person.erase", msg("Personal data")),
    ("retention_page", "person.erase", msg("Retention")),
    ("subscription", "office.export", msg("Subscription and export")),
)
"""(page, action of `auth.policy`, name)."""


def pages() -> list[tuple[str, str]]:
    """(endpoint, name) of what the reader may open."""
    reader = actor()
    return [(f"admin.{page}", t(name)) for page, action, name in PAGES if policy.can(reader, action)]


ELSEWHERE = {"/moving/": "definitions", "/starts": "definitions"}
"""Pages below these paths belong to a page with another path."""


def tab() -> str:
    """The endpoint of the page in the row of tabs that the page asked for belongs to; empty when it is none of them."""
    below = request.path.removeprefix(blueprint.url_prefix or "")
    for beginning, page in ELSEWHERE.items():
        if below.startswith(beginning):
            return f"admin.{page}"
    paths = {endpoint: url_for(endpoint)[len(request.script_root):] for endpoint, _name in pages()}
    return next((endpoint for endpoint, path in paths.items()
                 if request.path == path or request.path.startswith(f"{path}/")), "")


def review_units() -> frozenset[str] | None:
    """The units whose answers the reader looks after; None for all."""
    if policy.can(actor(), "knowledge.edit"):
        return None
    return frozenset(group.partition("@")[2] for group in actor().groups if group.startswith("head@"))


def waiting() -> dict[str, int]:
    """Endpoint -> how much waits there for the reader."""
    if not policy.can(actor(), "knowledge.review"):
        return {}
    with reading() as reader:
        return {"admin.reviews": queries.due_count(reader, local_now().date(), review_units())}


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"admin_pages": pages, "admin_tab": tab, "admin_waiting": waiting, "half": half, "field_name": field_name,
            "month_name": month_name, "weekday_names": weekday_names, "moved_by": moved_by}


def month_name(number: int) -> str:
    """January is 1."""
    return str(get_month_names("wide", context="stand-alone", locale=locale())[number])


def weekday_names() -> list[tuple[str, str]]:
    """(name, as short as it gets) from Monday on."""
    wide, narrow = (get_day_names(width, context="stand-alone", locale=locale()) for width in ("wide", "narrow"))
    return [(str(wide[day]), str(narrow[day])) for day in range(7)]


def field_name(values: Any) -> str:
    """The name in a form's fields, in the reader's language."""
    found = {name: values.get(name) if hasattr(values, "get") else getattr(values, name, "")
             for name in ("name_zh", "name_en")}
    return str((found["name_en"] if locale() == "en" else "") or found["name_zh"] or "")


@blueprint.get("/")
@access("staff.enter")
def home() -> Response:
    """The first page that the reader may open."""
    found = pages()
    if not found:
        raise Forbidden(msg("You may not do this."))
    return redirect(url_for(found[0][0]))
