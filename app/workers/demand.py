"""Demand is compared once a day of each office, soon after its midnight. Leased: one worker does it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.demand.commands import ComputeDemand, NoteDemandFailure
from app.demand.model import DemandRun
from app.kernel import bus, database, leases
from app.kernel.commands import SYSTEM
from app.kernel.errors import YikouError
from app.tenancy import queries as tenancy

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)
LEASE, LEASE_SECONDS = "demand", 600.0
_next: list[datetime] = []


def tick(now: datetime, owner: str) -> int:
    """Offices whose day is new; the number of topics raised or joined."""
    if _next and timedelta() < _next[0] - now <= EVERY:
        return 0
    _next[:] = [now + EVERY]
    waiting = _waiting(now)
    if not waiting or not leases.acquire(LEASE, owner, LEASE_SECONDS):
        return 0
    return sum(_compute(tenant_id) for tenant_id in waiting)


def _waiting(now: datetime) -> list[UUID]:
    with database.current().claim() as session:
        done: dict[UUID, str] = {row[0]: row[1] for row in session.execute(select(DemandRun.tenant_id, DemandRun.day))}
    return [office.tenant_id for office in tenancy.working_tenants()
            if done.get(office.tenant_id) != now.astimezone(ZoneInfo(office.time_zone)).date().isoformat()]


def _compute(tenant_id: UUID) -> int:
    try:
        answer = bus.dispatch(ComputeDemand(tenant_id=tenant_id, actor=SYSTEM))
    except Exception as error:
        log.exception("the demand of an office was not compared; the others go on")
        said = str(error) if isinstance(error, YikouError) else type(error).__name__  # a database names its values
        bus.dispatch(NoteDemandFailure(tenant_id=tenant_id, actor=SYSTEM, error=said))
        return 0
    return int(answer["raised"] + answer["joined"])
