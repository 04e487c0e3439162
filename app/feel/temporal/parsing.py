"""Temporal values from the texts of XML Schema, as the language restricts them. A Failure when a text is none."""

from __future__ import annotations

import re

from app.feel.errors import Failure
from app.feel.temporal.durations import NANOS, DaysTimeDuration, YearsMonthsDuration
from app.feel.temporal.instants import FeelDate, FeelDateTime, FeelTime
from app.feel.temporal.zones import read_zone

_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})\Z")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|z|[+-][0-9:]+|@.+)?\Z")
_DAYS = re.compile(
    r"(-?)P(?=[0-9T])(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?\Z"
)
_MONTHS = re.compile(r"(-?)P(?=[0-9])(?:([0-9]+)Y)?(?:([0-9]+)M)?\Z")
_LONGEST = 100


def _nanos(fraction: str | None) -> int:
    return int(((fraction or "") + "000000000")[:9])


def read_date(text: str) -> FeelDate:
    """`2026-03-01`, years of four to nine digits, with a sign before Christ."""
    match = _DATE.match(text)
    if match is None or len(text) > _LONGEST:
        raise Failure("not a date")
    return FeelDate(int(match[1]), int(match[2]), int(match[3]))


def read_time(text: str) -> FeelTime:
    """`08:30:00`, a fraction and a zone may follow."""
    match = _TIME.match(text)
    if match is None or len(text) > _LONGEST:
        raise Failure("not a time")
    zone = None if match[5] is None else read_zone(match[5])
    return FeelTime(int(match[1]), int(match[2]), int(match[3]), _nanos(match[4]), zone)


def read_date_time(text: str) -> FeelDateTime:
    """`2026-03-01T08:30:00`; a date alone is its midnight; 24:00:00 is the next day's midnight."""
    day, separator, clock = text.partition("T")
    date = read_date(day)
    if not separator:
        return FeelDateTime(date, FeelTime(0, 0, 0))
    if re.match(r"24:00:00(?:\.0+)?(?=\Z|[Zz@+-])", clock):
        return FeelDateTime(FeelDate.from_days(date.days + 1), read_time("00" + clock[2:]))
    return FeelDateTime(date, read_time(clock))


def read_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration:
    """`P1DT2H` or `P1Y2M`; the two kinds never mix."""
    if len(text) > _LONGEST:
        raise Failure("not a duration")
    match = _MONTHS.match(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonthsDuration(-months if match[1] else months)
    match = _DAYS.match(text)
    if match is None:
        raise Failure("not a duration")
    seconds = ((int(match[2] or 0) * 24 + int(match[3] or 0)) * 60 + int(match[4] or 0)) * 60 + int(match[5] or 0)
    nanos = seconds * NANOS + _nanos(match[6])
    return DaysTimeDuration(-nanos if match[1] else nanos)


def read_temporal(text: str) -> FeelDate | FeelTime | FeelDateTime | DaysTimeDuration | YearsMonthsDuration:
    """Whatever temporal value the text is, as in `@"..."`."""
    body = text.lstrip("-")
    if body.startswith("P"):
        return read_duration(text)
    if "T" in body.partition("@")[0]:
        return read_date_time(text)
    return read_time(text) if body[2:3] == ":" else read_date(text)
