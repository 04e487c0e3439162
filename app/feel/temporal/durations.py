"""The two durations of the language: days and time (exact) and years and months (calendar)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

NANOS = 1_000_000_000
_DAY, _HOUR, _MINUTE = 86_400 * NANOS, 3600 * NANOS, 60 * NANOS


def seconds_text(seconds: int, nanos: int) -> str:
    """`5` or `5.25`."""
    return f"{seconds}.{nanos:09}".rstrip("0") if nanos else str(seconds)


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A signed length of time in nanoseconds."""

    nanos: int

    @classmethod
    def of_seconds(cls, seconds: int) -> DaysTimeDuration:
        """From whole seconds."""
        return cls(seconds * NANOS)

    @classmethod
    def from_python(cls, delta: timedelta) -> DaysTimeDuration:
        """From Python's timedelta."""
        return cls(delta // timedelta(microseconds=1) * 1000)

    def to_python(self) -> timedelta:
        """As Python's timedelta, cut to microseconds; OverflowError beyond its range."""
        return timedelta(microseconds=self.nanos // 1000)

    def parts(self) -> tuple[int, int, int, int, int]:
        """(days, hours, minutes, seconds, nanos) of the absolute length."""
        days, rest = divmod(abs(self.nanos), _DAY)
        hours, rest = divmod(rest, _HOUR)
        minutes, rest = divmod(rest, _MINUTE)
        return days, hours, minutes, *divmod(rest, NANOS)

    def member(self, name: str) -> Decimal | None:
        """The property `days`, `hours`, `minutes` or `seconds`, signed; None for another name."""
        days, hours, minutes, seconds, nanos = self.parts()
        values = {"days": Decimal(days), "hours": Decimal(hours), "minutes": Decimal(minutes),
                  "seconds": Decimal(seconds_text(seconds, nanos))}
        value = values.get(name)
        return -value if value is not None and self.nanos < 0 else value

    def __str__(self) -> str:
        days, hours, minutes, seconds, nanos = self.parts()
        time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds or nanos:
            time += f"{seconds_text(seconds, nanos)}S"
        if not days and not time:
            return "PT0S"
        return ("-" if self.nanos < 0 else "") + "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A signed number of calendar months."""

    months: int

    def member(self, name: str) -> Decimal | None:
        """The property `years` or `months`, signed; None for another name."""
        years, months = divmod(abs(self.months), 12)
        value = {"years": years, "months": months}.get(name)
        if value is None:
            return None
        return Decimal(-value if self.months < 0 else value)

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-" if self.months < 0 else "") + "P" + text
