"""Working time of many passages is that of the legal calendar."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

from app.deadlines import CalendarEntry, Shifts, WorkCalendar
from app.insight.worked import Worked


def test_it_says_what_the_calendar_says() -> None:
    shifts = Shifts.from_setting(None)
    entries = [CalendarEntry(date(2026, 3, 4), "rest", "x", True), CalendarEntry(date(2026, 3, 7), "work", "x", True)]
    for zone in ("Asia/Shanghai", "Europe/Berlin"):
        calendar = WorkCalendar.of(zone, shifts, entries)
        worked, dice = Worked(calendar, date(2026, 3, 2)), random.Random(zone)  # noqa: S311  a play
        begin = datetime.combine(date(2026, 2, 25), time(), UTC)
        for _ in range(400):
            start = begin + timedelta(seconds=dice.randrange(40 * 86_400))
            end = start + timedelta(seconds=dice.choice((0, -5, 1, 3_000, 90_000, 3_000_000)))
            assert worked.between(start, end) == calendar.between(start, end), (zone, start, end)
