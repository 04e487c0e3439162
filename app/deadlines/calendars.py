"""The calendar of an office from its rows, and the seeding of rows from published holidays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from importlib.metadata import version
from typing import Any
from uuid import UUID

import holidays
from sqlalchemy import Integer, Row, cast, func, select
from sqlalchemy.orm import Session

from app.deadlines.model import CalendarDay
from app.deadlines.working_time import CalendarEntry, Shifts, WorkCalendar
from app.kernel.model import BASE_TENANT_ID
from app.tenancy import settings, zones

SHIFTS_SETTING = "working_hours"
COUNTRY = "CN"
"""Whose public holidays an office takes over."""
LANGUAGES: dict[str, tuple[str, ...]] = {"CN": ("zh_CN", "en_US")}
LOCK_CLASS = 0x59_4B
"""Advisory locks of this kind (the high half of the key) guard calendars; the low half is made from the office's id."""


def calendar_of(session: Session, tenant_id: UUID) -> WorkCalendar:
    """The working calendar in force: base rows, the office's own rows over them, its zone and shifts."""
    columns = (CalendarDay.tenant_id, CalendarDay.on, CalendarDay.kind, CalendarDay.name, CalendarDay.official)
    rows = sorted(session.execute(select(*columns)).all(), key=lambda row: row.tenant_id != BASE_TENANT_ID)
    zone = zones.zone_of(session, tenant_id).key
    return WorkCalendar.of(zone, Shifts.from_setting(settings.value(session, SHIFTS_SETTING)), map(_entry, rows))


def calendar_with(session: Session, tenant_id: UUID, year: int, own: Iterable[CalendarEntry]) -> WorkCalendar:
    """As `calendar_of`, with these days in the place of the office's own rows of a year."""
    columns = (CalendarDay.tenant_id, CalendarDay.on, CalendarDay.kind, CalendarDay.name, CalendarDay.official)
    rows = sorted(session.execute(select(*columns)).all(), key=lambda row: row.tenant_id != BASE_TENANT_ID)
    kept = [_entry(row) for row in rows if row.tenant_id == BASE_TENANT_ID or row.on.year != year]
    shifts = Shifts.from_setting(settings.value(session, SHIFTS_SETTING))
    return WorkCalendar.of(zones.zone_of(session, tenant_id).key, shifts, [*kept, *own])


def calendar_to_act_on(session: Session, tenant_id: UUID) -> WorkCalendar:
    """As `calendar_of`, and it stays in force until the commit: `hold_back` waits for whoever computes on it.

    SQLite has one writer at a time and needs no lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock_shared(*_lock_key(tenant_id))))
        zones.forget(session, tenant_id)
    return calendar_of(session, tenant_id)


def hold_back(session: Session, tenant_id: UUID) -> None:
    """Wait until nobody computes on the calendar so far, and let nobody begin before the commit."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(*_lock_key(tenant_id))))


def _lock_key(tenant_id: UUID) -> tuple[Any, Any]:
    return cast(LOCK_CLASS, Integer), cast(tenant_id.int % 0x7FFF_FFFF, Integer)


def _entry(row: Row[UUID, date, str, str, bool]) -> CalendarEntry:
    return CalendarEntry(row.on, row.kind, row.name, row.official)


def published_days(country: str, year: int) -> list[CalendarEntry]:
    """Holidays and make-up days of a year as the `holidays` package knows them.

    Names are said in both languages, `zh / en`, where the package knows them, whatever the machine speaks.
    The package carries the make-up weekend days only of years whose plan is published and gives no warning for
    others: a year without any is marked as not official. Raises NotImplementedError for an unknown country.
    """
    known, *more = [holidays.country_holidays(country, years=year, language=language)
                    for language in LANGUAGES.get(country, (None,))]
    made_up = {day for day in getattr(known, "weekend_workdays", ()) if day.year == year}
    official = bool(made_up) or country != "CN"
    rest = [CalendarEntry(on, "rest", " / ".join(str(one[on]) for one in (known, *more)), official)
            for on in known if on.year == year]
    return sorted(rest + [CalendarEntry(on, "work", "", official) for on in made_up], key=lambda e: e.on)


def source_of(country: str) -> str:
    """What a row from the package names as its source."""
    return f"holidays {version('holidays')} ({country})"


def seed(session: Session, tenant_id: UUID, years: range, country: str = COUNTRY) -> int:
    """Add rows for days that have none of this tenant yet; the number added. Rows made by hand stay."""
    first, last = date(years.start, 1, 1), date(years.stop, 1, 1) - timedelta(days=1)
    query = select(CalendarDay.on).where(CalendarDay.tenant_id == tenant_id, CalendarDay.on.between(first, last))
    known = set(session.scalars(query))
    source = source_of(country)
    added = [entry for year in years for entry in published_days(country, year) if entry.on not in known]
    session.add_all(CalendarDay(tenant_id=tenant_id, on=entry.on, kind=entry.kind, name=entry.name, source=source,
                                official=entry.official) for entry in added)
    return len(added)
