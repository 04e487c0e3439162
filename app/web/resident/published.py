"""The public board (受理发布): notices, answers, agreed cases and the month in counts. No sign-in, no person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.dates import format_skeleton
from flask import render_template
from sqlalchemy.orm import Session

from app.cases import publishing
from app.knowledge import notices as office_notices
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.web.access import PUBLIC, access
from app.web.names import pick
from app.web.notices import view_of
from app.web.pages import reading
from app.web.resident import blueprint
from app.web.sessions import the_office
from app.web.texts import local_now, locale, name_of, zone


@blueprint.get("/published")
@access(PUBLIC)
def published() -> str:
    """One page, so that it can be printed and hung up in a stairway."""
    now = local_now()
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with reading() as reader:
        facts: dict[str, Any] = {
            "notices": [view_of(reader, notice) for notice in office_notices.standing(reader)],
            "answers": _answers(reader), "cases": publishing.published(reader, the_office().tenant_id),
            "figures": publishing.figures(reader, begin, now)}
    return render_template("resident/published.html", **facts)


def _answers(reader: Session) -> list[tuple[str, list[tuple[Any, str]]]]:
    """(module, answers with the name of the unit that answers for them), those without a service last."""
    modules = {service.code: service.module for service in knowledge.services(reader, active_only=False)}
    units = {unit.code: name_of(unit) for unit in tenancy.units(reader)}
    found: dict[str, list[tuple[Any, str]]] = {}
    for item in knowledge.items(reader):
        if item.answer_zh or item.answer_en:
            module = modules.get(item.service_code or "", "")
            found.setdefault(module, []).append((item, units.get(item.owner_unit, "")))
    return sorted(found.items(), key=lambda pair: (not pair[0], pair[0]))


@blueprint.app_template_filter("month")
def month(at: datetime) -> str:
    """The month only: a day could point at somebody."""
    return str(format_skeleton("yMMM", at.astimezone(zone()), locale=locale()))


@blueprint.app_template_filter("source_of")
def source_of(text: str) -> str:
    """Where an answer comes from; written as `中文 / English`, the part for the reader."""
    zh, slash, en = text.partition(" / ")
    return en if slash and locale() == "en" else zh if slash else text


@blueprint.app_template_filter("summary_of")
def summary_of(row: Any) -> str:
    """The public summary in the reader's language."""
    return pick(row, "summary")
