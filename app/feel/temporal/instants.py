"""Date, time, and date and time: nanoseconds, years to 999,999,999, zones. Arithmetic stands in `arithmetic`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from app.feel.errors import Failure
from app.feel.temporal.calendar import check_date, from_days, to_days
from app.feel.temporal.durations import NANOS, DaysTimeDuration, seconds_text
from app.feel.temporal.zones import DAY_SECONDS, Zone, zone_of

Member = Decimal | str | DaysTimeDuration | None


@dataclass(frozen=True, slots=True)
class FeelDate:
    """A day of the Gregorian calendar; a Failure if there is no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        check_date(self.year, self.month, self.day)

    @classmethod
    def from_days(cls, days: int) -> FeelDate:
        """From days since 1970-01-01."""
        return cls(*from_days(days))

    @classmethod
    def from_python(cls, value: date) -> FeelDate:
        """From Python's date."""
        return cls(value.year, value.month, value.day)

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return to_days(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 Monday .. 7 Sunday."""
        return (self.days + 3) % 7 + 1

    def to_python(self) -> date:
        """As Python's date; ValueError outside the years 1..9999."""
        return date(self.year, self.month, self.day)

    def member(self, name: str) -> Member:
        """A property of the language, or None."""
        value = {"year": self.year, "month": self.month, "day": self.day, "weekday": self.weekday}.get(name)
        return None if value is None else Decimal(value)

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04}-{self.month:02}-{self.day:02}"


@dataclass(frozen=True, slots=True)
class FeelTime:
    """A time of day with nanoseconds, with a zone or without."""

    hour: int
    minute: int
    second: int
    nano: int = 0
    zone: Zone | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.hour < 24 and 0 <= self.minute < 60 and 0 <= self.second < 60 and 0 <= self.nano < NANOS):
            raise Failure("there is no such time of day")

    @classmethod
    def from_nanos(cls, nanos: int, zone: Zone | None = None) -> FeelTime:
        """From nanoseconds since midnight, taken modulo a day."""
        seconds, nano = divmod(nanos % (DAY_SECONDS * NANOS), NANOS)
        return cls(seconds // 3600, seconds // 60 % 60, seconds % 60, nano, zone)

    @classmethod
    def from_python(cls, value: time) -> FeelTime:
        """From Python's time; its zone must be a fixed offset."""
        offset = value.utcoffset()
        zone = None if offset is None else Zone(offset=int(offset.total_seconds()))
        return cls(value.hour, value.minute, value.second, value.microsecond * 1000, zone)

    @property
    def seconds(self) -> int:
        """Whole seconds since midnight."""
        return self.hour * 3600 + self.minute * 60 + self.second

    def local_nanos(self) -> int:
        """Nanoseconds since midnight on the wall clock."""
        return self.seconds * NANOS + self.nano

    def offset(self) -> int | None:
        """Seconds east; a named zone is read at 1970-01-01, since a time alone has no day."""
        return None if self.zone is None else self.zone.offset_at_local(0, self.seconds)

    def member(self, name: str) -> Member:
        """A property of the language, or None."""
        if name == "second":
            return Decimal(seconds_text(self.second, self.nano))
        if name in ("hour", "minute"):
            return Decimal(self.hour if name == "hour" else self.minute)
        if name == "timezone" and self.zone is not None:
            return self.zone.name
        if name == "time offset" and self.zone is not None and self.zone.offset is not None:
            return DaysTimeDuration.of_seconds(self.zone.offset)
        return None

    def __str__(self) -> str:
        fraction = f".{self.nano:09}".rstrip("0") if self.nano else ""
        return f"{self.hour:02}:{self.minute:02}:{self.second:02}{fraction}{self.zone or ''}"


@dataclass(frozen=True, slots=True)
class FeelDateTime:
    """A day and a time of day; the zone is the time's."""

    date: FeelDate
    time: FeelTime

    @classmethod
    def from_nanos(cls, nanos: int, zone: Zone | None) -> FeelDateTime:
        """From nanoseconds on the wall clock since 1970-01-01T00:00:00."""
        days, rest = divmod(nanos, DAY_SECONDS * NANOS)
        return cls(FeelDate.from_days(days), FeelTime.from_nanos(rest, zone))

    @classmethod
    def from_instant(cls, nanos: int, zone: Zone) -> FeelDateTime:
        """From nanoseconds since 1970 UTC, shown in `zone`."""
        return cls.from_nanos(nanos + zone.offset_at_instant(nanos // NANOS) * NANOS, zone)

    @classmethod
    def from_python(cls, value: datetime) -> FeelDateTime:
        """From Python's datetime, aware or naive."""
        clock = FeelTime(value.hour, value.minute, value.second, value.microsecond * 1000, zone_of(value))
        return cls(FeelDate.from_python(value), clock)

    @property
    def zone(self) -> Zone | None:
        """The zone, if one was given."""
        return self.time.zone

    def local_nanos(self) -> int:
        """Nanoseconds on the wall clock since 1970-01-01T00:00:00."""
        return self.date.days * DAY_SECONDS * NANOS + self.time.local_nanos()

    def offset(self) -> int | None:
        """Seconds east at this moment, None without a zone."""
        return None if self.zone is None else self.zone.offset_at_local(self.date.days, self.time.seconds)

    def instant(self) -> int | None:
        """Nanoseconds since 1970 UTC; None without a zone."""
        offset = self.offset()
        return None if offset is None else self.local_nanos() - offset * NANOS

    def to_python(self) -> datetime:
        """As an aware datetime in its zone (none given: UTC), cut to microseconds; ValueError outside 1..9999."""
        zone = UTC if self.zone is None else self.zone.tzinfo()
        clock = self.time
        return datetime(self.date.year, self.date.month, self.date.day, clock.hour, clock.minute,
                        clock.second, clock.nano // 1000, tzinfo=zone)

    def member(self, name: str) -> Member:
        """A property of the language, or None."""
        if name == "time offset":
            offset = self.offset()
            return None if offset is None else DaysTimeDuration.of_seconds(offset)
        value = self.date.member(name)
        return self.time.member(name) if value is None else value

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"
