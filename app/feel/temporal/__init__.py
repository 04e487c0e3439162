"""Dates, times and durations of the expression language; Python's own types lose nanoseconds, far years and zones."""

from app.feel.temporal.arithmetic import difference, months_between, positions, shift
from app.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration
from app.feel.temporal.instants import FeelDate, FeelDateTime, FeelTime
from app.feel.temporal.parsing import read_date, read_date_time, read_duration, read_temporal, read_time
from app.feel.temporal.zones import Zone, read_zone

__all__ = [
    "DaysTimeDuration", "FeelDate", "FeelDateTime", "FeelTime", "YearsMonthsDuration", "Zone", "difference",
    "months_between", "positions", "read_date", "read_date_time", "read_duration", "read_temporal", "read_time",
    "read_zone", "shift",
]
