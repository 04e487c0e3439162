"""What has had its time: expired messages in the buffer, files that nobody sent a request with, old drafts. Leased."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app.cases import starts
from app.cases.commands import DropOldDrafts
from app.engine.model import BufferedMessage
from app.kernel import bus, database, leases, pauses
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import UnitOfWork, transact
from app.tenancy import attachments
from app.tenancy import queries as tenancy

EVERY = timedelta(minutes=10)
LEASE = "retention"
FILES_EVERY = timedelta(hours=1)
_next: list[datetime] = []
_files_next: list[datetime] = []


def tick(now: datetime, owner: str) -> int:
    """Clean up in all offices at most every ten minutes; the number of pieces done."""
    if _next and _next[0] > now:
        return 0
    _next[:] = [now + EVERY]
    if not leases.acquire(LEASE, owner):
        return 0
    with database.current().claim() as session:
        expired = (select(BufferedMessage.tenant_id)
                   .where(BufferedMessage.expires_at <= now, pauses.working(BufferedMessage.tenant_id)).distinct())
        with_messages = list(session.scalars(expired))
    for tenant_id in with_messages:
        _purge(tenant_id, now)
    return len(with_messages) + _forget_waiting(now)


def _forget_waiting(now: datetime) -> int:
    """Rights to look over all offices' files are given to nobody: each office is asked, once an hour."""
    if _files_next and _files_next[0] > now:
        return 0
    _files_next[:] = [now + FILES_EVERY]
    done = 0
    for office in tenancy.working_tenants():
        done += bus.dispatch(DropOldDrafts(tenant_id=office.tenant_id, actor=SYSTEM))["dropped"]
        done += bus.dispatch(attachments.ReleaseAttachments(tenant_id=office.tenant_id, actor=SYSTEM))["removed"]
        done += bus.dispatch(starts.DropStartKeys(tenant_id=office.tenant_id, actor=SYSTEM))["dropped"]
    return done


def _purge(tenant_id: UUID, now: datetime) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.session.execute(delete(BufferedMessage).where(BufferedMessage.tenant_id == tenant_id,
                                                          BufferedMessage.expires_at <= now))

    transact(tenant_id, SYSTEM, work)
