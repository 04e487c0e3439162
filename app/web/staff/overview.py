"""How many cases stand where: for leaders, who only read."""

from __future__ import annotations

from flask import render_template

from app.cases import queries
from app.offices import queries as offices
from app.web.access import access
from app.web.admin.new_office import step_pages
from app.web.context import can
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.staff import blueprint


@blueprint.get("/overview")
@access("overview.read")
def overview() -> str:
    """Counts by phase, outcome, unit; no case and no person. A new office's administrator sees what is still to do."""
    with reading() as reader:
        counts = queries.counts(reader)
        steps = offices.first_steps(reader, the_office().tenant_id) if can("unit.manage") else []
    begun = all(done for _step, done in steps)
    return render_template("staff/overview.html", counts=counts, steps=[] if begun else steps, pages=step_pages())
