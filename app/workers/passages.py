"""What went through diagrams is counted once a day of each office, after its midnight. Leased: one worker does it."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.insight.commands import REST, CountPassages
from app.insight.model import PassageRun
from app.kernel import bus, database, leases
from app.kernel.commands import SYSTEM
from app.tenancy import queries as tenancy

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)
LEASE, LEASE_SECONDS = "passages", 600.0
_next: list[datetime] = []


def tick(now: datetime, owner: str) -> int:
    """Offices with a finished day that is not counted; the number of days. A long past is counted a month at a tick."""
    if _next and timedelta() < _next[0] - now <= EVERY:
        return 0
    _next[:] = [now + EVERY]
    waiting = _waiting(now)
    if not waiting or not leases.acquire(LEASE, owner, LEASE_SECONDS):
        return 0
    done = 0
    for tenant_id in waiting:
        try:
            answer = bus.dispatch(CountPassages(tenant_id=tenant_id, actor=SYSTEM))
        except Exception:
            log.exception("the passages of an office were not counted; the others go on")
            continue
        done += int(answer["days"])
        if answer["more"]:
            _next.clear()
    return done


def _waiting(now: datetime) -> list[UUID]:
    with database.current().claim() as session:
        done: dict[UUID, date | None] = {row[0]: row[1] for row in session.execute(
            select(PassageRun.tenant_id, PassageRun.through))}
    return [office.tenant_id for office in tenancy.working_tenants()
            if (through := done.get(office.tenant_id)) is None
            or through < (now - REST).astimezone(ZoneInfo(office.time_zone)).date() - timedelta(days=1)]
