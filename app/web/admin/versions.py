"""Versions of what an office writes, and of the years of its calendar: list, differences, back to an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import queries as auth
from app.deadlines.commands import RestoreCalendarYear
from app.kernel.commands import Command
from app.kernel.errors import Conflict, Invalid, msg
from app.knowledge.commands import SaveKnowledgeItem, SaveService
from app.tenancy import settings, versions
from app.tenancy.commands import SaveOffice, SavePlace, SaveUnit
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.sent import expect, text
from app.web.pages import dispatch, reading
from app.web.texts import t


@dataclass(frozen=True)
class Content:
    """A kind of content: the right it needs, where it is edited, and how a document is saved again."""

    kind: str
    action: str
    path: str
    page: str
    command: type[Command]
    data: Callable[[Mapping[str, Any]], dict[str, Any]]


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "removed"}


def _item(document: Mapping[str, Any]) -> dict[str, Any]:
    day = document.get("reviewed_on")
    return {**document, "reviewed_on": date.fromisoformat(day) if day else None}


def _office(document: Mapping[str, Any]) -> dict[str, Any]:
    known = {one.name for one in settings.REGISTRY}
    return {"name_zh": document["name_zh"], "name_en": document["name_en"], "locale": document["locale"],
            "values": {name: value for name, value in document.items() if name in known}}


def _year(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"year": document["year"], "days": {name: day for name, day in document.items() if name != "year"}}


KINDS = (
    Content("service", "service.manage", "services", "admin.service", SaveService, _plain),
    Content("knowledge", "knowledge.edit", "knowledge", "admin.item", SaveKnowledgeItem, _item),
    Content("unit", "unit.manage", "units", "admin.unit", SaveUnit, _plain),
    Content("place", "place.manage", "places", "admin.place", SavePlace, _plain),
    Content("calendar", "calendar.manage", "calendar", "admin.calendar_year", RestoreCalendarYear, _year),
    Content("settings", "settings.manage", "settings", "admin.office_settings", SaveOffice, _office),
)


def _page(one: Content, code: str, problem: str = "") -> str:
    with reading() as reader:
        found = versions.history(reader, one.kind, code)
        people = auth.names(reader, {version.by for version in found if version.by is not None})
    steps = [(version, content.changed(before.document if before else {}, version.document))
             for version, before in zip(found, [*found[1:], None], strict=False)]
    back = url_for(one.page, code=code) if one.kind != "settings" else url_for(one.page)
    return render_template("admin/content_versions.html", kind=one.kind, code=code, steps=steps, people=people,
                           back=back, problem=problem, restore=f"admin.{one.kind}_restore",
                           against_now={version.number: content.changed(found[0].document, version.document)
                                        for version in found[1:]})


def _restore(one: Content, code: str) -> Response | tuple[str, int]:
    """The earlier document is saved anew, checked like any other; the tables keep versions of their own."""
    try:
        expect("number", "begun_from")
        number = text("number")
        with reading() as reader:
            found = versions.version(reader, one.kind, code, int(number) if number.isdecimal() else 0)
        dispatch(one.command, begun_from=content.begun(),
                 reason=t(msg("Back to version %(version)s"), version=found.number), **one.data(found.document))
    except (Invalid, Conflict) as error:
        lines = [t(m, **params) for faults in getattr(error, "fields", {}).values() for m, params in faults]
        return _page(one, code, " ".join([t(error.message, **error.params), *lines])), error.status
    flash(t(msg("Version %(version)s holds again."), version=found.number))
    return redirect(request.path.removesuffix("/restore"), 303)


def _add(one: Content) -> None:
    """Two routes of its own for each kind, so that each asks for its own right."""
    def shown(code: str) -> str:
        return _page(one, code)

    def restored(code: str) -> Response | tuple[str, int]:
        return _restore(one, code)

    path = f"/{one.path}/<code>/versions"
    blueprint.add_url_rule(path, f"{one.kind}_versions", access(one.action)(shown), methods=["GET"])
    blueprint.add_url_rule(f"{path}/restore", f"{one.kind}_restore", access(one.action)(restored), methods=["POST"])


for each in KINDS:
    _add(each)
