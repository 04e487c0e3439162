"""Identifiers: UUID version 7, so that rows made later sort later."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from app.kernel import clock

_lock = threading.Lock()
_last = 0
_noise: list[Callable[[int], int]] = [secrets.randbits]


def noise(bits: int) -> int:
    """Random bits for identifiers that need not be secret."""
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
        value = millis << 74 | noise(73)
        if _last >> 74 == millis:
            value = _last + 1 + noise(16)
        _last = value
    return UUID(int=(value >> 74) << 80 | 0x7 << 76 | (value >> 62 & 0xFFF) << 64 | 0b10 << 62 | value & (1 << 62) - 1)
