"""Cron texts of six fields as Camunda 8 reads them (second minute hour day month weekday), in the office's zone."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from app.engine.timer_errors import TimerError
from app.kernel.errors import msg

MACROS = {"@yearly": "0 0 0 1 1 *", "@annually": "0 0 0 1 1 *", "@monthly": "0 0 0 1 * *", "@weekly": "0 0 0 * * 0",
          "@daily": "0 0 0 * * *", "@midnight": "0 0 0 * * *", "@hourly": "0 0 * * * *"}
MONTHS = {name: n for n, name in enumerate(
    ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), 1)}
WEEKDAYS = {name: n for n, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}
FIELDS = ((msg("%(part)s is no second of a cron text."), 0, 59), (msg("%(part)s is no minute of a cron text."), 0, 59),
          (msg("%(part)s is no hour of a cron text."), 0, 23), (msg("%(part)s is no day of a cron text."), 1, 31),
          (msg("%(part)s is no month of a cron text."), 1, 12), (msg("%(part)s is no weekday of a cron text."), 0, 7))
"""What is said of a wrong field; its lowest and highest number."""
DAYS_AHEAD = 366 * 12
"""29 February skips at most eight years; a text that finds nothing in twelve never comes."""

DayTest = Callable[[date], bool]


@dataclass(frozen=True)
class Cron:
    """A parsed text. All fields must match, the days of month and week too."""

    text: str
    second: int
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    days: tuple[DayTest, ...]
    weekdays: tuple[DayTest, ...]
    every_hour: bool

    def fits(self, day: date) -> bool:
        """Whether it fires on this day."""
        return (day.month in self.months and any(test(day) for test in self.days)
                and any(test(day) for test in self.weekdays))

    def wall_after(self, wall: datetime) -> datetime:
        """The first naive local time after `wall`. Raises TimerError when there is none."""
        day = wall.date()
        try:
            for _ in range(DAYS_AHEAD):
                if self.fits(day):
                    for hour in self.hours:
                        for minute in self.minutes:
                            found = datetime.combine(day, time(hour, minute, self.second))
                            if found > wall:
                                return found
                day += timedelta(days=1)
        except OverflowError:
            pass
        raise TimerError(msg("The date of %(text)s never comes."), text=self.text[:60])

    def after(self, now: datetime) -> datetime:
        """The next time after `now` (aware; its zone counts), in UTC. Raises TimerError.

        Where clocks go forward a time that does not exist fires behind the gap. Where they go back a text that names
        its hours fires once, at the first of the two; one for every hour fires in both.
        """
        zone, wall = now.tzinfo, now.replace(tzinfo=None, fold=0)
        while True:
            wall = self.wall_after(wall)
            at = wall.replace(tzinfo=zone).astimezone(UTC)
            if at > now:
                break
        if not self.every_hour:
            return at
        later = (at + timedelta(days=1)).astimezone(zone).utcoffset() or timedelta()
        fixed = timezone(later)                         # the hour that comes twice, by its second offset
        again = self.wall_after(now.astimezone(fixed).replace(tzinfo=None)).replace(tzinfo=fixed)
        exists = again.astimezone(zone).utcoffset() == later
        return min(at, again.astimezone(UTC)) if exists else at


@lru_cache(maxsize=512)
def parse(text: str) -> Cron:
    """Raises TimerError with the field that is wrong."""
    parts = MACROS.get(text.strip().lower(), text).split()
    if len(parts) != len(FIELDS):
        raise TimerError(msg("%(text)s is neither an ISO 8601 cycle nor a cron text of six fields."), text=text[:60])
    seconds, minutes, hours = (_numbers(part, n) for n, part in enumerate(parts[:3]))
    if len(seconds) > 1:
        raise TimerError(msg("A cycle of less than a minute is not allowed."))
    return Cron(text, seconds[0], minutes, hours, frozenset(_numbers(parts[4], 4, MONTHS)), _days(parts[3]),
                _weekdays(parts[5]), len(hours) == 24)


def _wrong(part: str, field: int) -> TimerError:
    return TimerError(FIELDS[field][0], part=part[:30])


def _number(text: str, field: int, names: dict[str, int]) -> int:
    value = names.get(text.upper(), int(text) if re.fullmatch(r"\d{1,2}", text) else -1)
    if not FIELDS[field][1] <= value <= FIELDS[field][2]:
        raise _wrong(text, field)
    return value


def _numbers(text: str, field: int, names: dict[str, int] | None = None) -> tuple[int, ...]:
    """The values of one field: `*`, lists, ranges and steps."""
    found: set[int] = set()
    low, high = FIELDS[field][1:]
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span in ("*", "?") and (span == "*" or field in (3, 5)):
            begin, stop = low, high
        else:
            begin = _number(first, field, names or {})
            stop = _number(last, field, names or {}) if dash else high if step else begin
        if stop < begin or ("/" in part and (not re.fullmatch(r"\d{1,2}", step) or int(step) == 0)):
            raise _wrong(part, field)
        found.update(range(begin, stop + 1, int(step or 1)))
    return tuple(sorted(found))


def _last(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def _near_workday(day: date, wanted: int) -> bool:
    """Whether `day` is the working day (Monday to Friday) nearest to the `wanted` day of its month."""
    target = day.replace(day=min(wanted, _last(day)))
    if target.weekday() == 5:
        target += timedelta(days=-1 if target.day > 1 else 2)
    elif target.weekday() == 6:
        target += timedelta(days=1 if target.day < _last(day) else -2)
    return day == target


def _days(text: str) -> tuple[DayTest, ...]:
    """`L`, `L-3`, `LW`, `15W` beside numbers."""
    tests: list[DayTest] = []
    plain = []
    for part in text.split(","):
        found = re.fullmatch(r"L(?:-(\d{1,2}))?(W)?|(\d{1,2})W", part.upper())
        if found is None:
            plain.append(part)
        elif found.group(3):
            tests.append(_workday_test(_number(found.group(3), 3, {})))
        elif found.group(2):
            tests.append(lambda day: _near_workday(day, 31))
        else:
            tests.append(_before_last(int(found.group(1) or 0)))
    if plain:
        numbers = frozenset(_numbers(",".join(plain), 3))
        tests.append(lambda day: day.day in numbers)
    return tuple(tests)


def _workday_test(wanted: int) -> DayTest:
    return lambda day: _near_workday(day, wanted)


def _before_last(back: int) -> DayTest:
    return lambda day: day.day == _last(day) - back


def _weekdays(text: str) -> tuple[DayTest, ...]:
    """`FRIL` or `5L` (the last of the month) and `MON#2` beside numbers; 0 and 7 are Sunday."""
    tests: list[DayTest] = []
    plain = []
    for part in text.split(","):
        found = re.fullmatch(r"(\w+?)(?:L|#([1-5]))", part.upper())
        if found is None:
            plain.append(part)
        else:
            which = _number(found.group(1), 5, WEEKDAYS) % 7
            tests.append(_nth(which, int(found.group(2)) if found.group(2) else None))
    if plain:
        numbers = frozenset(n % 7 for n in _numbers(",".join(plain), 5, WEEKDAYS))
        tests.append(lambda day: day.isoweekday() % 7 in numbers)
    return tuple(tests)


def _nth(which: int, nth: int | None) -> DayTest:
    def test(day: date) -> bool:
        if day.isoweekday() % 7 != which:
            return False
        return (day.day - 1) // 7 + 1 == nth if nth else day.day + 7 > _last(day)
    return test
