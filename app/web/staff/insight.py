"""For leaders and analysts: volumes, punctuality and satisfaction of a period, as a page and as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.insight import queries
from app.insight.queries import Figures, Period, Piece, Share, UnitFigures
from app.kernel.errors import Invalid, NotFound, msg
from app.web import csv_files
from app.web.access import access
from app.web.names import on, pick
from app.web.pages import reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.texts import local_now, t, zone
from app.web.words import WORDS, word

PRESETS = {"month": msg("This month"), "last_month": msg("Last month"), "quarter": msg("3 months"),
           "year": msg("12 months")}
CUTS = {"day": msg("by day"), "week": msg("by week"), "month": msg("by month")}
MODULES = (*WORDS["module"], "")
TABLES = ("trend", "units", "faces", "modules", "channels", "services", "places", "rising")
TABS = (("staff.insight", msg("Volumes and dates"), "insight.read"),
        ("staff.rates", msg("Three rates"), "insight.read"),
        ("staff.unit_scores", msg("Scores of units"), "insight.read"),
        ("staff.mechanisms", msg("Five mechanisms"), "overview.read"))
"""Pages of figures: endpoint, name, who may."""
Rows = tuple[Sequence[str], list[Sequence[object]]]


@blueprint.app_context_processor
def _tabs() -> dict[str, Any]:
    return {"insight_tabs": lambda: [(endpoint, t(name), action) for endpoint, name, action in TABS]}


@blueprint.get("/insight")
@access("insight.read")
def insight() -> str | tuple[str, int]:
    """This month unless another period is asked for; a wrong date shows this month, with the fault at its field."""
    today = local_now().date()
    try:
        return _page(queries.parse(request.args, today, zone()))
    except Invalid as error:
        return _page(queries.preset("month", today, zone()), error), 422


def _page(period: Period, error: Invalid | None = None) -> str:
    with reading() as reader:
        found = queries.figures(reader, actor(), period)
    return render_template(
        "staff/insight.html", found=found, period=period, presets=[(code, t(name)) for code, name in PRESETS.items()],
        cuts=[(code, t(name)) for code, name in CUTS.items()], modules=MODULES, bars=bars(found.trend),
        faces=queries.FACES, errors=error.fields if error else {}, shown=request.args,
        problem=t(error.message, **error.params) if error else "", code_name=code_name, piece_name=piece_name,
        file=lambda table: url_for("staff.insight_file", table=table, **address(period)))


def address(period: Period) -> dict[str, Any]:
    """The period as arguments of another address."""
    if period.preset:
        return {"period": period.preset}
    return {"first": period.first.isoformat(), "last": period.last.isoformat(), "by": period.by}


def code_name(kind: str, row: Share) -> str:
    """What a row is called: the word of its code, or the name that came with it."""
    if not row.code:
        return t(msg("none yet"))
    return word(kind, row.code) if kind in WORDS else pick(row, "name")


def piece_name(piece: Piece, by: str) -> str:
    """A day, the first day of a week, or a month."""
    return f"{piece.first:%Y-%m}" if by == "month" else on(piece.first)


WIDE, HIGH = 600, 140
"""Units of the drawing; the page stretches it."""


def bars(trend: Sequence[Piece]) -> list[dict[str, Any]]:
    """The stacked bars of the drawing: one rectangle for each module and piece, with its place in units."""
    most, step = max((piece.total for piece in trend), default=0), WIDE / max(1, len(trend))
    found = []
    for at, piece in enumerate(trend):
        top = float(HIGH)
        for index, module in enumerate(MODULES):
            number = piece.received.get(module, 0)
            if number:
                high = HIGH * number / most
                top -= high
                found.append({"x": round(at * step + step * .1, 1), "y": round(top, 1), "w": round(step * .8, 1),
                              "h": round(high, 1), "series": index})
    return found


@blueprint.get("/insight/<table>.csv")
@access("insight.export")
def insight_file(table: str) -> Response:
    """One table of the page for a spreadsheet."""
    if table not in TABLES:
        raise NotFound(msg("There is no such page."))
    period = queries.parse(request.args, local_now().date(), zone())
    with reading() as reader:
        found = queries.figures(reader, actor(), period)
    head, rows = rows_of(table, found, period)
    return csv_files.answer(f"{table}_{period.first}_{period.last}.csv", head, rows)


def rows_of(table: str, found: Figures, period: Period) -> Rows:
    """Heading and rows of a file."""
    if table == "trend":
        return ([t(msg("From")), t(msg("To")), *(word("module", code) or t(msg("none yet")) for code in MODULES),
                 t(msg("All")), t(msg("Closed"))],
                [[one.first, one.last, *(one.received.get(code, 0) for code in MODULES), one.total, one.closed]
                 for one in found.trend])
    if table == "units":
        return ([t(msg("Unit")), t(msg("Item")), t(msg("Received")), t(msg("Closed")), t(msg("Open now")),
                 t(msg("Overdue now")), t(msg("In time, of")), t(msg("In time")), t(msg("Promise kept, of")),
                 t(msg("Promise kept")), t(msg("Reopened, of")), t(msg("Reopened"))],
                [_unit(one) for one in found.units])
    if table == "faces":
        return ([t(msg("Unit")), t(msg("Item")), *(word("rating", face) for face in queries.FACES)],
                [[one.code, unit_name(one), *one.faces] for one in found.units])
    kinds = {"modules": "module", "channels": "channel"}
    return ([t(msg("Code")), t(msg("Item")), t(msg("Requests")), t(msg("Period before"))],
            [[one.code, code_name(kinds.get(table, ""), one), one.number, one.before] for one in getattr(found, table)])


def unit_name(one: UnitFigures) -> str:
    """The unit's name; cases may have none yet."""
    return pick(one, "name") or t(msg("no unit yet"))


def _unit(one: UnitFigures) -> list[object]:
    rates = [number for rate in (one.on_time, one.promise, one.reopened) for number in (rate.whole, rate.part)]
    return [one.code, unit_name(one), one.received, one.closed, one.open, one.late, *rates]
