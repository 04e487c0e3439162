"""Working time of one office: its zone, shifts, weekends and calendar rows. Pure; no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.kernel.errors import Invalid, msg

ZERO = timedelta(0)
HORIZON_DAYS = 3_700
"""How far the calendar is searched for working time before it is called empty."""


@dataclass(frozen=True)
class Shifts:
    """The working hours of a working day (local times, in order) and the working weekdays (Monday is 0)."""

    hours: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(17, 30)))
    weekdays: frozenset[int] = frozenset(range(5))

    def length(self) -> timedelta:
        """Working time of one working day."""
        return sum((_span(start, end) for start, end in self.hours), ZERO)

    @staticmethod
    def from_setting(value: Mapping[str, Any] | None) -> Shifts:
        """`{"weekdays": [0..6], "hours": [["09:00", "12:00"], ...]}`; None gives the default. Raises Invalid."""
        if not value:
            return Shifts()
        try:
            hours = tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in value["hours"])
            weekdays = frozenset(int(day) for day in value["weekdays"])
        except (KeyError, TypeError, ValueError) as error:
            raise Invalid(msg("The working hours of the office cannot be read.")) from error
        flat = [instant for pair in hours for instant in pair]
        if not hours or not weekdays or flat != sorted(set(flat)) or not weekdays <= set(range(7)):
            raise Invalid(msg("The working hours of the office cannot be read."))
        return Shifts(hours, weekdays)


def _span(start: time, end: time) -> timedelta:
    base = date(2000, 1, 1)
    return datetime.combine(base, end) - datetime.combine(base, start)


@dataclass(frozen=True)
class CalendarEntry:
    """One day that differs from its weekday. `kind` is work or rest; `official`: from a published calendar."""

    on: date
    kind: str
    name: str = ""
    official: bool = False


@dataclass(frozen=True)
class WorkCalendar:
    """Answers when work is done. All instants in and out are aware; out in UTC-independent local zone."""

    zone: ZoneInfo
    shifts: Shifts = field(default_factory=Shifts)
    entries: Mapping[date, CalendarEntry] = field(default_factory=dict)

    @staticmethod
    def of(zone: str, shifts: Shifts, entries: Iterable[CalendarEntry]) -> WorkCalendar:
        """Build from rows; a later entry of the same day wins."""
        return WorkCalendar(ZoneInfo(zone), shifts, {entry.on: entry for entry in entries})

    def is_working_day(self, on: date) -> bool:
        """A row decides, else the weekday."""
        entry = self.entries.get(on)
        return entry.kind == "work" if entry else on.weekday() in self.shifts.weekdays

    def is_official(self, year: int) -> bool:
        """Whether the published calendar of a year is known; otherwise only weekends and guesses count."""
        return any(entry.official for on, entry in self.entries.items() if on.year == year)

    def spans(self, on: date) -> list[tuple[datetime, datetime]]:
        """The working spans of a day, empty on a day of rest."""
        if not self.is_working_day(on):
            return []
        return [(datetime.combine(on, start, self.zone), datetime.combine(on, end, self.zone))
                for start, end in self.shifts.hours]

    def opening(self, at: datetime) -> datetime:
        """`at` when it is working time, else the next instant at which work begins."""
        local = at.astimezone(self.zone)
        for on in self._days(local.date()):
            for start, end in self.spans(on):
                if local < end:
                    return max(local, start)
        raise self._empty()

    def closing(self, at: datetime) -> datetime:
        """`at` when it is working time, else the last instant before it until which work was done."""
        local = at.astimezone(self.zone)
        for on in (local.date() - timedelta(days=n) for n in range(HORIZON_DAYS)):
            for start, end in reversed(self.spans(on)):
                if start < local:
                    return min(local, end)
        raise self._empty()

    def add_days(self, at: datetime, days: int) -> datetime:
        """The same working instant `days` working days later; outside working time counts from the next opening."""
        local = self.opening(at)
        left = days
        for on in self._days(local.date()):
            if on == local.date() or self.is_working_day(on):
                if left == 0:
                    return datetime.combine(on, local.timetz())
                left -= 1
        raise self._empty()

    def add(self, at: datetime, span: timedelta) -> datetime:
        """The instant after `span` of working time has passed; ends at a closing, not at the next opening."""
        local, left = self.opening(at) if span > ZERO else at.astimezone(self.zone), span
        if left <= ZERO:
            return local
        for on in self._days(local.date()):
            for start, end in self.spans(on):
                begin = max(start, local)
                if begin < end:
                    if left <= _between(begin, end):
                        return begin + left
                    left -= _between(begin, end)
        raise self._empty()

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; zero when `end` is not later."""
        total, first, last = ZERO, start.astimezone(self.zone), end.astimezone(self.zone)
        if last <= first:
            return ZERO
        for on in self._days(first.date()):
            if on > last.date():
                break
            for begin, close in self.spans(on):
                total += max(ZERO, _between(max(begin, first), min(close, last)))
        return total

    def exceptions(self, start: datetime, end: datetime) -> list[CalendarEntry]:
        """Rows between two instants that change a day: holidays on weekdays and working weekend days."""
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        return [entry for on, entry in sorted(self.entries.items())
                if first <= on <= last and (entry.kind == "work") != (on.weekday() in self.shifts.weekdays)]

    def _days(self, first: date) -> Iterable[date]:
        return (first + timedelta(days=n) for n in range(HORIZON_DAYS))

    @staticmethod
    def _empty() -> Invalid:
        return Invalid(msg("The calendar of the office has no working time."))


def _between(start: datetime, end: datetime) -> timedelta:
    """Wall-clock difference in one zone: shifts never cross a change of clocks."""
    return end.replace(tzinfo=None) - start.replace(tzinfo=None)
