"""Days and years of the Gregorian calendar, for any year: counting only, no zones, no texts."""

from __future__ import annotations

from app.feel.errors import Failure

LARGEST_YEAR = 999_999_999
_DAYS_BEFORE_EPOCH = 719_468
_DAYS_OF_ERA = 146_097  # 400 years
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """True for a year of 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days of a month (1..12)."""
    return 29 if month == 2 and is_leap(year) else _MONTH_LENGTHS[month - 1]


def check_date(year: int, month: int, day: int) -> None:
    """Raise a Failure unless such a day exists."""
    if abs(year) > LARGEST_YEAR:
        raise Failure("the year is out of range")
    if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        raise Failure(f"there is no day {year}-{month}-{day}")


def to_days(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms)."""
    year -= month <= 2
    era, year_of_era = divmod(year, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * _DAYS_OF_ERA + day_of_era - _DAYS_BEFORE_EPOCH


def from_days(days: int) -> tuple[int, int, int]:
    """(year, month, day) of a count of days since 1970-01-01."""
    era, day_of_era = divmod(days + _DAYS_BEFORE_EPOCH, _DAYS_OF_ERA)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, day


def add_months(year: int, month: int, day: int, months: int) -> tuple[int, int, int]:
    """Move by months; a day past the end of the month becomes its last day."""
    years, month_index = divmod(month - 1 + months, 12)
    year, month = year + years, month_index + 1
    return year, month, min(day, month_length(year, month))
