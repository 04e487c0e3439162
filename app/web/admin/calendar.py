"""The office's calendar: a year at a glance, its own rows over the base's, and what a change does to open deadlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.cases import backtest
from app.cases import queries as cases
from app.deadlines import WorkCalendar, calendar_of, queries, years
from app.deadlines.commands import ImportCalendarYear, RemoveCalendarDay, SaveCalendarDay, TakeOverCalendarYear
from app.kernel.commands import Command
from app.kernel.errors import Conflict, Invalid, NotFound, TooLarge, YikouError, msg
from app.web.access import access
from app.web.admin import blueprint, content, past_cases
from app.web.admin.sent import expect, text
from app.web.admin.tables import csv_text
from app.web.moves import Moves, moves
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.texts import local_now, t

KIND = "calendar"
DAY = ("on", "kind", "name", "source", "official", "was")
REFUSED = (Invalid, Conflict, TooLarge)


@blueprint.get("/calendar")
@access("calendar.manage")
def calendar() -> Response:
    """This year's page."""
    return redirect(url_for("admin.calendar_year", code=local_now().year))


@blueprint.get("/calendar/<code>")
@access("calendar.manage")
def calendar_year(code: str) -> str:
    """A year; `day` opens the form on one of the office's own rows."""
    return _page(_year(code), opened=request.args.get("day", "")[:10])


def _year(code: str) -> int:
    if not (code.isascii() and code.isdecimal() and years.FIRST_YEAR <= int(code[:9]) <= years.LAST_YEAR):
        raise NotFound(msg("There is no such year."))
    return int(code)


def _page(year: int, *, opened: str = "", form: str = "", error: YikouError | None = None,
          looked: list[content.Changed] | None = None, effect: Moves | None = None,
          past: backtest.Backtest | None = None) -> str:
    """`form`: the form that was sent (day, import, take_over), which keeps what was typed."""
    with reading() as reader:
        view = queries.year_view(reader, the_office().tenant_id, year)
        following = queries.year_view(reader, the_office().tenant_id, year + 1) if year == local_now().year else None
    row = view.row(opened or text("was"))
    values: Mapping[str, Any] = request.form if form == "day" else (
        {} if row is None else {"on": row.on.isoformat(), "kind": row.kind, "name": row.name, "source": row.source,
                                "official": "on" if row.official else ""})
    return render_template(
        "admin/calendar.html", view=view, counts=queries.counts(view), row=row, values=values, form=form,
        looked=looked, effect=effect, past=past, following=following if following and not following.official else None,
        first=years.FIRST_YEAR, last=years.LAST_YEAR, sent=request.form if form == "import" else {},
        sent_table=_kept() if form == "import" else "",
        **content.form_state(KIND, str(year), error))


@blueprint.post("/calendar/<code>/day")
@access("calendar.manage")
def save_calendar_day(code: str) -> str | Response | tuple[str, int]:
    """A new row, or the one of the day `was` with other words."""
    year = _year(code)
    return _send(year, "day", ("reason", *DAY), SaveCalendarDay, lambda: {
        **{name: text(name) for name in DAY if name != "official"}, "year": year, "official": text("official") == "on"})


@blueprint.post("/calendar/<code>/remove")
@access("calendar.manage")
def remove_calendar_day(code: str) -> str | Response | tuple[str, int]:
    """The base's row or the weekday counts again."""
    return _send(_year(code), "remove", ("reason", "was"), RemoveCalendarDay, lambda: {"on": text("was")})


@blueprint.post("/calendar/<code>/import")
@access("calendar.manage")
def import_calendar_year(code: str) -> str | Response | tuple[str, int]:
    """A table, chosen as a file or written into the form; it takes the place of the year's own rows."""
    year = _year(code)
    return _send(year, "import", ("file", "csv", "source", "official", "reason"), ImportCalendarYear, lambda: {
        "year": year, "csv_text": _table(), "source": text("source"), "official": text("official") == "on"})


def _table() -> str:
    """The text of the file, else of the form's field."""
    file = request.files.get("file")
    if file is not None and file.filename:
        file.stream.seek(0)  # a page that shows the form again asks once more
    elif text("csv"):
        return request.form.get("csv", "").replace("\r\n", "\n")
    return csv_text()


def _kept() -> str:
    """What was sent as a table, to be mended or saved after a look; empty where it could not be read."""
    try:
        return _table()
    except REFUSED:
        return ""


@blueprint.post("/calendar/<code>/take-over")
@access("calendar.manage")
def take_over_calendar_year(code: str) -> str | Response | tuple[str, int]:
    """What the installed list of public holidays knows takes the place of the year's own rows."""
    year = _year(code)
    return _send(year, "take_over", ("reason",), TakeOverCalendarYear, lambda: {"year": year})


def _send(year: int, form: str, fields: tuple[str, ...], command: type[Command],
          data: Callable[[], dict[str, Any]]) -> str | Response | tuple[str, int]:
    """Save or look."""
    seen: list[Moves] = []
    changed: list[WorkCalendar] = []

    def look(session: Session) -> None:
        seen.append(moves(cases.recalculated(session)))
        changed.append(calendar_of(session, the_office().tenant_id))

    try:
        expect("begun_from", *fields)
        answer: dict[str, Any] = {}
        looked = content.save(KIND, str(year), command, look, answer, begun_from=content.begun(),
                              reason=text("reason"), **data())
    except REFUSED as error:
        return _page(year, form=form, error=error), error.status
    if looked is not None:
        return _page(year, form=form, looked=looked, effect=seen[0] if seen else None,
                     past=_tried(year, changed[0]) if looked and changed else None)
    flash(t(msg("Saved. %(count)s deadlines of open requests moved."), count=answer.get("moved", 0)))
    return redirect(url_for("admin.calendar_year", code=year), 303)


def _tried(year: int, changed: WorkCalendar) -> backtest.Backtest:
    """The changed calendar over the clocks of the last months, those that have ended too."""
    with reading() as reader:
        before = calendar_of(reader, the_office().tenant_id)
    return past_cases.calendar(year, before, changed)
