"""Identifiers: UUID version 7, so that rows made later sort later."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from app.kernel import clock

_lock = threading.Lock()
_last = 0
POOL = 4096
"""Bytes that are asked of the system at once: asking for each id is a good part of the cost of one."""


class _Pool:
    """Random bits of the system, taken in larger pieces. Whoever asks holds `_lock`."""

    def __init__(self) -> None:
        self._bytes, self._used = b"", 0
        os.register_at_fork(after_in_child=self.forget)  # else parent and child would make the same ids

    def forget(self) -> None:
        """Ask the system anew next time."""
        self._bytes, self._used = b"", 0

    def bits(self, count: int) -> int:
        """`count` random bits as a number."""
        size = (count + 7) // 8
        if self._used + size > len(self._bytes):
            self._bytes, self._used = os.urandom(POOL), 0
        begin, self._used = self._used, self._used + size
        return int.from_bytes(self._bytes[begin:self._used], "big") >> (8 * size - count)


_noise: list[Callable[[int], int]] = [_Pool().bits]


def noise(bits: int) -> int:
    """Random bits for identifiers that need not be secret."""
    with _lock:
        return _noise[-1](bits)


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Let the ids of this process follow from a seed: only for plays on a virtual clock that must repeat exactly."""
    global _last
    source = random.Random(seed).getrandbits  # noqa: S311  ids are no secrets
    _last = 0
    _noise.append(source)
    try:
        yield
    finally:
        _noise.remove(source)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits that count up within a millisecond.

    Ids made by one process in one millisecond keep their order; events of one transaction rely on it.
    """
    global _last
    millis = int(clock.now().timestamp() * 1000) & (1 << 48) - 1
    with _lock:
        more = _noise[-1]
        value = millis << 74 | more(73)
        if _last >> 74 == millis:
            value = _last + 1 + more(16)
        _last = value
    return UUID(int=(value >> 74) << 80 | 0x7 << 76 | (value >> 62 & 0xFFF) << 64 | 0b10 << 62 | value & (1 << 62) - 1)
