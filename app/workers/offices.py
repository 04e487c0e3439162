"""Subscriptions and exports whose time has come: found by their `due_at`, done by commands."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.kernel import bus, database, leases
from app.kernel.commands import SYSTEM
from app.offices import exporting
from app.offices.commands import DropExport, ReviewTerm
from app.offices.model import OfficeExport
from app.tenancy.model import OfficeTerm

log = logging.getLogger(__name__)
LIMIT = 100
LEASE, LEASE_SECONDS = "exports", 600.0
in_background = threading.Event()
"""Set by a worker that has other work to do: an export is then made beside it, one at a time."""
_making: list[threading.Thread] = []


def terms(now: datetime) -> int:
    """Warnings and suspensions, the oldest first; the number done."""
    query = select(OfficeTerm.tenant_id).where(OfficeTerm.due_at <= now).order_by(OfficeTerm.due_at).limit(LIMIT)
    with database.current().claim() as session:
        due = list(session.scalars(query))
    done = 0
    for tenant_id in due:
        try:
            done += bool(bus.dispatch(ReviewTerm(tenant_id=tenant_id, actor=SYSTEM))["done"])
        except Exception:
            log.exception("the term of an office failed; the others go on")
    return done


def exports(now: datetime, owner: str) -> int:
    """Make the oldest export that waits and remove those that had their time; the number of pieces done."""
    query = (select(OfficeExport.tenant_id, OfficeExport.id, OfficeExport.state).where(OfficeExport.due_at <= now)
             .order_by(OfficeExport.due_at).limit(LIMIT))
    with database.current().claim() as session:
        due = [(row[0], row[1], row[2]) for row in session.execute(query)]
    over = [one for one in due if one[2] == "ready"]
    for tenant_id, export_id, _state in over:
        try:
            bus.dispatch(DropExport(tenant_id=tenant_id, actor=SYSTEM, export_id=export_id))
        except Exception:
            log.exception("an old export could not be removed; the others go on")
    waiting = next((one for one in due if one[2] == "waiting"), None)
    busy = any(thread.is_alive() for thread in _making)
    if waiting is None or busy or not leases.acquire(LEASE, owner, LEASE_SECONDS):
        return len(over)
    if not in_background.is_set():
        _make(waiting[0], waiting[1], owner)
    else:
        _making[:] = [threading.Thread(target=_make, args=(waiting[0], waiting[1], owner), name="export", daemon=True)]
        _making[0].start()
    return len(over) + 1


def _make(tenant_id: UUID, export_id: UUID, owner: str) -> None:
    try:
        exporting.make(tenant_id, export_id)
    except Exception:
        log.exception("an export failed; it is noted")
    finally:
        leases.release(LEASE, owner)
