"""How many cases stand where: for leaders, who only read."""

from __future__ import annotations

from flask import render_template

from app.cases import queries
from app.web.access import access
from app.web.pages import reading
from app.web.staff import blueprint


@blueprint.get("/overview")
@access("overview.read")
def overview() -> str:
    """Counts by phase, outcome, unit; no case and no person."""
    with reading() as reader:
        counts = queries.counts(reader)
    return render_template("staff/overview.html", counts=counts)
