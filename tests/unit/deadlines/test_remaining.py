"""How much time is left, in the kind of time that a limit counts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.deadlines import CalendarEntry, Countdown, Remaining, Shifts, WorkCalendar

HOLIDAY = CalendarEntry(date(2026, 11, 25), "rest", "made up")
CALENDAR = WorkCalendar.of("Asia/Shanghai", Shifts(), [HOLIDAY])


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Shanghai; the 23rd is a Monday, the 25th a holiday of this calendar."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


@pytest.mark.parametrize(("now", "due", "expected"), [
    (at(23, 10), at(23, 12), Remaining(2, "wh", False)),
    (at(23, 10), at(23, 14), Remaining(3, "wh", False)),  # the break at noon does not count
    (at(23, 11, 30), at(23, 13, 20), Remaining(0, "wh", False)),
    (at(24, 17), at(26, 10), Remaining(1, "wh", False)),  # the holiday between does not count
    (at(23, 10), at(24, 10), Remaining(1, "wd", False)),
    (at(20, 17), at(26, 17), Remaining(3, "wd", False)),  # weekend and holiday
    (at(26, 9, 30), at(24, 17, 30), Remaining(0, "wh", True)),
    (at(27, 17, 30), at(26, 17, 30), Remaining(1, "wd", True)),
    (at(28, 12), at(27, 17, 30), Remaining(0, "wh", True)),  # late on a Saturday: no working time has passed
])
def test_working_time_skips_nights_breaks_and_holidays(now: datetime, due: datetime, expected: Remaining) -> None:
    assert Countdown(CALENDAR, now).to(due) == expected


@pytest.mark.parametrize(("span", "expected"), [
    (timedelta(minutes=29, seconds=59), Remaining(29, "min", False)), (timedelta(hours=5), Remaining(5, "h", False)),
    (timedelta(hours=47), Remaining(47, "h", False)), (timedelta(days=3), Remaining(3, "d", False)),
    (-timedelta(hours=5), Remaining(5, "h", True)),
])
def test_a_limit_round_the_clock_goes_on_at_night(span: timedelta, expected: Remaining) -> None:
    now = at(23, 3)
    assert Countdown(CALENDAR, now).to(now + span, "h") == expected


def test_many_dates_agree_with_the_calendar() -> None:
    countdown = Countdown(CALENDAR, at(23, 10, 7))
    for hours in range(-900, 900, 13):
        due = at(23, 10, 7) + timedelta(hours=hours)
        span = CALENDAR.between(min(due, countdown.now), max(due, countdown.now))
        days = span // CALENDAR.shifts.length()
        found = countdown.to(due)
        assert (found.amount, found.unit) == ((days, "wd") if days else (span // timedelta(hours=1), "wh"))
