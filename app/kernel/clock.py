"""The only clock of the code base. A virtual clock replaces it in tests, rehearsals and replays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells an aware UTC time."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when told to, and never backwards."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a virtual clock starts at an aware time")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Aware, UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move forward by a duration."""
        self.move_to(self._now + by)

    def move_to(self, at: datetime) -> None:
        """Move forward to `at`; an earlier time leaves the clock where it is."""
        self._now = max(self._now, at.astimezone(UTC))


_current: list[Clock] = [SystemClock()]


def now() -> datetime:
    """The current time, aware, UTC."""
    return _current[-1].now()


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Let `clock` tell the time for the whole process until the block ends."""
    _current.append(clock)
    try:
        yield clock
    finally:
        _current.remove(clock)
