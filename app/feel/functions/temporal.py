"""Built-in functions that make and ask temporal values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import built_in
from app.feel.numbers import is_whole
from app.feel.temporal import (
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    FeelTime,
    YearsMonthsDuration,
    Zone,
    months_between,
    read_date,
    read_date_time,
    read_duration,
    read_time,
)

_NANOS = 1_000_000_000
_LARGEST_OFFSET = 18 * 3600
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")


def _whole(number: Decimal) -> int:
    if not is_whole(number):
        raise Failure("a whole number is needed")
    return int(number)


@built_in("date(from: string|date|date and time)")
def date(run: Any, value: str | FeelDate | FeelDateTime) -> FeelDate:
    """A date from a text, or of a date and time."""
    if isinstance(value, FeelDateTime):
        return value.date
    return read_date(value) if isinstance(value, str) else value


@built_in("date(year: number, month: number, day: number)")
def date_of(run: Any, year: Decimal, month: Decimal, day: Decimal) -> FeelDate:
    """A date from its parts."""
    return FeelDate(_whole(year), _whole(month), _whole(day))


@built_in("time(from: string|time|date and time|date)")
def time(run: Any, value: str | FeelTime | FeelDateTime | FeelDate) -> FeelTime:
    """A time from a text, or of a date and time; a date has midnight UTC."""
    if isinstance(value, FeelDateTime):
        return value.time
    if isinstance(value, FeelDate):
        return FeelTime(0, 0, 0, zone=Zone(offset=0))
    return read_time(value) if isinstance(value, str) else value


@built_in("time(hour: number, minute: number, second: number, offset?: days and time duration?)")
def time_of(run: Any, hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None) -> FeelTime:
    """A time from its parts; seconds may have a fraction."""
    zone = None
    if offset is not None:
        seconds = offset.nanos // _NANOS
        if abs(seconds) > _LARGEST_OFFSET:
            raise Failure("the offset is out of range")
        zone = Zone(offset=seconds)
    if not 0 <= second < 60:
        raise Failure("there is no such time of day")
    nanos = int(second * _NANOS)
    return FeelTime(_whole(hour), _whole(minute), nanos // _NANOS, nanos % _NANOS, zone)


@built_in("date and time(from: string|date and time|date)")
def date_and_time(run: Any, value: str | FeelDateTime | FeelDate) -> FeelDateTime:
    """A date and time from a text; a date has its midnight."""
    if isinstance(value, FeelDate):
        return FeelDateTime(value, FeelTime(0, 0, 0))
    return read_date_time(value) if isinstance(value, str) else value


@built_in("date and time(date: date|date and time, time: time)")
def date_and_time_of(run: Any, day: FeelDate | FeelDateTime, clock: FeelTime) -> FeelDateTime:
    """A day and a time of day put together."""
    return FeelDateTime(day if isinstance(day, FeelDate) else day.date, clock)


@built_in("date and time(date: date and time, timezone: string)")
def date_and_time_in(run: Any, moment: FeelDateTime, timezone: str) -> FeelDateTime:
    """The same instant, shown in another zone."""
    instant = moment.instant()
    if instant is None:
        raise Failure("the date and time has no zone")
    return FeelDateTime.from_instant(instant, read_time(f"00:00:00@{timezone}").zone or Zone(offset=0))


@built_in("duration(from: string|days and time duration|years and months duration)")
def duration(run: Any, value: Any) -> DaysTimeDuration | YearsMonthsDuration:
    """A duration from a text."""
    return read_duration(value) if isinstance(value, str) else value


@built_in("years and months duration(from: date|date and time, to: date|date and time)")
def years_and_months_duration(run: Any, start: Any, end: Any) -> YearsMonthsDuration:
    """Whole months from one day to the other; the times of day and their zones do not count."""
    return months_between(_day(start), _day(end))


@built_in("now()")
def now(run: Any) -> FeelDateTime:
    """The moment of the evaluation, the same in all of it."""
    moment: FeelDateTime = run.now()
    return moment


@built_in("today()")
def today(run: Any) -> FeelDate:
    """The day of the evaluation, in the zone its moment was given in."""
    moment: FeelDateTime = run.now()
    return moment.date


def _day(value: FeelDate | FeelDateTime) -> FeelDate:
    return value if isinstance(value, FeelDate) else value.date


@built_in("day of week(date: date|date and time)")
def day_of_week(run: Any, value: FeelDate | FeelDateTime) -> str:
    """The English name."""
    return _WEEKDAYS[_day(value).weekday - 1]


@built_in("month of year(date: date|date and time)")
def month_of_year(run: Any, value: FeelDate | FeelDateTime) -> str:
    """The English name."""
    return _MONTHS[_day(value).month - 1]


@built_in("day of year(date: date|date and time)")
def day_of_year(run: Any, value: FeelDate | FeelDateTime) -> Decimal:
    """1 on the first of January."""
    day = _day(value)
    return Decimal(day.days - FeelDate(day.year, 1, 1).days + 1)


@built_in("week of year(date: date|date and time)")
def week_of_year(run: Any, value: FeelDate | FeelDateTime) -> Decimal:
    """The week of ISO 8601."""
    day = _day(value)
    thursday = FeelDate.from_days(day.days - day.weekday + 4)
    return Decimal((thursday.days - FeelDate(thursday.year, 1, 1).days) // 7 + 1)
