"""Numbers committed events without gaps, per tenant, and chains them by hash: the audit trail.

Database sequences do not commit in order, so whoever reads in order reads these numbers only.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import BigInteger, Index, Select, String, exists, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from app.kernel import clock, database, documents
from app.kernel.commands import SYSTEM
from app.kernel.events import StoredEvent
from app.kernel.model import Base, TenantScoped
from app.kernel.unit_of_work import UnitOfWork, transact

GENESIS = "0" * 64
MARGIN = 10_000
"""Milliseconds that a transaction with events may take to be found at once and not only by the next thorough look."""


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


def waiting_tenants(*, thorough: bool = True) -> list[UUID]:
    """Tenants with committed events that have no number yet.

    `thorough`: every event is looked at. Otherwise those since `MARGIN` before the last that has a number, which leaves
    out only what a transaction committed that took longer: cheap enough for every tick, however many events there are.
    """
    now = int(clock.now().timestamp() * 1000)
    with database.current().claim() as session:
        return [one for one, newest, last in session.execute(_tenants())
                if (thorough or newest != last or abs(now - (newest.int >> 80)) < MARGIN)
                and session.scalars(_unnumbered(one, None if thorough else _floor(last)).limit(1)).first()]


def number(tenant_id: UUID, limit: int = 500, *, thorough: bool = True) -> int:
    """Number up to `limit` events of one tenant; the caller holds the lease `sequencer`. See `waiting_tenants`."""
    return transact(tenant_id, SYSTEM, lambda uow: _number(uow, limit, thorough))


def _number(uow: UnitOfWork, limit: int, thorough: bool) -> int:
    session = uow.session
    last = _last(session)
    previous, count = (last.hash, last.number) if last else (GENESIS, 0)
    floor = None if thorough or last is None else _floor(last.id)
    rows = list(session.scalars(_unnumbered(uow.tenant_id, floor).limit(limit)))
    for stored in rows:
        count += 1
        previous = digest(previous, count, stored)
        session.add(EventNumber(tenant_id=uow.tenant_id, id=stored.id, number=count, hash=previous, at=uow.now))
    return len(rows)


@cache
def _tenants() -> Select[UUID, UUID, UUID]:
    """(tenant, its newest event, its last event with a number), from tenant to tenant by the keys of the tables."""
    first = select(StoredEvent.tenant_id).order_by(StoredEvent.tenant_id).limit(1)
    found = select(first.scalar_subquery().label("id")).cte("tenants", recursive=True)
    further = aliased(StoredEvent)
    after = select(further.tenant_id).where(further.tenant_id > found.c.id).order_by(further.tenant_id).limit(1)
    found = found.union_all(select(after.scalar_subquery()).where(found.c.id.is_not(None)))
    newest = select(StoredEvent.id).where(StoredEvent.tenant_id == found.c.id).order_by(StoredEvent.id.desc()).limit(1)
    last = (select(EventNumber.id).where(EventNumber.tenant_id == found.c.id)
            .order_by(EventNumber.number.desc()).limit(1))
    return select(found.c.id, newest.scalar_subquery(), last.scalar_subquery()).where(found.c.id.is_not(None))


def _unnumbered(tenant_id: UUID, floor: UUID | None) -> Select[StoredEvent]:
    """By id. Behind a floor each event is looked up by its key: PostgreSQL guesses that there are far more of them than
    there are, and would read both tables for a join."""
    number = EventNumber.__table__.alias()
    same = (number.c.tenant_id == StoredEvent.tenant_id, number.c.id == StoredEvent.id)
    query = select(StoredEvent).where(StoredEvent.tenant_id == tenant_id).order_by(StoredEvent.id)
    if floor is None:
        return query.where(~exists().where(*same))
    return query.where(StoredEvent.id > floor, select(number.c.number).where(*same).scalar_subquery().is_(None))


def _floor(last: UUID | None) -> UUID | None:
    """The smallest id of the moment `MARGIN` before the last event with a number, or before now, if that is earlier."""
    if last is None:
        return None
    now = int(clock.now().timestamp() * 1000)
    return UUID(int=max(0, min(last.int >> 80, now) - MARGIN) << 80)


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
