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
from app.insight.queries import Heat, HeatFigures, Period
from app.kernel.differing import Part
from app.kernel.errors import DefinitionError, Invalid, NotFound, msg
from app.web import csv_files
from app.web.access import access
from app.web.admin.definitions import for_viewer, in_force
from app.web.context import can
from app.web.difference_words import type_name
from app.web.names import pick
from app.web.pages import reading
from app.web.sessions import actor, the_office
from app.web.studio import blueprint
from app.web.studio.names import called
from app.web.texts import local_now, t, zone

USUAL = timedelta(days=89)
BEFORE, YEAR = "before", "year"
MEASURES = {"median": msg("Median time"), "most": msg("Nine of ten within"), "passages": msg("Passages"),
            "overdue": msg("Overdue"), "rework": msg("Rework"), "live": msg("Here now")}
"""What can colour the picture."""
TIMES = ("median", "most")
NOTHING = Heat()


@dataclass(frozen=True)
class Asked:
    """What the address asks for. `version`: a hash, or empty for all; `against`: before, year, a hash, or nothing."""

    versions: tuple[Entry, ...]
    period: Period
    version: str
    against: str

    @property
    def shown(self) -> Entry:
        """The version that is drawn: the one asked for, else the one in force, else the newest."""
        chosen = next((one for one in self.versions if one.hash == self.version), None)
        return chosen or in_force(self.versions) or self.versions[0]


@dataclass(frozen=True)
class Row:
    """One element or flow with its figures, and those it is held against."""

    id: str
    name_zh: str
    name_en: str
    type: str
    now: Heat
    before: Heat | None

    def change(self, measure: str) -> float | None:
        """How much more (1 is twice) or less; None where nothing can be compared."""
        old, new = (getattr(one, measure) if one is not None else None for one in (self.before, self.now))
        return (new - old) / old if old and new is not None else None


@blueprint.get("/heat/<key>")
@access("insight.read")
def heat(key: str) -> str | tuple[str, int]:
    """The last 90 days of all versions unless asked otherwise; a wrong date shows those, the fault at its field."""
    try:
        return _page(key, _period())
    except Invalid as error:
        return _page(key, _usual(), error), 422


@blueprint.get("/heat/<key>.csv")
@access("insight.export")
def heat_file(key: str) -> Response:
    """The table of the page for a spreadsheet."""
    period = _period()
    with reading() as reader:
        asked = _asked(reader, key, period)
        rows, _whole = _rows(reader, key, asked)
    head = [t(msg("Element")), t(msg("Item")), t(msg("Kind")), t(msg("Here now")), t(msg("Passages")),
            t(msg("Median, working minutes")), t(msg("Nine of ten within, working minutes")), t(msg("Overdue")),
            t(msg("Rework"))]
    if asked.against:
        head += [t(msg("Passages before")), t(msg("Median before, working minutes"))]
    return csv_files.answer(f"{key}_{period.first}_{period.last}.csv", head, [_line(one) for one in rows])


def _line(one: Row) -> list[object]:
    minutes = [None if value is None else round(value / 60, 1) for value in (one.now.median, one.now.most)]
    before = [] if one.before is None else [
        one.before.passages, None if one.before.median is None else round(one.before.median / 60, 1)]
    return [one.id, pick(one, "name"), type_name("process", one.type), one.now.live, one.now.passages, *minutes,
            one.now.overdue, one.now.rework, *before]


@blueprint.get("/heat/<key>/diagram")
@access("insight.read")
def heat_diagram(key: str) -> Response:
    """The drawing of the version asked for (`version`), for the viewer."""
    with reading() as reader:
        asked = _asked(reader, key, _usual())
        data = catalog.version(reader, the_office().tenant_id, asked.shown.id).data
    return jsonify({"xml": for_viewer(data)})


def _usual() -> Period:
    today = local_now().date()
    return Period(today - USUAL, today, "month", zone())


def _period() -> Period:
    """Raises Invalid at the field."""
    if not request.args.get("first") and not request.args.get("last"):
        return _usual()
    return queries.parse(request.args, local_now().date(), zone())


def _asked(session: Session, key: str, period: Period) -> Asked:
    """Raises NotFound for what is no process, or no version of it."""
    versions = tuple(catalog.history(session, the_office().tenant_id, "process", key))
    version, against = request.args.get("version", ""), request.args.get("against", "")
    known = {one.hash for one in versions}
    if not versions or (version and version not in known) or (against not in ("", BEFORE, YEAR, *known)):
        raise NotFound(msg("There is no such version."))
    return Asked(versions, period, version, against)


def _page(key: str, period: Period, error: Invalid | None = None) -> str:
    with reading() as reader:
        asked = _asked(reader, key, period)
        rows, whole = _rows(reader, key, asked)
        title = called("process", key, catalog.version(reader, the_office().tenant_id, asked.shown.id).data)
    by = request.args.get("by", "median")
    given: dict[str, Any] = {"first": period.first.isoformat(), "last": period.last.isoformat(),
                             "version": asked.version or None, "against": asked.against or None}
    return render_template(
        "studio/heat.html", key=key, title=title, asked=asked, rows=rows, whole=whole,
        by=by if by in MEASURES else "median",
        measures=[(name, t(said)) for name, said in MEASURES.items()], times=TIMES, length=length, value=value,
        type_name=type_name, errors=error.fields if error else {}, shown=request.args, change=change, BEFORE=BEFORE,
        YEAR=YEAR, problem=t(error.message, **error.params) if error else "", behind=_behind(key, asked),
        standing=_standing(key, asked), file=url_for("studio.heat_file", key=key, **given),
        drawing=url_for("studio.heat_diagram", key=key, version=asked.shown.hash))


def _rows(session: Session, key: str, asked: Asked) -> tuple[list[Row], bool]:
    """Elements that anything happened at, in the order of the drawing, those of other versions last."""
    found = _figures(session, key, asked.period, asked.version)
    before = _compared(session, key, asked)
    names = _parts(session, asked.versions, [asked.shown.hash, asked.version, asked.against])
    ids = {name for figures in (found, before) if figures is not None for name in figures.elements}
    known = [name for name in names if name in ids]
    rows = [_row(names.get(name), name, found, before) for name in [*known, *sorted(ids - set(known))]]
    return rows, found.counted and (before is None or before.counted)


def _row(part: Part | None, name: str, found: HeatFigures, before: HeatFigures | None) -> Row:
    labels = (part.name_zh or name, part.name_en or name, part.type) if part is not None else (name, name, "")
    return Row(name, *labels, found.elements.get(name, NOTHING),
               before.elements.get(name, NOTHING) if before is not None else None)


def _figures(session: Session, key: str, period: Period, version: str) -> HeatFigures:
    return queries.heat(session, the_office().tenant_id, actor(), key, period, version)


def _compared(session: Session, key: str, asked: Asked) -> HeatFigures | None:
    if not asked.against:
        return None
    if asked.against == BEFORE:
        return _figures(session, key, asked.period.before(), asked.version)
    if asked.against == YEAR:
        earlier = replace(asked.period, first=_year_before(asked.period.first), last=_year_before(asked.period.last))
        return _figures(session, key, earlier, asked.version)
    return _figures(session, key, asked.period, asked.against)


def _year_before(on: date) -> date:
    return on.replace(year=on.year - 1, day=28 if (on.month, on.day) == (2, 29) else on.day)


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
            found.setdefault(name, _named(part, parts))
    return found


def _named(part: Part, parts: Mapping[str, Part]) -> Part:
    """A flow is called by what it joins, and by its own name."""
    ends = [parts.get(part.facts.get(end, "")) for end in ("sourceRef", "targetRef")]
    if None in ends:
        return part
    zh, en = (_joined([getattr(one, name) or (one.id if one else "") for one in ends], getattr(part, name))
              for name in ("name_zh", "name_en"))
    return replace(part, name_zh=zh, name_en=en)


def _joined(ends: list[str], name: str) -> str:
    return " → ".join(ends) + (f" ({name})" if name else "")


def _behind(key: str, asked: Asked) -> Any:
    """Address of the cases that went through an element, for who may search cases."""
    def address(element_id: str) -> str | None:
        if not can("case.search"):
            return None
        return url_for("staff.search", process=key, hash=asked.version or None, through=element_id,
                       first=asked.period.first.isoformat(), last=asked.period.last.isoformat())
    return address


def _standing(key: str, asked: Asked) -> Any:
    def address(element_id: str) -> str | None:
        if not can("case.search"):
            return None
        return url_for("staff.search", process=key, hash=asked.version or None, at=element_id)
    return address


def length(seconds: float | None) -> str:
    """Working time in words."""
    if seconds is None:
        return "–"
    if seconds < 5_400:
        return t(msg("%(amount)s min"), amount=round(seconds / 60) if seconds >= 60 or seconds < 1 else "< 1")
    hours = seconds / 3_600
    return t(msg("%(amount)s working h"), amount=f"{hours:.1f}" if hours < 100 else round(hours))


def value(one: Heat, measure: str) -> str:
    """A figure in words."""
    found = getattr(one, measure)
    return length(found) if measure in TIMES else str(found)


def change(row: Row, measure: str) -> str:
    """How it changed, with a sign; empty where nothing can be compared."""
    found = row.change(measure)
    if found is None or row.before is None:
        return ""
    return "=" if abs(found) < 0.005 else f"{'▲' if found > 0 else '▼'} {found:+.0%}"
