"""The calendar of an office from its rows, and the seeding of rows from published holidays."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.metadata import version
from uuid import UUID

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.deadlines.model import CalendarDay
from app.deadlines.working_time import CalendarEntry, Shifts, WorkCalendar
from app.kernel.model import BASE_TENANT_ID
from app.tenancy import settings, zones

SHIFTS_SETTING = "working_hours"


def calendar_of(session: Session, tenant_id: UUID) -> WorkCalendar:
    """The working calendar in force: base rows, the office's own rows over them, its zone and shifts."""
    rows = session.scalars(select(CalendarDay)).all()
    rows = sorted(rows, key=lambda row: row.tenant_id != BASE_TENANT_ID)
    zone = zones.zone_of(session, tenant_id).key
    return WorkCalendar.of(zone, Shifts.from_setting(settings.value(session, SHIFTS_SETTING)), map(_entry, rows))


def _entry(row: CalendarDay) -> CalendarEntry:
    return CalendarEntry(row.on, row.kind, row.name, row.official)


def published_days(country: str, year: int) -> list[CalendarEntry]:
    """Holidays and make-up days of a year as the `holidays` package knows them.

    The package carries the make-up weekend days only of years whose plan is published and gives no warning for
    others: a year without any is marked as not official. Raises NotImplementedError for an unknown country.
    """
    known = holidays.country_holidays(country, years=year)
    made_up = {day for day in getattr(known, "weekend_workdays", ()) if day.year == year}
    official = bool(made_up) or country != "CN"
    rest = [CalendarEntry(on, "rest", str(name), official) for on, name in known.items() if on.year == year]
    return sorted(rest + [CalendarEntry(on, "work", "make-up day", official) for on in made_up], key=lambda e: e.on)


def seed(session: Session, tenant_id: UUID, years: range, country: str = "CN") -> int:
    """Add rows for days that have none of this tenant yet; the number added. Rows made by hand stay."""
    first, last = date(years.start, 1, 1), date(years.stop, 1, 1) - timedelta(days=1)
    query = select(CalendarDay.on).where(CalendarDay.tenant_id == tenant_id, CalendarDay.on.between(first, last))
    known = set(session.scalars(query))
    source = f"holidays {version('holidays')} ({country})"
    added = [entry for year in years for entry in published_days(country, year) if entry.on not in known]
    session.add_all(CalendarDay(tenant_id=tenant_id, on=entry.on, kind=entry.kind, name=entry.name, source=source,
                                official=entry.official) for entry in added)
    return len(added)
