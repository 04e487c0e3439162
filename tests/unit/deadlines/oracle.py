"""The legal clock as its documentation means it, said as slowly as possible: minute after minute, on a list of minutes.

Written from the docstrings of `app.deadlines` and the rules of the trade (a working day ends at the same working
instant of the next working day, waiting moves a date by the time waited, an extension counts from the date so far).
It takes nothing from `app`. All moments are whole minutes since `Minutes.first`, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
WORKING = ("wd", "wh")
SIZES = {"min": 1, "h": 60}


class Minutes:
    """Every minute of a stretch of days: its wall time, and whether work is done in it."""

    def __init__(self, zone: str, hours: list[tuple[time, time]], weekdays: set[int], rows: dict[date, str],
                 first: datetime, days: int) -> None:
        self.first = first
        place, shifts = ZoneInfo(zone), [(_of_day(start), _of_day(end)) for start, end in hours]
        self.length = sum(end - start for start, end in shifts)
        self.walls: list[tuple[date, int]] = []
        self.works = bytearray()
        for number in range(days * 1440):
            wall = (first + number * MINUTE).astimezone(place)
            on, minute = wall.date(), wall.hour * 60 + wall.minute
            self.walls.append((on, minute))
            open_day = rows[on] == "work" if on in rows else on.weekday() in weekdays
            self.works.append(open_day and any(start <= minute < end for start, end in shifts))

    def number(self, at: datetime) -> int:
        """Which minute a moment is."""
        return (at.astimezone(UTC) - self.first) // MINUTE

    def opening(self, at: int) -> int:
        """The first minute from `at` on in which work is done."""
        while not self.works[at]:
            at += 1
        return at

    def in_working_time(self, near: int, after: int, until: int) -> int:
        """The next opening if it comes by `until`, else the last closing if it comes after `after`, else `near`."""
        opens = self.opening(near)
        if after < opens <= until:
            return opens
        closed = near
        while closed > after and not self.works[closed - 1]:
            closed -= 1
        return closed if closed > after else near

    def worked(self, at: int, end: int) -> int:
        """Working minutes from `at` until `end`."""
        return sum(self.works[one] for one in range(at, end))

    def after(self, at: int, span: int) -> int:
        """The moment at which `span` working minutes have passed since `at`; `at` itself for none."""
        while span:
            span -= self.works[at]
            at += 1
        return at

    def working_days_later(self, at: int, days: int) -> int:
        """The same wall time on the `days`-th day with work after that of the opening."""
        at = self.opening(at)
        if not days:
            return at
        on, minute = self.walls[at]
        while days:
            at += 1
            if self.works[at] and self.walls[at][0] != on:
                on, days = self.walls[at][0], days - 1
        return self.at_wall(at, on, minute)

    def at_wall(self, since: int, on: date, minute: int) -> int:
        """The first minute from `since` on that the wall clock shows so. One that it never shows, because clocks were
        put forward, is read as the clock would have gone on."""
        at = since
        while self.walls[at] < (on, minute):
            at += 1
        if self.walls[at] == (on, minute):
            return at
        day, shown = self.walls[at - 1]
        return at - 1 + (on - day).days * 1440 + minute - shown


def _of_day(at: time) -> int:
    return at.hour * 60 + at.minute


@dataclass
class Clock:
    """One clock; times are numbers of minutes. Every act tells what it does, in the words of the rule."""

    minutes: Minutes
    amount: Fraction = Fraction(0)
    unit: str = ""
    warn: Fraction | None = None
    state: str = ""
    due: int = 0
    warn_at: int | None = None
    first_due: int = 0
    paused: int | None = None
    stopped: int | None = None
    rounds: int = 0
    extensions: int = 0
    late_at_stop: bool = False

    def add(self, at: int, amount: Fraction, unit: str) -> int:
        """A limit of so much, begun at a moment."""
        if unit == "wd":
            whole = amount.numerator // amount.denominator
            rest = (amount - whole) * self.minutes.length
            return self.minutes.after(self.minutes.working_days_later(at, whole), _whole(rest))
        if unit == "wh":
            return self.minutes.after(at, _whole(amount * 60))
        if unit == "d":
            if not amount:
                return at
            on, minute = self.minutes.walls[at]
            moment = datetime(on.year, on.month, on.day, tzinfo=UTC) + (minute + _whole(amount * 1440)) * MINUTE
            return self.minutes.at_wall(at, moment.date(), moment.hour * 60 + moment.minute)
        return at + _whole(amount * SIZES[unit])

    def _begin(self, at: int) -> None:
        self.state, self.paused, self.stopped = "running", None, None
        self.due = self.add(at, self.amount, self.unit)
        if self.warn is None:
            self.warn_at = None
        elif self.unit == "d":
            near = at + _whole((self.due - at) * self.warn)
            self.warn_at = self.minutes.in_working_time(near, at, self.due)
        else:
            self.warn_at = min(self.add(at, self.amount * self.warn, self.unit), self.due)

    def start(self, at: int, amount: Fraction, unit: str, warn: Fraction | None) -> None:
        """A first start; while it runs or waits a second one means nothing; when it has ended a further round."""
        if self.state in ("running", "paused"):
            return
        self.amount, self.unit, self.warn = amount, unit, warn
        first = not self.rounds
        self._begin(at)
        self.rounds += 1
        if first:
            self.first_due = self.due

    def pause(self, at: int) -> None:
        """Somebody outside is waited for."""
        if self.state == "running":
            self.state, self.paused = "paused", at

    def resume(self, at: int) -> None:
        """What had not passed at the pause moves by the time waited, counted as the limit counts."""
        if self.state != "paused" or self.paused is None:
            return
        since, self.state, self.paused = self.paused, "running", None
        if since >= self.due:
            return
        if self.unit in WORKING:
            waited = self.minutes.worked(since, at)
            later = self.minutes.after
        else:
            waited, later = at - since, lambda moment, span: moment + span
        self.due = later(self.due, waited)
        if self.warn_at is not None and self.warn_at > since:
            self.warn_at = later(self.warn_at, waited)

    def extend(self, at: int, amount: Fraction, unit: str) -> None:
        """More time, from the date so far; a reminder that is to come moves too, but not behind the date."""
        if self.state in ("running", "paused"):
            self.due, self.extensions = self.add(self.due, amount, unit), self.extensions + 1
            if self.warn_at is not None and self.warn_at > at:
                self.warn_at = min(self.add(self.warn_at, amount, unit), self.due)

    def interrupt(self, at: int) -> None:
        """The whole limit anew."""
        if self.state in ("running", "paused"):
            self._begin(at)

    def stop(self, at: int) -> None:
        """Met; a clock that waits counts as met when it began to wait."""
        if self.state in ("running", "paused"):
            self.stopped = at if self.paused is None else self.paused
            self.late_at_stop = self.stopped > self.due
            self.state, self.paused = "stopped", None


def _whole(amount: Fraction) -> int:
    assert amount.denominator == 1, f"{amount} is not a whole number of minutes: the plays must not ask for it"
    return amount.numerator
