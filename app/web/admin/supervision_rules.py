"""Supervision rules in force: what each noticed lately, what was put aside, and the text of one. Reading only."""

from __future__ import annotations

from flask import render_template

from app.catalog import queries as catalog
from app.rules import queries
from app.web.access import access
from app.web.admin import blueprint
from app.web.pages import reading
from app.web.sessions import the_office

KIND = "supervision"


@blueprint.get("/supervision-rules")
@access("definition.read")
def supervision_rules() -> str:
    """Rules by key, with version, mode and firings; why newer ones could not take over."""
    with reading() as reader:
        return render_template("admin/supervision_rules.html", page=queries.rules(reader, the_office().tenant_id))


@blueprint.get("/supervision-rules/<key>")
@access("definition.read")
def supervision_rule(key: str) -> str:
    """The text in force and the newest firings, with their cases."""
    with reading() as reader:
        published = catalog.effective(reader, the_office().tenant_id, KIND, key)
        page = queries.rules(reader, the_office().tenant_id)
        return render_template(
            "admin/supervision_rule.html", key=key, published=published, firings=queries.firings(reader, key),
            source=published.data.decode("utf-8", "replace"), aside=[one for one in page.aside if one.rule == key],
            row=next((one for one in page.rows if one.rule.key == key), None))
