"""Supervision rules in force: what each noticed lately, what stopped, how their owner is doing, the text of one."""

from __future__ import annotations

from pathlib import Path

from flask import render_template
from sqlalchemy.orm import Session

from app import catalog
from app.auth import policy
from app.auth import queries as auth
from app.catalog import queries as published
from app.config import ROOT
from app.kernel.errors import NotFound, msg
from app.rules import queries
from app.web.access import access
from app.web.admin import blueprint
from app.web.pages import reading
from app.web.sessions import actor, the_office
from app.web.texts import locale

KIND, SHADOW = "supervision", "supervision_shadow"
GUIDE = Path(ROOT) / "rules" / "base" / "supervision"
SHOWN_VERSIONS = 20


@blueprint.get("/supervision-rules")
@access("definition.read")
def supervision_rules() -> str:
    """Rules by key, with version, mode and firings; what stopped and why newer ones could not take over."""
    with reading() as reader:
        waiting, faults = _faults(reader)
        return render_template("admin/supervision_rules.html", page=queries.rules(reader, the_office().tenant_id),
                               waiting=waiting, faults=faults, guide=_guide())


@blueprint.get("/supervision-rules/<key>")
@access("definition.read")
def supervision_rule(key: str) -> str:
    """The text in force, its versions and the newest firings, with their cases."""
    return one_rule(key)


def one_rule(key: str, asks: str = "", mark: str = "", reason: str = "") -> str:
    """The page of a rule; `asks`: why switching it wants a second confirmation. Raises NotFound."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        live = catalog.live(reader, tenant_id, KIND, key) or catalog.live(reader, tenant_id, SHADOW, key)
        if live is None:
            raise NotFound(msg("There is no such version."))
        page = queries.rules(reader, tenant_id)
        versions = [one for kind in (KIND, SHADOW) for one in published.history(reader, tenant_id, kind, key)]
        versions.sort(key=lambda one: one.published_at, reverse=True)
        people = auth.names(reader, {one.published_by for one in versions if one.published_by is not None})
        waiting, faults = _faults(reader, key)
        return render_template(
            "admin/supervision_rule.html", key=key, published=live, firings=queries.firings(reader, key),
            source=live.data.decode("utf-8", "replace"), aside=[one for one in page.aside if one.rule == key],
            row=next((one for one in page.rows if one.rule.key == key), None), versions=versions[:SHOWN_VERSIONS],
            people=people, waiting=waiting, faults=faults, asks=asks, mark=mark, reason=reason)


def _faults(reader: Session, key: str | None = None) -> tuple[int, list[queries.FaultRow]]:
    """For who may see incidents."""
    return queries.faults(reader, key) if policy.can(actor(), "incident.read") else (0, [])


def _guide() -> str:
    """How rule files are written, in the reader's language."""
    name = "README.zh.md" if locale() == "zh" else "README.md"
    return (GUIDE / name).read_text(encoding="utf-8")
