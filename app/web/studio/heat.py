"""A diagram as a dashboard: figures of a period on each element, against another period or version, also as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import jsonify, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import engine
from app.catalog import queries as catalog
from app.catalog.queries import Entry
from app.insight import queries
from app.insight.queries import Period
from app.kernel.differing import Part
from app.kernel.errors import DefinitionError, FieldErrors, Invalid, NotFound, msg
from app.web import csv_files
from app.web.access import access
from app.web.admin.definitions import for_viewer, in_force
from app.web.context import can
from app.web.difference_words import type_name
from app.web.names import pick
from app.web.pages import reading
from app.web.sessions import actor, the_office
from app.web.studio import blueprint, heat_rows
from app.web.studio.heat_rows import MEASURES, TIMES, Row, Side
from app.web.studio.names import called
from app.web.texts import local_now, t, zone

USUAL = timedelta(days=89)
NOTHING, BEFORE, YEAR, DAYS = "nothing", "before", "year", "days"
"""What a period can be held against besides another version: none, as many days before, a year before, named days."""
OTHER = {"first": "first_before", "last": "last_before"}
"""The fields of those days."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `version`: a hash, or empty for all; `against`: one of the four above, or a hash;
    `other`: the days that are compared, and `other_version` the version, as `version`."""

    versions: tuple[Entry, ...]
    period: Period
    version: str
    against: str
    other: Period | None
    other_version: str

    @property
    def shown(self) -> Entry:
        """The version that is drawn: the one asked for, else the one in force, else the newest."""
        chosen = next((one for one in self.versions if one.hash == self.version), None)
        return chosen or in_force(self.versions) or self.versions[0]


@blueprint.get("/heat/<key>")
@access("insight.read")
def heat(key: str) -> str | tuple[str, int]:
    """The last 90 days of all versions against those before unless asked otherwise; a wrong date shows those, the fault
    at its field."""
    try:
        return _page(key, *_periods())
    except Invalid as error:
        return _page(key, _usual(), _usual().before(), error), 422


@blueprint.get("/heat/<key>.csv")
@access("insight.export")
def heat_file(key: str) -> Response:
    """The table of the page for a spreadsheet."""
    period, other = _periods()
    with reading() as reader:
        asked = _asked(reader, key, period, other)
        rows, _whole = _rows(reader, key, asked)
    head = [t(msg("Element")), t(msg("Item")), t(msg("Kind")), *map(t, heat_rows.HEAD)]
    if asked.other is not None:
        head += [*map(t, heat_rows.HEAD_BEFORE), t(msg("First day")), t(msg("Last day")), t(msg("First day before")),
                 t(msg("Last day before"))]
    days = [] if asked.other is None else [period.first, period.last, asked.other.first, asked.other.last]
    return csv_files.answer(f"{key}_{period.first}_{period.last}.csv", head, [
        [one.id, pick(one, "name"), type_name("process", one.type), *heat_rows.cells(one), *days] for one in rows])


@blueprint.get("/heat/<key>/diagram")
@access("insight.read")
def heat_diagram(key: str) -> Response:
    """The drawing of the version asked for (`version`), for the viewer."""
    with reading() as reader:
        asked = _asked(reader, key, _usual(), None)
        data = catalog.version(reader, the_office().tenant_id, asked.shown.id).data
    return jsonify({"xml": for_viewer(data)})


def _usual() -> Period:
    today = local_now().date()
    return Period(today - USUAL, today, "month", zone())


def _periods() -> tuple[Period, Period | None]:
    """The days asked for, and those they are held against where these are named. Raises Invalid at the field."""
    today = local_now().date()
    errors: FieldErrors = {}
    period, other = _usual(), None
    if request.args.get("first") or request.args.get("last"):
        try:
            period = queries.parse(request.args, today, zone())
        except Invalid as error:
            errors |= error.fields
    if request.args.get("against") == DAYS:
        given = {name: request.args.get(field) or "-" for name, field in OTHER.items()}
        try:
            other = queries.parse(given, today, zone())
        except Invalid as error:
            errors |= {OTHER[name]: said for name, said in error.fields.items()}
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)
    return period, other


def _asked(session: Session, key: str, period: Period, days: Period | None) -> Asked:
    """Raises NotFound for what is no process, or no version of it."""
    versions = tuple(catalog.history(session, the_office().tenant_id, "process", key))
    version, against = request.args.get("version", ""), request.args.get("against") or BEFORE
    known = {one.hash for one in versions}
    if not versions or (version and version not in known) or against not in (NOTHING, BEFORE, YEAR, DAYS, *known):
        raise NotFound(msg("There is no such version."))
    others = {NOTHING: None, BEFORE: period.before(), YEAR: _year_before(period), DAYS: days}
    return Asked(versions, period, version, against, others.get(against, period),
                 against if against in known else version)


def _year_before(period: Period) -> Period:
    return replace(period, first=_a_year_back(period.first), last=_a_year_back(period.last))


def _a_year_back(on: date) -> date:
    return on.replace(year=on.year - 1, day=28 if (on.month, on.day) == (2, 29) else on.day)


def _page(key: str, period: Period, days: Period | None, error: Invalid | None = None) -> str:
    with reading() as reader:
        asked = _asked(reader, key, period, days)
        rows, whole = _rows(reader, key, asked)
        title = called("process", key, catalog.version(reader, the_office().tenant_id, asked.shown.id).data)
    by = request.args.get("by", "median")
    by = by if by in MEASURES else "median"
    given: dict[str, Any] = {"first": period.first.isoformat(), "last": period.last.isoformat(),
                             "version": asked.version or None, "against": asked.against}
    if asked.against == DAYS and asked.other is not None:
        given |= {OTHER["first"]: asked.other.first.isoformat(), OTHER["last"]: asked.other.last.isoformat()}
    return render_template(
        "studio/heat.html", key=key, title=title, asked=asked, rows=rows, whole=whole, by=by, ways=heat_rows,
        measures=[(name, t(said)) for name, said in MEASURES.items()], times=TIMES, type_name=type_name,
        errors=error.fields if error else {}, shown=request.args, ends=asked.other or period.before(),
        largest={name: heat_rows.largest(rows, name) for name in heat_rows.COMPARED} if asked.other else {},
        NOTHING=NOTHING, BEFORE=BEFORE, YEAR=YEAR, DAYS=DAYS,
        problem=t(error.message, **error.params) if error else "", behind=_behind(key, asked.version, asked.period),
        behind_other=_behind(key, asked.other_version, asked.other), standing=_standing(key, asked),
        drawn="change" if request.args.get("draw") == "change" and asked.other else "now",
        file=url_for("studio.heat_file", key=key, **given),
        drawing=url_for("studio.heat_diagram", key=key, version=asked.shown.hash))


def _rows(session: Session, key: str, asked: Asked) -> tuple[list[Row], bool]:
    """The rows, and whether all days of both sides are counted."""
    now = _side(session, key, asked.period, asked.version)
    before = None if asked.other is None else _side(session, key, asked.other, asked.other_version)
    names = _parts(session, asked.versions, [asked.shown.hash, asked.version, asked.other_version])
    return heat_rows.rows_of(names, now, before), now.figures.counted and (before is None or before.figures.counted)


def _side(session: Session, key: str, period: Period, version: str) -> Side:
    begun = min(period.last, local_now().date()) - period.first
    return Side(queries.heat(session, the_office().tenant_id, actor(), key, period, version), max(1, begun.days + 1))


def _parts(session: Session, versions: Iterable[Entry], wanted: list[str]) -> Mapping[str, Part]:
    """Elements by id: of the version that is drawn, then of the others that are asked for."""
    found: dict[str, Part] = {}
    for digest in dict.fromkeys(wanted):
        entry = next((one for one in versions if one.hash == digest), None)
        if entry is None:
            continue
        try:
            parts = engine.diagram_parts(catalog.version(session, the_office().tenant_id, entry.id).data)
        except DefinitionError:
            continue
        for name, part in parts.items():
            found.setdefault(name, heat_rows.named(parts, part))
    return found


def _behind(key: str, version: str, period: Period | None) -> Any:
    """Address of the cases that went through an element in a period, for who may search cases."""
    def address(element_id: str) -> str | None:
        if period is None or not can("case.search"):
            return None
        return url_for("staff.search", process=key, hash=version or None, through=element_id,
                       first=period.first.isoformat(), last=period.last.isoformat())
    return address


def _standing(key: str, asked: Asked) -> Any:
    def address(element_id: str) -> str | None:
        if not can("case.search"):
            return None
        return url_for("staff.search", process=key, hash=asked.version or None, at=element_id)
    return address
