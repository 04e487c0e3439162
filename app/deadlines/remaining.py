"""How much time is left until a date, or has passed since, in the kind of time its limit counts, for people to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.deadlines.budgets import WORKING_UNITS
from app.deadlines.working_time import ZERO, WorkCalendar

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FAR = timedelta(days=400)
"""Beyond this the days are not counted one by one: whoever is that late needs no exact figure."""


@dataclass(frozen=True)
class Remaining:
    """`amount` whole units: wd working day, wh working hour, d day, h hour, min minute. `late`: the date passed.

    0 wh is less than one working hour, 0 min less than a minute.
    """

    amount: int
    unit: str
    late: bool


def _by_the_clock(span: timedelta, late: bool) -> Remaining:
    if span >= 2 * DAY:
        return Remaining(span // DAY, "d", late)
    return Remaining(span // HOUR, "h", late) if span >= HOUR else Remaining(span // MINUTE, "min", late)


class Countdown:
    """Working time from one moment to many dates on one calendar; each day is looked up once."""

    def __init__(self, calendar: WorkCalendar, now: datetime) -> None:
        self.calendar, self.now = calendar, now
        self._lengths: dict[date, timedelta] = {}

    def to(self, due: datetime, unit: str = "wd") -> Remaining:
        """Rounded down: whoever reads "2 working hours left" has at least two. `unit`: that of the date's budget.

        A limit that runs round the clock is said in hours of the clock: at night it goes on.
        """
        late = due < self.now
        if unit not in WORKING_UNITS:
            return _by_the_clock(abs(due - self.now), late)
        start, end = (due, self.now) if late else (self.now, due)
        span = self._between(start, min(end, start + FAR))
        day = self.calendar.shifts.length()
        if span >= day:
            return Remaining(span // day, "wd", late)
        return Remaining(span // HOUR, "wh", late)

    def _between(self, start: datetime, end: datetime) -> timedelta:
        """As the calendar's `between`, with whole days taken from memory."""
        first, last = start.astimezone(self.calendar.zone), end.astimezone(self.calendar.zone)
        if (last.date() - first.date()).days < 2:
            return self.calendar.between(start, end)
        dawn = first.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        dusk = last.replace(hour=0, minute=0, second=0, microsecond=0)
        whole = sum((self._length(dawn.date() + timedelta(days=n)) for n in range((dusk.date() - dawn.date()).days)),
                    ZERO)
        return self.calendar.between(start, dawn) + whole + self.calendar.between(dusk, end)

    def _length(self, on: date) -> timedelta:
        if on not in self._lengths:
            self._lengths[on] = self.calendar.shifts.length() if self.calendar.is_working_day(on) else ZERO
        return self._lengths[on]
