"""Where on earth a time is meant: a fixed offset or a named zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.feel.errors import Failure
from app.feel.temporal.calendar import from_days

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*\Z")
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)(?::(\d\d))?\Z")
LARGEST_OFFSET = 18 * 3600
DAY_SECONDS = 86_400


@lru_cache(maxsize=256)
def _zone_info(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Failure("there is no such time zone") from None


@dataclass(frozen=True, slots=True)
class Zone:
    """Either `offset` in seconds east of Greenwich, or `name` of a zone of the tz database."""

    offset: int | None = None
    name: str | None = None

    def tzinfo(self) -> tzinfo:
        """The same zone as Python knows it."""
        if self.name is not None:
            return _zone_info(self.name)
        return timezone(timedelta(seconds=self.offset or 0))

    def offset_at_local(self, days: int, seconds: int) -> int:
        """Seconds east at a wall clock time, given as days since 1970 and seconds of that day."""
        if self.offset is not None:
            return self.offset
        return _seconds(_near(days, seconds).replace(tzinfo=self.tzinfo()))

    def offset_at_instant(self, seconds: int) -> int:
        """Seconds east at an instant, given as seconds since 1970 UTC."""
        if self.offset is not None:
            return self.offset
        instant = _near(*divmod(seconds, DAY_SECONDS)).replace(tzinfo=UTC)
        return _seconds(instant.astimezone(self.tzinfo()))

    def __str__(self) -> str:
        if self.name is not None:
            return f"@{self.name}"
        seconds = self.offset or 0
        if seconds == 0:
            return "Z"
        hours, rest = divmod(abs(seconds), 3600)
        minutes, rest = divmod(rest, 60)
        text = f"{'-' if seconds < 0 else '+'}{hours:02}:{minutes:02}"
        return f"{text}:{rest:02}" if rest else text


def _near(days: int, seconds: int) -> datetime:
    """The moment in Python's own years: years far away borrow the rules of the same year of a near era."""
    year, month, day = from_days(days)
    if not 2 <= year <= 9998:
        year = 2000 + year % 400
    return datetime(year, month, day) + timedelta(seconds=seconds)  # noqa: DTZ001 - the zone is put on next


def _seconds(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def read_zone(text: str) -> Zone:
    """`Z`, `+08:00` or `@Asia/Shanghai`; a Failure for anything else."""
    if text in ("Z", "z"):
        return Zone(offset=0)
    if text.startswith("@"):
        if not _NAME.match(text[1:]):
            raise Failure("there is no such time zone")
        _zone_info(text[1:])
        return Zone(name=text[1:])
    match = _OFFSET.match(text)
    if match is None:
        raise Failure("the offset is not of the form +hh:mm")
    hours, minutes, seconds = int(match[2]), int(match[3]), int(match[4] or 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > LARGEST_OFFSET:
        raise Failure("the offset is out of range")
    return Zone(offset=-total if match[1] == "-" else total)


def zone_of(moment: datetime) -> Zone | None:
    """The zone of a Python datetime: the name where it has one, else its offset."""
    if moment.tzinfo is None:
        return None
    if isinstance(moment.tzinfo, ZoneInfo) and moment.tzinfo.key != "UTC":
        return Zone(name=moment.tzinfo.key)
    return Zone(offset=_seconds(moment))
