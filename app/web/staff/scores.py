"""For supervisors and leaders: what each unit scores in a period, every figure opening what it is made of."""

from __future__ import annotations

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.insight import queries, scores
from app.kernel.errors import Invalid, msg
from app.tenancy import queries as tenancy
from app.web import csv_files
from app.web.access import access
from app.web.names import pick
from app.web.pages import reading
from app.web.sessions import actor
from app.web.staff import blueprint
from app.web.staff.insight import PRESETS, address
from app.web.texts import local_now, name_of, t, zone
from app.web.words import word


def _period() -> queries.Period:
    """This month, unless another period is asked for in a way that can be read."""
    today = local_now().date()
    try:
        return queries.parse(request.args, today, zone())
    except Invalid:
        return queries.preset("month", today, zone())


@blueprint.get("/insight/scores")
@access("insight.read")
def unit_scores() -> str:
    """The league of units."""
    period = _period()
    with reading() as reader:
        found = scores.scores(reader, actor(), period)
    return render_template(
        "staff/scores.html", found=found, period=period, items=list(scores.ITEMS), shared=scores.SHARED,
        presets=[(code, t(name)) for code, name in PRESETS.items()], address=address(period))


@blueprint.get("/insight/scores/<item>")
@access("insight.read")
def scored_cases(item: str) -> str:
    """The cases or orders behind one figure of one unit."""
    period, unit = _period(), request.args.get("unit", "")[:40]
    with reading() as reader:
        rows = scores.behind(reader, actor(), period, item, unit)
        name = next((name_of(one) for one in tenancy.units(reader) if one.code == unit), unit)
    return render_template("staff/scored.html", rows=rows, item=item, unit=name, period=period, most=scores.MOST_LISTED,
                           back=url_for("staff.unit_scores", **address(period)))


@blueprint.get("/insight/scores.csv")
@access("insight.export")
def unit_scores_file() -> Response:
    """The league for a spreadsheet."""
    period = _period()
    with reading() as reader:
        found = scores.scores(reader, actor(), period)
    head = [t(msg("Unit")), t(msg("Item")), t(msg("Points"))]
    for code in scores.ITEMS:
        head += [word("score_item", code), t(msg("Count")), t(msg("Share"))]
    rows = [[one.code, pick(one, "name"), one.total,
             *(value for item in one.items for value in (item.points, item.count, item.share))] for one in found.units]
    return csv_files.answer(f"scores_{period.first}_{period.last}.csv", head, rows)
