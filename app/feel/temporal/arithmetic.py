"""Sums, differences and order of temporal values. None means: the types do not go together."""

from __future__ import annotations

from app.feel.temporal.calendar import add_months
from app.feel.temporal.durations import NANOS, DaysTimeDuration, YearsMonthsDuration
from app.feel.temporal.instants import FeelDate, FeelDateTime, FeelTime
from app.feel.temporal.zones import DAY_SECONDS, Zone

Instant = FeelDate | FeelTime | FeelDateTime
Duration = DaysTimeDuration | YearsMonthsDuration
_DAY = DAY_SECONDS * NANOS
_UTC = Zone(offset=0)


def shift(start: Instant, by: Duration) -> Instant | None:
    """`start` moved by a duration. A date moved by hours stays a date; a time wraps round midnight."""
    if isinstance(by, YearsMonthsDuration):
        return _shift_months(start, by.months)
    if isinstance(start, FeelDate):
        return FeelDate.from_days((start.days * _DAY + by.nanos) // _DAY)
    if isinstance(start, FeelTime):
        return FeelTime.from_nanos(start.local_nanos() + by.nanos, start.zone)
    instant = start.instant()
    if instant is None or start.zone is None:
        return FeelDateTime.from_nanos(start.local_nanos() + by.nanos, None)
    return FeelDateTime.from_instant(instant + by.nanos, start.zone)


def _shift_months(start: Instant, months: int) -> Instant | None:
    if isinstance(start, FeelTime):
        return None
    day = start if isinstance(start, FeelDate) else start.date
    moved = FeelDate(*add_months(day.year, day.month, day.day, months))
    return moved if isinstance(start, FeelDate) else FeelDateTime(moved, start.time)


def difference(left: Instant, right: Instant) -> DaysTimeDuration | None:
    """`left - right`. A date meets a date and time as midnight UTC; with a zone and without do not mix."""
    pair = positions(left, right)
    return None if pair is None else DaysTimeDuration(pair[0] - pair[1])


def positions(left: object, right: object) -> tuple[int, int] | None:
    """Both values on one axis of nanoseconds, or None when they cannot be compared."""
    if isinstance(left, FeelDate) and isinstance(right, FeelDate):
        return left.days * _DAY, right.days * _DAY
    if isinstance(left, FeelTime) and isinstance(right, FeelTime):
        return _on_one_axis(left, right, _time_instant(left), _time_instant(right))
    left, right = _as_date_time(left), _as_date_time(right)
    if left is None or right is None:
        return None
    return _on_one_axis(left, right, left.instant(), right.instant())


def _on_one_axis(left: FeelTime | FeelDateTime, right: FeelTime | FeelDateTime,
                 left_instant: int | None, right_instant: int | None) -> tuple[int, int] | None:
    if left_instant is not None and right_instant is not None:
        return left_instant, right_instant
    if left_instant is None and right_instant is None:
        return left.local_nanos(), right.local_nanos()
    return None


def _time_instant(value: FeelTime) -> int | None:
    offset = value.offset()
    return None if offset is None else value.local_nanos() - offset * NANOS


def _as_date_time(value: object) -> FeelDateTime | None:
    if isinstance(value, FeelDate):
        return FeelDateTime(value, FeelTime(0, 0, 0, zone=_UTC))
    return value if isinstance(value, FeelDateTime) else None


def months_between(start: FeelDate, end: FeelDate) -> YearsMonthsDuration:
    """Whole months from one day to another."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonthsDuration(months)
