"""What has had its time: expired messages in the buffer, files that nobody sent a request with, old drafts; at night
what the table of retention says, in small batches. Leased."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from app import retention
from app.backups.commands import EraseAgain
from app.backups.model import PendingErasure
from app.cases import moving, starts
from app.cases.commands import DropOldDrafts
from app.engine.model import BufferedMessage
from app.kernel import bus, database, leases, pauses
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import UnitOfWork, transact
from app.retention.commands import ApplyRetention
from app.tenancy import attachments
from app.tenancy import queries as tenancy

log = logging.getLogger(__name__)
EVERY = timedelta(minutes=10)
LEASE = "retention"
FILES_EVERY = timedelta(hours=1)
BATCHES, LIMIT = 20, 200
"""Of an office at one look, all kinds together; cases or rows of a batch."""
REST = timedelta(hours=20)
"""An office in which nothing was left is looked at again the next night."""
_next: list[datetime] = []
_files_next: list[datetime] = []
_rest: dict[UUID, datetime] = {}


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
    return len(with_messages) + _erase_again() + _forget_waiting(now) + sum(
        _apply(office.tenant_id, now) for office in tenancy.working_tenants())


def _erase_again() -> int:
    """People who were erased after the backup that was restored, once their requests have ended."""
    with database.current().claim() as session:
        waiting = list(session.scalars(select(PendingErasure.tenant_id).where(
            pauses.working(PendingErasure.tenant_id)).distinct()))
    return sum(int(bus.dispatch(EraseAgain(tenant_id=tenant_id, actor=SYSTEM))["erased"]) for tenant_id in waiting)


def _apply(tenant_id: UUID, now: datetime) -> int:
    """A table that answers wrongly, or a kind that fails, keeps no other kind or office waiting."""
    if timedelta() < _rest.get(tenant_id, now) - now <= REST:
        return 0
    with database.current().read(tenant_id) as session:
        if not retention.inside(session, tenant_id, now):
            return 0
    left = BATCHES
    for what in retention.KINDS:
        more = True
        while more and left:
            try:
                answer = bus.dispatch(ApplyRetention(tenant_id=tenant_id, actor=SYSTEM, what=what, limit=LIMIT))
            except Exception:
                log.exception("%s of an office could not be cleared up; the others go on", what)
                break
            more, left = bool(answer["more"]), left - bool(answer["done"])
    if left:
        _rest[tenant_id] = now + REST
    return BATCHES - left


def _forget_waiting(now: datetime) -> int:
    """Rights to look over all offices' files are given to nobody: each office is asked, once an hour."""
    if _files_next and _files_next[0] > now:
        return 0
    _files_next[:] = [now + FILES_EVERY]
    done = 0
    for office in tenancy.working_tenants():
        done += bus.dispatch(DropOldDrafts(tenant_id=office.tenant_id, actor=SYSTEM))["dropped"]
        done += bus.dispatch(moving.ForgetMoves(tenant_id=office.tenant_id, actor=SYSTEM))["dropped"]
        done += bus.dispatch(attachments.ReleaseAttachments(tenant_id=office.tenant_id, actor=SYSTEM))["removed"]
        done += bus.dispatch(starts.DropStartKeys(tenant_id=office.tenant_id, actor=SYSTEM))["dropped"]
    return done


def _purge(tenant_id: UUID, now: datetime) -> None:
    def work(uow: UnitOfWork) -> None:
        uow.session.execute(delete(BufferedMessage).where(BufferedMessage.tenant_id == tenant_id,
                                                          BufferedMessage.expires_at <= now))

    transact(tenant_id, SYSTEM, work)
