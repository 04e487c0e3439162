"""Numbers committed events without gaps, per tenant, and chains them by hash: the audit trail.

Database sequences do not commit in order, so whoever reads in order reads these numbers only.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel import database, documents
from app.kernel.commands import SYSTEM
from app.kernel.events import StoredEvent
from app.kernel.model import Base, TenantScoped
from app.kernel.unit_of_work import UnitOfWork, transact

GENESIS = "0" * 64


class EventNumber(TenantScoped, Base):
    """The place of one event in its tenant's order; `id` is the event's. `hash` covers the one before."""

    __tablename__ = "event_number"
    __table_args__ = (Index(None, "tenant_id", "number", unique=True),)

    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def digest(previous: str, number: int, stored: StoredEvent) -> str:
    """SHA-256 over the hash before, the number and the content of the event."""
    content = documents.dump([previous, number, stored.id, stored.type, stored.schema_version, stored.case_id,
                              stored.actor_id, stored.at, stored.definitions, stored.data])
    return hashlib.sha256(content.encode()).hexdigest()


def waiting_tenants() -> list[UUID]:
    """Tenants with committed events that have no number yet."""
    last = select(func.max(EventNumber.number)).where(EventNumber.tenant_id == StoredEvent.tenant_id)
    query = select(StoredEvent.tenant_id).group_by(StoredEvent.tenant_id).having(
        func.count() > func.coalesce(last.correlate(StoredEvent).scalar_subquery(), 0))
    with database.current().claim() as session:  # counting an index is far cheaper than a look for each event's number
        return list(session.scalars(query))


def number(tenant_id: UUID, limit: int = 500) -> int:
    """Number up to `limit` events of one tenant; the caller holds the lease `sequencer`."""
    return transact(tenant_id, SYSTEM, lambda uow: _number(uow, limit))


def _number(uow: UnitOfWork, limit: int) -> int:
    session = uow.session
    last = _last(session)
    previous, count = (last.hash, last.number) if last else (GENESIS, 0)
    rows = _waiting(session, count, limit)
    for stored in rows:
        count += 1
        previous = digest(previous, count, stored)
        session.add(EventNumber(tenant_id=uow.tenant_id, id=stored.id, number=count, hash=previous, at=uow.now))
    return len(rows)


def _waiting(session: Session, count: int, limit: int) -> list[StoredEvent]:
    """Up to `limit` events without a number by id, `count` having one. Where all of them fit they are looked for from
    the newest on; an event that is committed between count and look would push an older one out, so both are compared.
    """
    waiting = _total(session) - count
    numbered = exists().where(EventNumber.tenant_id == StoredEvent.tenant_id, EventNumber.id == StoredEvent.id)
    query = select(StoredEvent).where(~numbered)
    if waiting <= limit:
        newest = session.scalars(query.order_by(StoredEvent.id.desc()).limit(max(waiting, 0))).all()
        if _total(session) - count == waiting:
            return list(reversed(newest))
    return list(session.scalars(query.order_by(StoredEvent.id).limit(limit)))


def _total(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StoredEvent)) or 0


def _last(session: Session) -> EventNumber | None:
    top = select(func.max(EventNumber.number)).scalar_subquery()
    return session.scalars(select(EventNumber).where(EventNumber.number == top)).one_or_none()


def head(session: Session) -> tuple[int, str]:
    """The last number of the tenant's chain and its hash; (0, GENESIS) before the first event has one."""
    last = _last(session)
    return (last.number, last.hash) if last is not None else (0, GENESIS)


def broken_link(session: Session) -> int | None:
    """The first number whose hash does not fit, or None when the tenant's whole chain is sound."""
    previous = GENESIS
    query = select(EventNumber, StoredEvent).join(
        StoredEvent, (StoredEvent.tenant_id == EventNumber.tenant_id) & (StoredEvent.id == EventNumber.id),
        isouter=True).order_by(EventNumber.number)
    for expected, (row, stored) in enumerate(session.execute(query), start=1):
        if stored is None or row.number != expected or row.hash != digest(previous, expected, stored):
            return expected
        previous = row.hash
    return None
