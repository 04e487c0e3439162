"""Supervision rules over new events: one owner in the whole installation, by a lease."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app import rules
from app.kernel import clock, database, leases
from app.rules import Owner

LEASE, LEASE_SECONDS = rules.LEASE, 60.0
RENEW = timedelta(seconds=20)
_owner: list[tuple[Any, Owner]] = []
_held: list[tuple[Any, str, datetime]] = []
"""Database, owner and time of the last renewal: a lease is a write, and not needed at every tick."""


def tick(now: datetime, owner: str) -> int:
    """New events of all offices, if this worker holds the lease; the number of events passed."""
    if not _holds(owner):
        end()
        return 0
    return _mine().tick(now)


def _holds(owner: str) -> bool:
    """Whether this worker has the lease; whoever lost it unseen moves no position, because that is asked as well."""
    where, at = database.current().engine, clock.now()
    if _held and _held[0][:2] == (where, owner) and timedelta() <= at - _held[0][2] < RENEW:
        return True
    _held.clear()
    if leases.acquire(LEASE, owner, LEASE_SECONDS):
        _held[:] = [(where, owner, at)]
    return bool(_held)


def _mine() -> Owner:
    """Bound to the installed database: a play in another one has an owner of its own."""
    where = database.current().engine
    if not _owner or _owner[0][0] is not where:
        end()
        _owner[:] = [(where, Owner())]
    return _owner[0][1]


def end() -> None:
    """Give up what is remembered, and end the engine; the rows stay."""
    for _where, owner in _owner:
        owner.close()
    _owner.clear()
    _held.clear()
