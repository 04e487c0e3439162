"""Pages of administrators and of the platform operator: the office's own data, definitions, messages, the trail."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from app.web.admin import (  # noqa: E402  views
    audit,
    decision_tables,
    definitions,
    erasing,
    knowledge,
    menu,
    messages,
    offices,
    people,
    places,
    publishing,
    services,
    units,
)

__all__ = ["audit", "blueprint", "decision_tables", "definitions", "erasing", "knowledge", "menu", "messages",
           "offices", "people", "places", "publishing", "services", "units"]
