"""What diagrams may contain: the table that the linter goes by. Reading only."""

from __future__ import annotations

from flask import render_template

from app import engine
from app.web.access import access
from app.web.admin import blueprint


@blueprint.get("/definitions/profile")
@access("definition.read")
def diagram_profile() -> str:
    """Elements, events and extensions that run, and what to use for the others."""
    return render_template("admin/diagram_profile.html", rows=engine.profile(), extensions=engine.extensions(),
                           elements=engine.ELEMENTS, events=engine.EVENTS)
