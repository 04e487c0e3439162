"""Pages of the Studio: analysts change diagrams, tables and forms, and see the effect before they publish."""

from flask import Blueprint

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

from app.web.studio import walk_scenarios, walks  # noqa: E402  views register themselves

__all__ = ["blueprint", "walk_scenarios", "walks"]
