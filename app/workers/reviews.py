"""Answers whose day of review has come: their owners are told. Runs rarely, leased."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.kernel import bus, leases
from app.kernel.commands import SYSTEM
from app.knowledge.commands import TellOverdueReviews
from app.tenancy import queries as tenancy

EVERY = timedelta(hours=1)
LEASE = "reviews"
_next: list[datetime] = []


def tick(now: datetime, owner: str) -> int:
    """Ask each office at most once an hour; the number of answers told of."""
    if _next and _next[0] > now:
        return 0
    _next[:] = [now + EVERY]
    if not leases.acquire(LEASE, owner):
        return 0
    return sum(bus.dispatch(TellOverdueReviews(tenant_id=office.tenant_id, actor=SYSTEM))["told"]
               for office in tenancy.working_tenants())
