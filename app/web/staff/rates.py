"""The three rates (三率) by unit, module and month: a league, every figure opening its cases, and files."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.insight import queries
from app.insight.queries import RATES, Period, RateFilter, RateRow, ThreeRates
from app.kernel.errors import Invalid, NotFound, msg
from app.web import csv_files
from app.web.access import access
from app.web.names import on, pick
from app.web.pages import reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.inbox import page_number
from app.web.staff.insight import CUTS, PRESETS, Rows, address
from app.web.texts import local_now, t, zone
from app.web.words import WORDS, word

NAMES = {"response": msg("Response rate"), "solved": msg("Solved rate"), "satisfied": msg("Satisfied rate")}
VERDICTS = {"": msg("all that count"), "good": msg("good ones"), "bad": msg("bad ones")}
TABLES = ("units", "modules", "pieces")


@blueprint.get("/insight/rates")
@access("insight.read")
def rates() -> str | tuple[str, int]:
    """This month unless another period is asked for; a wrong date shows this month, with the fault at its field."""
    today = local_now().date()
    try:
        return _page(queries.parse(request.args, today, zone()))
    except Invalid as error:
        return _page(queries.preset("month", today, zone()), error), 422


def _module() -> str:
    asked = request.args.get("module", "")
    return asked if asked in WORDS["module"] else ""


def _page(period: Period, error: Invalid | None = None) -> str:
    module = _module()
    with reading() as reader:
        found = queries.three_rates(reader, actor(), period, module)
    where = {**address(period), **({"module": module} if module else {})}
    return render_template(
        "staff/rates.html", found=found, period=period, module=module, names=_names(),
        modules=[(code, t(name)) for code, name in WORDS["module"].items()], shown=request.args,
        presets=[(code, t(name)) for code, name in PRESETS.items()], row_name=row_name,
        cuts=[(code, t(name)) for code, name in CUTS.items()], errors=error.fields if error else {},
        problem=t(error.message, **error.params) if error else "",
        behind=lambda rate, verdict, **more: url_for(
            "staff.rate_cases", rate=rate, verdict=verdict, **{**where, **more}),
        file=lambda table: url_for("staff.rates_file", table=table, **where))


def _names() -> dict[str, str]:
    return {rate: t(NAMES[rate]) for rate in RATES}


def row_name(table: str, row: RateRow, by: str) -> str:
    """A unit, a module, or the days of a piece."""
    if row.first is not None:
        return f"{row.first:%Y-%m}" if by == "month" else on(row.first)
    if table == "modules":
        return word("module", row.code) or t(msg("not sorted yet"))
    return pick(row, "name") or t(msg("no unit yet"))


@blueprint.get("/insight/rates/cases")
@access("insight.read")
def rate_cases() -> str:
    """The closed cases behind one figure, and why each counts as it does."""
    given, period = request.args, queries.parse(request.args, local_now().date(), zone())
    rate, verdict = given.get("rate", ""), given.get("verdict", "")
    if rate not in RATES or verdict not in VERDICTS:
        raise NotFound(msg("There is no such page."))
    wanted = RateFilter(rate, verdict, given.get("unit"), given.get("module"))
    with reading() as reader:
        found = queries.rate_cases(reader, actor(), period, wanted, page_number())
    where: dict[str, Any] = {key: given[key] for key in ("unit", "module") if key in given}
    return render_template(
        "staff/rate_cases.html", found=found, period=period, rate=t(NAMES[rate]), verdict=t(VERDICTS[verdict]),
        back=url_for("staff.rates", **address(period)),
        link=lambda **other: url_for("staff.rate_cases", **{"rate": rate, "verdict": verdict, **where,
                                                            **address(period), **other}))


@blueprint.get("/insight/rates/<table>.csv")
@access("insight.export")
def rates_file(table: str) -> Response:
    """One table of the page for a spreadsheet."""
    if table not in TABLES:
        raise NotFound(msg("There is no such page."))
    period = queries.parse(request.args, local_now().date(), zone())
    with reading() as reader:
        found = queries.three_rates(reader, actor(), period, _module())
    head, rows = rows_of(table, found, period)
    return csv_files.answer(f"rates_{table}_{period.first}_{period.last}.csv", head, rows)


def rows_of(table: str, found: ThreeRates, period: Period) -> Rows:
    """Heading and rows of a file."""
    head = [t(msg("Code")), t(msg("Item")), t(msg("Closed"))]
    for rate in RATES:
        head += [t(msg("%(rate)s, of"), rate=t(NAMES[rate])), t(NAMES[rate])]
    rows: list[Any] = [[one.code, row_name(table, one, period.by), one.cases,
                        *(number for rate in RATES for number in (one.rates[rate].whole, one.rates[rate].part)),
                        "" if one.score is None else one.score] for one in getattr(found, table)]
    return [*head, t(msg("Score"))], rows
