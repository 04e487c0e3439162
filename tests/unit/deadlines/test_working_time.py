"""The legal clock on a calendar: budgets by unit, and the faults of other systems, each as a row of a table."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deadlines.budgets import Budget
from app.deadlines.calendars import published_days
from app.deadlines.working_time import CalendarEntry, Shifts, WorkCalendar
from app.kernel.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.of("Asia/Shanghai", Shifts(), published_days("CN", 2026))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(start: str, amount: str, unit: str, calendar: WorkCalendar = CALENDAR) -> str:
    return f"{Budget(Decimal(amount), unit).due(calendar, local(start)).astimezone(calendar.zone):%Y-%m-%dT%H:%M}"


DUE = [
    ("2026-11-23T10:00", "1", "wd", "2026-11-24T10:00", "1 wd is the same instant of the next working day, not 8 h"),
    ("2026-11-23T10:00", "5", "wd", "2026-11-30T10:00", "5 wd pass a weekend"),
    ("2026-11-27T16:00", "1", "wd", "2026-11-30T16:00", "Friday's case is due on Monday, not late on Monday (FredCo)"),
    ("2026-11-27T16:00", "8", "wh", "2026-11-30T16:30", "8 wh are a little more than a shift of 7.5 h"),
    ("2026-11-27T16:00", "24", "h", "2026-11-28T16:00", "24 h run through the weekend"),
    ("2026-11-28T22:00", "1", "wd", "2026-12-01T09:00", "Saturday night counts from Monday's opening"),
    ("2026-11-28T22:00", "4", "wh", "2026-11-30T14:00", "outside the calendar is not a limit of 0 (GLPI #687)"),
    ("2026-11-23T20:00", "4", "wh", "2026-11-24T14:00", "after hours, with the lunch break left out"),
    ("2026-11-23T12:30", "1", "wh", "2026-11-23T14:00", "in the lunch break"),
    ("2026-11-23T16:30", "1", "wh", "2026-11-23T17:30", "ends at the closing, not at the next opening"),
    ("2026-11-23T16:30", "18", "h", "2026-11-24T10:30", "18 h of grace are 18 hours (osTicket PR 5509)"),
    ("2026-11-23T16:30", "18", "wh", "2026-11-26T11:00", "and 18 wh on a shift of 7.5 h are more than 2 days"),
    ("2026-11-23T00:00", "1", "wd", "2026-11-24T09:00", "a level computed at 00:00 (GLPI PR 22678)"),
    ("2026-09-30T15:00", "1", "wd", "2026-10-08T15:00", "National Day: the 'wrong' count is the holiday (Zammad #390)"),
    ("2026-10-09T10:00", "1", "wd", "2026-10-10T10:00", "make-up Saturday 10 October works"),
    ("2026-09-20T10:00", "1", "wd", "2026-09-21T10:00", "make-up Sunday 20 September works"),
    ("2026-11-23T10:00", "15", "min", "2026-11-23T10:15", "minutes"),
    ("2026-11-23T10:00", "0", "min", "2026-11-23T10:00", "at once"),
    ("2026-11-23T10:00", "0", "wd", "2026-11-23T10:00", "0 wd inside working time"),
    ("2026-11-27T10:00", "7", "d", "2026-12-04T10:00", "calendar days count weekends"),
    ("2026-11-23T10:00", "0.5", "wd", "2026-11-23T14:45", "half a working day is half its working time"),
    ("2026-12-31T16:00", "1", "wd", "2027-01-01T16:00", "a year without rows has weekends only"),
]


@pytest.mark.parametrize(("start", "amount", "unit", "expected", "why"), DUE, ids=[row[-1] for row in DUE])
def test_when_a_limit_ends(start: str, amount: str, unit: str, expected: str, why: str) -> None:
    assert due(start, amount, unit) == expected, why


def test_a_calendar_day_keeps_its_wall_time_over_summer_time() -> None:
    berlin = WorkCalendar.of("Europe/Berlin", Shifts(), [])
    start = datetime(2026, 10, 24, 12, tzinfo=berlin.zone)
    assert Budget(Decimal(1), "d").due(berlin, start) == datetime(2026, 10, 25, 12, tzinfo=berlin.zone)
    assert Budget(Decimal(24), "h").due(berlin, start) == datetime(2026, 10, 25, 11, tzinfo=berlin.zone)
    assert Budget(Decimal(1), "wd").due(berlin, start) == datetime(2026, 10, 27, 9, tzinfo=berlin.zone)


@pytest.mark.parametrize("unit", ["d", "h", "wh"])
def test_no_time_at_all_ends_where_it_begins_also_in_the_hour_that_comes_twice(unit: str) -> None:
    berlin = WorkCalendar.of("Europe/Berlin", Shifts(), [])
    start = datetime(2026, 10, 25, 2, 30, tzinfo=berlin.zone, fold=1)
    assert Budget(Decimal(0), unit).due(berlin, start).astimezone(UTC) == start.astimezone(UTC)


@pytest.mark.parametrize(("start", "amount", "unit", "warn", "expected"), [
    ("2026-11-23T10:00", "5", "wd", "0.8", "2026-11-27T10:00"),
    ("2026-11-26T10:00", "5", "wd", "0.8", "2026-12-02T10:00"),
    ("2026-11-27T17:00", "1", "wd", "0.5", "2026-11-30T13:15"),
    ("2026-11-27T17:00", "4", "wh", "0.5", "2026-11-30T10:30"),
    ("2026-11-23T10:00", "2", "h", "0.5", "2026-11-23T11:00"),
    ("2026-11-25T00:00", "7", "d", "0.5", "2026-11-30T09:00"),
])
def test_reminders_of_working_limits_come_in_working_time(start: str, amount: str, unit: str, warn: str,
                                                          expected: str) -> None:
    """Zammad #4432: reminders at midnight and on weekends."""
    budget = Budget(Decimal(amount), unit, Decimal(warn))
    begin = local(start)
    at = budget.warn_at(CALENDAR, begin, budget.due(CALENDAR, begin))
    assert at is not None and f"{at.astimezone(ZONE):%Y-%m-%dT%H:%M}" == expected


def test_years_without_published_rows_are_flagged() -> None:
    assert CALENDAR.is_official(2026) and not CALENDAR.is_official(2027)
    assert not any(entry.official for entry in published_days("CN", 2027))
    assert [e.on for e in published_days("CN", 2026) if e.kind == "work"][-1] == date(2026, 10, 10)


@pytest.mark.parametrize("value", [
    {}, {"amount": 1}, {"amount": 1, "unit": "week"}, {"amount": -1, "unit": "wd"}, {"amount": "NaN", "unit": "h"},
    {"amount": "1e400", "unit": "min"}, {"amount": 5, "unit": "wd", "warn": 2}, {"amount": None, "unit": "h"},
    {"amount": 10**30, "unit": "d"},
])
def test_an_impossible_budget_is_refused(value: dict) -> None:
    with pytest.raises(Invalid):
        Budget.parse(value)


@pytest.mark.parametrize("value", [
    {"hours": [], "weekdays": [0]}, {"hours": [["09:00", "08:00"]], "weekdays": [0]}, {"hours": "x", "weekdays": [0]},
    {"hours": [["09:00", "12:00"]], "weekdays": [7]}, {"weekdays": [1]},
])
def test_impossible_working_hours_are_refused(value: dict) -> None:
    with pytest.raises(Invalid):
        Shifts.from_setting(value)


def test_a_calendar_without_working_time_is_an_error_not_an_endless_search() -> None:
    rest = [CalendarEntry(date(2026, 1, 1) + timedelta(days=n), "rest") for n in range(6000)]
    with pytest.raises(Invalid):
        WorkCalendar.of("Asia/Shanghai", Shifts(), rest).opening(local("2026-11-23T10:00"))


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20)).map(lambda at: at.replace(tzinfo=UTC))
minutes = st.integers(0, 10_000).map(lambda n: timedelta(minutes=n))


@given(instants, minutes)
def test_added_working_time_is_the_working_time_between(start: datetime, span: timedelta) -> None:
    assert CALENDAR.between(start, CALENDAR.add(start, span)) == span


@given(instants, minutes, minutes)
def test_more_working_time_never_ends_earlier(start: datetime, one: timedelta, two: timedelta) -> None:
    first, second = sorted([one, two])
    assert CALENDAR.add(start, first) <= CALENDAR.add(start, second)


@given(instants, st.integers(0, 60))
def test_a_working_day_more_is_always_a_working_day_later(start: datetime, days: int) -> None:
    at = CALENDAR.add_days(start, days)
    assert CALENDAR.is_working_day(at.date()) and at >= start
    assert CALENDAR.add_days(start, days + 1).date() > at.date()
