"""Dates, times, zones and the two durations."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.feel import FeelDateTime, compile_expression
from tests.unit.feel.making import at, value

CASES = [
    ('date("2026-01-31") + duration("P1M")', "2026-02-28"),
    ('@"2024-02-29" + @"P1Y"', "2025-02-28"),
    ('@"2026-01-01" - @"2025-12-25"', "P7D"),
    ('@"2026-01-01T08:00:00@Asia/Shanghai" - @"2026-01-01T00:00:00Z"', "PT0S"),
    ('@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H"', "2026-03-29T03:30:00@Europe/Paris"),
    ('@"23:30:00" + @"PT1H"', "00:30:00"),
    ('@"2026-01-01T10:00:00" < @"2026-01-01T10:00:00Z"', None),
    ('@"2026-01-01T10:00:00+08:00" < @"2026-01-01T03:00:00Z"', True),
    ('@"P1D" = @"PT24H"', True), ('@"P1Y" = @"P12M"', True), ('@"P1Y" = @"P365D"', None),
    ('@"P1DT1H" * 1.5', "P1DT13H30M"), ('@"P10D" / @"P4D"', value("2.5")),
    ('years and months duration(@"2011-12-22", @"2013-08-24")', "P1Y8M"),
    ('day of week(@"2026-03-01")', "Sunday"), ('week of year(@"2021-01-01")', 53), ('day of year(@"2024-12-31")', 366),
    ('@"2026-03-01".weekday', 7), ('@"2026-01-01T10:00:00@Asia/Shanghai".time offset', "PT8H"),
    ('date and time(@"2026-01-01T00:00:00Z", "Asia/Shanghai")', "2026-01-01T08:00:00@Asia/Shanghai"),
    ('date and time(date("2026-01-01"), time("10:00:00.123456789Z"))', "2026-01-01T10:00:00.123456789Z"),
    ('string(date("999999999-12-31"))', "999999999-12-31"), ('date("-0044-03-15")', "-0044-03-15"),
    ('date(10000, 1, 1) + @"-P1D"', "9999-12-31"), ('time("24:00:00")', None), ('time("10:00:00@No/Where")', None),
    ('duration("P1Y2D")', None), ('duration("-PT0.5S")', "-PT0.5S"), ('count(for d in @"2026-01-30"..@"2026-02-02" return d)', 4),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_temporal_expression_gives(text: str, expected: object) -> None:
    assert value(text) == expected


def test_today_is_the_day_in_the_zone_of_the_moment_given() -> None:
    assert at("today()", "2026-03-01T17:00:00+00:00") == "2026-03-01"
    assert at("today()", "2026-03-02T01:00:00+08:00") == "2026-03-02"
    assert at("now()", "2026-03-02T01:00:00+08:00") == "2026-03-02T01:00:00+08:00"


def test_python_values_come_in_and_go_out() -> None:
    moment = datetime(2026, 3, 1, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    made = compile_expression("at + wait").evaluate({"at": moment, "wait": timedelta(hours=2)}).value
    assert isinstance(made, FeelDateTime)
    assert made.to_python() == moment + timedelta(hours=2)
    assert FeelDateTime.from_python(moment).to_python() == moment
    assert value("day + @\"P1D\"", day=date(2026, 12, 31)) == "2027-01-01"
    assert value("at", at=datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"
