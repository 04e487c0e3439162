"""ISO 8601 durations, dates and cycles of BPMN timers, computed against a given now. Knows no clock."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.engine import cron
from app.engine.timer_errors import TimerError as TimerError
from app.kernel.errors import msg

DURATION = re.compile(r"P(?:(\d{1,5})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
                      r"(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,11})(?:\.(\d{1,9}))?S)?)?\Z")
_DATE = r"([^/P@\[][^/@\[]*(?:[@\[][\w/+-]+\]?)?)"
CYCLE = re.compile(rf"R(\d{{1,6}})?/(?:{_DATE}/)?(P[^/]+)(?:/{_DATE})?\Z")
OWNED = re.compile(r'=\s*deadline\(\s*"([A-Za-z_][A-Za-z0-9_]*)"\s*\)\.(due_at|warn_at)\s*\Z')
MIN_CYCLE = timedelta(minutes=1)


@dataclass(frozen=True)
class Duration:
    """Calendar months and days, which keep the time of day, and an exact rest."""

    months: int
    days: int
    time: timedelta

    @property
    def rest(self) -> timedelta:
        """All but the months, a day taken for 24 hours."""
        return timedelta(days=self.days) + self.time

    def after(self, at: datetime) -> datetime:
        """`at` plus this duration in the zone of `at`; the day is cut to the month's length."""
        if self.months:
            year, month = divmod(at.year * 12 + at.month - 1 + self.months, 12)
            if year > 9999:
                raise TimerError(msg("The date lies too far ahead."))
            at = at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
        try:
            # adding nothing would still forget which of two equal hours it is
            return _later(at + timedelta(days=self.days) if self.days else at, self.time)
        except OverflowError as error:
            raise TimerError(msg("The date lies too far ahead.")) from error


@dataclass(frozen=True)
class Due:
    """When a timer fires next. `left`: how often in all, None for ever.

    `every` of a cycle: an ISO duration, with `/` and the date of its end if it has one; or a cron text.
    """

    at: datetime
    every: str | None = None
    left: int | None = 1


def parse_duration(text: str) -> Duration:
    """Raises TimerError. `PT1.5S` keeps microseconds."""
    found = DURATION.match(text)
    if found is None or text.endswith("T") or not any(found.groups()):
        raise TimerError(msg("%(text)s is no ISO 8601 duration."), text=text[:60])
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[:7])
    micros = int((found.group(8) or "0").ljust(6, "0")[:6])
    try:
        rest = timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
    except OverflowError as error:
        raise TimerError(msg("The duration is too long.")) from error
    return Duration(years * 12 + months, weeks * 7 + days, rest)


def parse_date(text: str) -> datetime:
    """An aware UTC time. Raises TimerError for a date without time or zone."""
    body, _, zone = text.replace("[", "@").removesuffix("]").partition("@")
    try:
        at = datetime.fromisoformat(body)
        if zone:
            at = at.replace(tzinfo=at.tzinfo or ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise TimerError(msg("%(text)s is no ISO 8601 date and time."), text=text[:60]) from error
    if at.tzinfo is None:
        raise TimerError(msg("%(text)s has no time zone."), text=text[:60])
    return at.astimezone(UTC)


def first_of_cycle(text: str, now: datetime) -> Due:
    """The first time of an ISO 8601 cycle or a cron text, seen from `now`. Raises TimerError."""
    if not text.startswith("R"):
        return Due(cron.parse(text).after(now), text, None)
    found = CYCLE.match(text)
    if found is None:
        raise TimerError(msg("%(text)s is no ISO 8601 cycle."), text=text[:60])
    every = parse_duration(found.group(3))
    if not every.months and every.rest < MIN_CYCLE:
        raise TimerError(msg("A cycle of less than a minute is not allowed."))
    at = parse_date(found.group(2)) if found.group(2) else every.after(now)
    count = int(found.group(1)) if found.group(1) else None
    if count == 0:
        raise TimerError(msg("A cycle repeats at least once."))
    if not found.group(4):
        return Due(at, found.group(3), count)
    until = parse_date(found.group(4))
    if until < at:
        raise TimerError(msg("The cycle %(text)s is over before it begins."), text=text[:60])
    return Due(at, f"{found.group(3)}/{until.isoformat()}", count)


def due(kind: str, text: str, now: datetime) -> Due:
    """The first due time. `kind`: timeDate, timeDuration or timeCycle; `now` stands in the office's zone."""
    if kind == "timeDate":
        return Due(parse_date(text))
    if kind == "timeDuration":
        return Due(parse_duration(text).after(now))
    return first_of_cycle(text.strip(), now)


def due_since(kind: str, text: str, since: datetime) -> Due | None:
    """The first time of a timer start after `since`, in its zone; None when all of them are past."""
    first = due(kind, text, since)
    return first if first.at >= since else next_due(first, since)


def next_due(fired: Due, now: datetime) -> Due | None:
    """The next time after `now`; missed rounds are merged into the one that fired. None: the cycle is over."""
    if fired.every is None:
        return None
    if not fired.every.startswith("P"):
        return Due(cron.parse(fired.every).after(max(now, fired.at).astimezone(now.tzinfo)), fired.every, None)
    length, _, end = fired.every.partition("/")
    every, at, left = parse_duration(length), fired.at.astimezone(now.tzinfo), fired.left
    moment = now.astimezone(UTC)                        # two times of one zone are compared by the wall
    if not every.months and not every.days and moment > fired.at:
        missed = (moment - fired.at.astimezone(UTC)) // every.rest
        at, left = _later(at, missed * every.rest), None if left is None else left - missed
    at, left = every.after(at), None if left is None else left - 1
    while at.astimezone(UTC) <= moment and (left is None or left > 0):
        at, left = every.after(at), None if left is None else left - 1
    over = (left is not None and left <= 0) or (end and at > parse_date(end))
    return None if over else Due(at, fired.every, left)


def _later(at: datetime, by: timedelta) -> datetime:
    """Elapsed time, whatever the clocks of the zone do meanwhile."""
    return (at.astimezone(UTC) + by).astimezone(at.tzinfo)


def owned_clock(text: str | None) -> str | None:
    """`reply.due_at` when the text is exactly `=deadline("reply").due_at`; else None."""
    found = OWNED.match(text or "")
    return f"{found.group(1)}.{found.group(2)}" if found else None
