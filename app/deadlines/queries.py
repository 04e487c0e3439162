"""Reading the calendar for its page: the rows of a year, the base's and the office's own apart, and its months."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines.calendars import calendar_of
from app.deadlines.model import CalendarDay
from app.deadlines.working_time import WorkCalendar


@dataclass(frozen=True)
class RowView:
    """One row. `covered`: a row of the base over which the office has its own; it does not count."""

    on: date
    kind: str
    name: str
    source: str
    official: bool
    covered: bool = False


@dataclass(frozen=True)
class DayView:
    """One day of a month. `kind`: work or rest as the weekday has it; holiday or make_up where a row differs."""

    on: date
    kind: str
    name: str = ""


@dataclass(frozen=True)
class YearView:
    """A year as it counts. `months`: twelve of them, each its weeks from Monday on, None outside the month."""

    year: int
    own: tuple[RowView, ...]
    base: tuple[RowView, ...]
    months: tuple[tuple[tuple[DayView | None, ...], ...], ...]
    official: bool
    working_days: int
    known_years: tuple[int, ...]

    def row(self, on: str) -> RowView | None:
        """The office's own row of an ISO day."""
        return next((one for one in self.own if one.on.isoformat() == on), None)


def year_view(session: Session, tenant_id: UUID, year: int) -> YearView:
    """The year of an office."""
    calendar = calendar_of(session, tenant_id)
    rows = list(session.scalars(select(CalendarDay).where(
        CalendarDay.on.between(date(year, 1, 1), date(year, 12, 31))).order_by(CalendarDay.on)))
    mine = {row.on for row in rows if row.tenant_id == tenant_id}
    own = tuple(_row(row, False) for row in rows if row.tenant_id == tenant_id)
    base = tuple(_row(row, row.on in mine) for row in rows if row.tenant_id != tenant_id)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366 if months.isleap(year) else 365)]
    return YearView(year, own, base, tuple(_month(calendar, year, month) for month in range(1, 13)),
                    calendar.is_official(year), sum(calendar.is_working_day(on) for on in days),
                    tuple(sorted({on.year for on in calendar.entries})))


def _row(row: CalendarDay, covered: bool) -> RowView:
    return RowView(row.on, row.kind, row.name, row.source, row.official, covered)


def _month(calendar: WorkCalendar, year: int, month: int) -> tuple[tuple[DayView | None, ...], ...]:
    weeks = months.Calendar().monthdayscalendar(year, month)
    return tuple(tuple(_day(calendar, date(year, month, day)) if day else None for day in week) for week in weeks)


def _day(calendar: WorkCalendar, on: date) -> DayView:
    entry, usual = calendar.entries.get(on), on.weekday() in calendar.shifts.weekdays
    if entry is None or (entry.kind == "work") == usual:
        return DayView(on, "work" if usual else "rest", entry.name if entry is not None else "")
    return DayView(on, "make_up" if entry.kind == "work" else "holiday", entry.name)


def counts(view: YearView) -> Mapping[str, int]:
    """Kind of a day -> how many days of the year are of it."""
    found = {"work": 0, "rest": 0, "holiday": 0, "make_up": 0}
    for day in (day for month in view.months for week in month for day in week if day is not None):
        found[day.kind] += 1
    return found
