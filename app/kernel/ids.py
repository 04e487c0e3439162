"""Identifiers: UUID version 7, so that rows made later sort later."""

from __future__ import annotations

import secrets
import threading
from uuid import UUID

from app.kernel import clock

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits that count up within a millisecond.

    Ids made by one process in one millisecond keep their order; events of one transaction rely on it.
    """
    global _last
    millis = int(clock.now().timestamp() * 1000) & (1 << 48) - 1
    with _lock:
        value = millis << 74 | secrets.randbits(73)
        if _last >> 74 == millis:
            value = _last + 1 + secrets.randbits(16)
        _last = value
    return UUID(int=(value >> 74) << 80 | 0x7 << 76 | (value >> 62 & 0xFFF) << 64 | 0b10 << 62 | value & (1 << 62) - 1)
