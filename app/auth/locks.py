"""Lock-out after failed sign-ins, by login name, whether or not the name exists."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from app.auth.model import SignInLock
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing

FREE_FAILURES = 5
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=1), timedelta(hours=1)
FORGET_AFTER = timedelta(hours=24)


def row(uow: UnitOfWork, name: str) -> SignInLock:
    """The row of a name, made when missing."""
    row_id = UUID(hex=hashlib.sha256(f"{uow.tenant_id}|lock|{name}".encode()).hexdigest()[:32])
    insert_missing(uow.session, SignInLock, tenant_id=uow.tenant_id, id=row_id, failures=0, last_at=uow.now)
    found = uow.session.get_one(SignInLock, (uow.tenant_id, row_id), with_for_update=True)
    if found.last_at < uow.now - FORGET_AFTER:
        found.failures = 0
    return found


def locked(lock: SignInLock, now: datetime) -> bool:
    """Whether the name is locked now."""
    return lock.locked_until is not None and lock.locked_until > now


def fail(lock: SignInLock, now: datetime) -> datetime | None:
    """Count a failure; the end of the lock it causes, which doubles from one minute to an hour."""
    lock.failures, lock.last_at = lock.failures + 1, now
    over = lock.failures - FREE_FAILURES
    if over < 0:
        return None
    lock.locked_until = now + min(FIRST_LOCK * 2**min(over, 10), LONGEST_LOCK)
    return lock.locked_until


def succeed(lock: SignInLock, now: datetime) -> None:
    """Forget the failures."""
    lock.failures, lock.locked_until, lock.last_at = 0, None, now
