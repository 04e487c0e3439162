"""Random calendars and random lives of a clock, played on the real clock and on the oracle; what they say differently."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from app.deadlines import CalendarEntry, DeadlineBook, Shifts, WorkCalendar
from app.deadlines.replaying import replay
from tests.unit.deadlines.oracle import MINUTE, Clock, Minutes

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/St_Johns")
"""With and without summer time; Lord Howe Island puts its clocks on by half an hour."""
STARTS = ("2026-02-20", "2026-03-20", "2026-09-20", "2026-10-10", "2027-01-02")
DAYS = 190
UNITS = {"wd": (Fraction(1, 2), 16), "wh": (Fraction(1, 2), 60), "h": (Fraction(1, 2), 160), "d": (Fraction(1, 2), 20),
         "min": (Fraction(10), 400)}
"""Unit -> (step, most steps): parts of them are whole minutes, which is all that the oracle knows."""
WARNS = (None, Fraction(0), Fraction(1, 2), Fraction(4, 5), Fraction(1))
ACTS = ("start", "pause", "pause", "resume", "resume", "resume", "extend", "interrupt", "stop")


class Stage:
    """One random calendar, in both forms."""

    def __init__(self, source: random.Random) -> None:
        self.source, zone = source, source.choice(ZONES)
        first = datetime.fromisoformat(source.choice(STARTS)).replace(tzinfo=UTC) + source.randrange(40) * timedelta(days=1)
        hours, weekdays = _hours(source), set(source.sample(range(7), source.choice((4, 5, 5, 5, 6, 7))))
        rows = _rows(source, first.date())
        self.minutes = Minutes(zone, hours, weekdays, rows, first, DAYS)
        self.calendar = WorkCalendar.of(zone, Shifts(tuple(hours), frozenset(weekdays)), [
            CalendarEntry(on, kind, "row") for on, kind in rows.items()])
        self.about = f"{zone} from {first:%Y-%m-%d}, weekdays {sorted(weekdays)}, {[(str(a), str(b)) for a, b in hours]}"

    def play(self) -> list[str]:
        """One life of a clock: what the two say differently after each act; empty when they agree."""
        source, now = self.source, self.source.randrange(2 * 1440, 40 * 1440)
        book, clock, told = DeadlineBook(UUID(int=1), self.at(now), {}, lambda: self.calendar), Clock(self.minutes), []
        for number in range(source.randrange(2, 9)):
            act = "start" if not number else source.choice(ACTS)
            book.now = self.at(now)
            told.append(f"{act} {self._do(act, book, clock, now)} at {book.now:%Y-%m-%d %H:%M}")
            found = list(self._differences(book, clock, now))
            if found:
                return [f"{self.about}: {'; '.join(told)}: {one}" for one in found]
            now = self._next(clock, now)
        return []

    def at(self, number: int) -> datetime:
        """The moment of a minute."""
        return self.minutes.first + number * MINUTE

    def _do(self, act: str, book: DeadlineBook, clock: Clock, now: int) -> str:
        if act not in ("start", "extend"):
            getattr(book, act)("reply")
            getattr(clock, act)(now)
            return ""
        unit = self.source.choice(tuple(UNITS))
        step, most = UNITS[unit]
        amount = step * self.source.randrange(most + 1 if act == "start" else most // 3)
        budget = {"amount": Decimal(amount.numerator) / amount.denominator, "unit": unit}
        if act == "extend":
            book.extend("reply", budget)
            clock.extend(now, amount, unit)
            return f"{budget['amount']} {unit}"
        warn = self.source.choice(WARNS)
        book.start("reply", budget | {"warn": None if warn is None else Decimal(warn.numerator) / warn.denominator})
        clock.start(now, amount, unit, warn)
        return f"{budget['amount']} {unit} warn {warn}"

    def _next(self, clock: Clock, now: int) -> int:
        """Mostly some time later; now and then just at, before or behind the date, or at an opening."""
        near = [at for at in (clock.due - 1, clock.due, clock.due + 1, self.minutes.opening(now + 1)) if at > now]
        later = now + self.source.choice((1, 37, 300, 1440, 2 * 1440, 4 * 1440)) * self.source.randrange(1, 3)
        return self.source.choice(near) if near and near[0] - now < 8 * 1440 and self.source.random() < 0.3 else later

    def _differences(self, book: DeadlineBook, clock: Clock, now: int) -> Iterator[str]:
        real = book.clock("reply")
        assert real is not None
        until = {"running": now, "paused": clock.paused, "stopped": clock.stopped}[clock.state]
        pairs = {"state": (real.state, clock.state), "due": (real.due_at, self.at(clock.due)),
                 "first due": (real.first_due_at, self.at(clock.first_due)),
                 "warn": (real.warn_at, None if clock.warn_at is None else self.at(clock.warn_at)),
                 "paused": (real.paused_at, None if clock.paused is None else self.at(clock.paused)),
                 "stopped": (real.stopped_at, None if clock.stopped is None else self.at(clock.stopped)),
                 "late": (real.is_late(book.now), until is not None and until > clock.due),
                 "rounds": (real.round, clock.rounds), "extensions": (real.extensions, clock.extensions),
                 "fires": (book.fires_at("reply.due_at"), self.at(clock.due) if clock.state == "running" else None)}
        again = replay(self.calendar, "reply", [change.act for change in book.changes])
        assert again is not None
        pairs |= {"replayed due": (again.due_at, real.due_at), "replayed warn": (again.warn_at, real.warn_at)}
        yield from (f"{name} is {one}, the oracle says {other}" for name, (one, other) in pairs.items() if one != other)


def _hours(source: random.Random) -> list[tuple[time, time]]:
    """One to three shifts between five and midnight, as clocks are never put on or back in them; whole parts of 20
    minutes, so that tenths of a working day are whole minutes."""
    while True:
        marks = sorted(source.sample(range(10, 48), 2 * source.randrange(1, 4)))
        if sum(marks[1::2]) - sum(marks[::2]) in range(2, 30, 2):
            return [(_clock(start), _clock(end)) for start, end in zip(marks[::2], marks[1::2], strict=True)]


def _clock(halves: int) -> time:
    return time(halves // 2, 30 * (halves % 2))


def _rows(source: random.Random, first: date) -> dict[date, str]:
    """Single holidays, a week of holidays, and make-up days."""
    rows = {first + timedelta(days=source.randrange(DAYS)): source.choice(("rest", "rest", "work")) for _ in range(14)}
    week = first + timedelta(days=source.randrange(60))
    return rows | {week + timedelta(days=n): "rest" for n in range(source.randrange(8))}


def differences(seed: int, calendars: int, each: int) -> list[str]:
    """All that `calendars` stages with `each` lives say differently. The same seed plays the same."""
    source = random.Random(seed)  # noqa: S311  a play must repeat
    found: list[str] = []
    for _ in range(calendars):
        stage = Stage(source)
        for _ in range(each):
            found += stage.play()
    return found
