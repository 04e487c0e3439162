"""Handlers of the calendar's commands: rows, their version, the dates that move with them, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.auth import policy
from app.deadlines import calendars, following, years
from app.deadlines.commands import (
    ImportCalendarYear,
    RemoveCalendarDay,
    RestoreCalendarYear,
    SaveCalendarDay,
    TakeOverCalendarYear,
)
from app.deadlines.events import CalendarChanged
from app.deadlines.model import CalendarDay
from app.deadlines.years import Day, Days
from app.kernel.bus import handles
from app.kernel.errors import Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import versions, watching

KIND = "calendar"
"""Of the versions; the key is the year."""
Change = SaveCalendarDay | RemoveCalendarDay | ImportCalendarYear | TakeOverCalendarYear | RestoreCalendarYear


@watching.watcher(calendars.SHIFTS_SETTING, "calendar")
def follow_hours(uow: UnitOfWork) -> None:
    """Other working hours are another calendar."""
    _require_working_time(uow, None)
    following.calendar_changed(uow)


@handles(SaveCalendarDay)
def save_day(command: SaveCalendarDay, uow: UnitOfWork) -> dict[str, Any]:
    """A day that has an own row is changed by naming it as `was` only: two rows of a day contradict each other."""
    policy.require(uow.actor, "calendar.manage")
    was = years.parse_date(command.was)[0] if command.was else None
    day = Day(command.kind, command.name, command.source, command.official)
    at = years.one_day(command.on, day, {}, None)[0]
    year = command.year or (was or at).year
    if at.year != year:
        raise Invalid(years.CHECK, fields={"on": [(years.OTHER_YEAR, {
            "on": at.isoformat(), "year": year, "suggestion": years.in_year(at, year)})]})

    def edit(days: Days) -> None:
        if was is not None and was not in days:
            raise NotFound(msg("The calendar has no such row of its own."))
        on, checked = years.one_day(command.on, day, days, was)
        days.pop(was or on, None)
        days[on] = checked

    return _change(command, uow, at.year, edit)


@handles(RemoveCalendarDay)
def remove_day(command: RemoveCalendarDay, uow: UnitOfWork) -> dict[str, Any]:
    """Own rows only: the base's belong to the installation."""
    policy.require(uow.actor, "calendar.manage")
    on = years.parse_date(command.on)[0]

    def edit(days: Days) -> None:
        if on is None or days.pop(on, None) is None:
            raise NotFound(msg("The calendar has no such row of its own."))

    return _change(command, uow, on.year if on is not None else years.FIRST_YEAR, edit)


@handles(ImportCalendarYear)
def import_year(command: ImportCalendarYear, uow: UnitOfWork) -> dict[str, Any]:
    """The table is the year: own rows that it does not name are gone."""
    policy.require(uow.actor, "calendar.manage")
    source = command.source.strip()
    fault = years.length_fault(source, 1, years.SOURCE_LENGTH)
    if fault is not None:
        raise Invalid(years.CHECK, fields={"source": [fault]})
    found = years.table(years.known_year(command.year), command.csv_text, source, command.official)
    return _change(command, uow, command.year, _all_of(found))


@handles(TakeOverCalendarYear)
def take_over_year(command: TakeOverCalendarYear, uow: UnitOfWork) -> dict[str, Any]:
    """As `seed` does for a new office, but in place of what the office has."""
    policy.require(uow.actor, "calendar.manage")
    known = calendars.published_days(calendars.COUNTRY, years.known_year(command.year))
    source = calendars.source_of(calendars.COUNTRY)
    return _change(command, uow, command.year, _all_of({
        one.on: Day(one.kind, one.name[:years.NAME_LENGTH], source, one.official) for one in known}))


@handles(RestoreCalendarYear)
def restore_year(command: RestoreCalendarYear, uow: UnitOfWork) -> dict[str, Any]:
    """Checked like anything else that is saved."""
    policy.require(uow.actor, "calendar.manage")
    found: Days = {}
    for text, parts in command.days.items():
        on, day = years.one_day(text, Day(**parts), found, None)
        if on.year != command.year:
            raise Invalid(years.OTHER_YEAR, on=text, year=command.year, suggestion=command.year)
        found[on] = day
    return _change(command, uow, years.known_year(command.year), _all_of(found))


def _all_of(wanted: Days) -> Callable[[Days], None]:
    def edit(days: Days) -> None:
        days.clear()
        days.update(wanted)

    return edit


def _change(command: Change, uow: UnitOfWork, year: int, edit: Callable[[Days], None]) -> dict[str, Any]:
    """Edit the own rows of a year, and let the clocks follow. Nothing is told when nothing differs."""
    versions.claim(uow, KIND, str(year), command.begun_from)
    rows = {row.on: row for row in uow.session.scalars(select(CalendarDay).where(
        CalendarDay.tenant_id == uow.tenant_id, CalendarDay.on.between(date(year, 1, 1), date(year, 12, 31))))}
    before = {on: Day(row.kind, row.name, row.source, row.official) for on, row in rows.items()}
    after = dict(before)
    edit(after)
    if after == before:
        return {"moved": 0}
    for on in before.keys() - after.keys():
        uow.session.delete(rows[on])
    uow.session.flush()
    for on in sorted(after.keys() - before.keys()):
        rows[on] = CalendarDay(tenant_id=uow.tenant_id, on=on)
        uow.session.add(rows[on])
    for on, day in after.items():
        rows[on].kind, rows[on].name, rows[on].source, rows[on].official = day.kind, day.name, day.source, day.official
    uow.session.flush()
    _require_working_time(uow, year)
    versions.keep(uow, KIND, str(year), years.document(year, before), years.document(year, after), command.reason)
    moved = following.calendar_changed(uow)
    added, removed = len(after.keys() - before.keys()), len(before.keys() - after.keys())
    changed = sum(after[on] != before[on] for on in after.keys() & before.keys())
    uow.record(CalendarChanged(year=year, added=added, changed=changed, removed=removed, moved=moved))
    return {"moved": moved}


def _require_working_time(uow: UnitOfWork, year: int | None) -> None:
    """A limit in working time must end: refused is a calendar, or a year of it, in which nobody ever works."""
    calendar = calendars.calendar_of(uow.session, uow.tenant_id)
    calendar.opening(uow.now)
    if year is None:
        return
    first = date(year, 1, 1)
    if not any(calendar.is_working_day(first + timedelta(days=n)) for n in range(365)):
        raise Invalid(msg("The year %(year)s would have no working day, so no limit in working days could be met. "
                          "Please leave out the rows of days on which the office works."), year=year)
