"""Offices by host and path name, as each request looks them up: remembered for a quarter of a second.

What this process itself commits shows at once. Whether an office is suspended, and its settings within a step, are read
in the transaction that needs them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.kernel import database
from app.kernel.database import Database
from app.tenancy.model import Tenant

KEPT_SECONDS, MOST = 0.25, 2_000
_known: dict[str, tuple[Database, float, Tenant | None]] = {}
_CHANGED = "offices_changed"


def remembered(name: str, read: Callable[[], Tenant | None]) -> Tenant | None:
    """The office as `read` gave it, detached; `name` says how it was asked for. What `read` raises, leaves."""
    at, here, found = time.monotonic(), database.current(), _known.get(name)
    if found is not None and found[0] is here and at - found[1] < KEPT_SECONDS:
        return found[2]
    office = read()
    if len(_known) >= MOST:
        _known.clear()  # somebody asks for names that do not exist
    _known[name] = (here, at, office)
    return office


@event.listens_for(Session, "before_flush")
def _note(session: Session, _context: Any, _instances: Any) -> None:
    if any(isinstance(row, Tenant) for rows in (session.new, session.dirty) for row in rows):
        session.info[_CHANGED] = True


@event.listens_for(Session, "after_commit")
def _forget(session: Session) -> None:
    if session.info.pop(_CHANGED, False):
        _known.clear()
