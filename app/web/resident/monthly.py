"""The topics of each month (每月一题) for residents: what is asked, who sees to it, how far it is, what it did."""

from __future__ import annotations

from flask import render_template

from app.demand import queries
from app.web.access import PUBLIC, access
from app.web.pages import reading
from app.web.resident import blueprint

LEAST = 5
"""Counts below this are not told, so that they point at nobody."""


@blueprint.get("/monthly")
@access(PUBLIC)
def monthly() -> str:
    """All published months, the newest first."""
    with reading() as reader:
        found = queries.published_months(reader)
    return render_template("resident/monthly.html", months=found, least=LEAST)
