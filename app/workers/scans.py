"""Files that the virus scanner has not seen: asked again, office by office. Leased."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.kernel import leases
from app.tenancy import attachments
from app.tenancy import queries as tenancy

EVERY = timedelta(seconds=2)
LEASE = "scans"
_next: list[datetime] = []


def tick(now: datetime, owner: str) -> int:
    """Look again at most every two seconds, also after a clock was set back; the number of verdicts.

    In a suspended office files wait like everything else.
    """
    if not attachments.has_scanner() or (_next and timedelta() < _next[0] - now <= EVERY):
        return 0
    _next[:] = [now + EVERY]
    if not leases.acquire(LEASE, owner):
        return 0
    return sum(attachments.look_again(office.tenant_id, now) for office in tenancy.working_tenants())
