"""What has had its time: expired messages in the buffer. Runs rarely, under a lease."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.engine.model import BufferedMessage
from app.kernel import database, leases
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import UnitOfWork, transact

EVERY = timedelta(minutes=10)
LEASE = "retention"
_next: list[datetime] = []


def tick(now: datetime, owner: str) -> int:
    """Delete expired messages of all offices at most every ten minutes; the number of offices touched."""
    if _next and _next[0] > now:
        return 0
    _next[:] = [now + EVERY]
    if not leases.acquire(LEASE, owner):
        return 0
    with database.current().claim() as session:
        expired = select(BufferedMessage.tenant_id).where(BufferedMessage.expires_at <= now).distinct()
        tenants = list(session.scalars(expired))
    for tenant_id in tenants:
        _purge(tenant_id, now)
    return len(tenants)


def _purge(tenant_id: UUID, now: datetime) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.session.execute(delete(BufferedMessage).where(BufferedMessage.tenant_id == tenant_id,
                                                          BufferedMessage.expires_at <= now))

    transact(tenant_id, SYSTEM, work)
