"""Leases: one owner at a time for a job that must be single, with a heartbeat and an expiry."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, String, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel import clock, database
from app.kernel.model import Base
from app.kernel.unit_of_work import transact_installation


class Lease(Base):
    """Belongs to the installation, not to a tenant."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]


def acquire(name: str, owner: str, seconds: float = 30.0) -> bool:
    """Take or renew a lease; False while another owner holds it."""

    def take(session: Session) -> bool:
        now = clock.now()
        row = session.scalars(select(Lease).where(Lease.name == name).with_for_update()).one_or_none()
        if row is None:
            session.add(Lease(name=name, owner=owner, expires_at=now + timedelta(seconds=seconds)))
            session.flush()
            return True
        if row.owner != owner and row.expires_at > now:
            return False
        row.owner, row.expires_at = owner, now + timedelta(seconds=seconds)
        return True

    try:
        return transact_installation(take)
    except IntegrityError:
        return False  # two asked for a new lease at once


_kept: dict[tuple[str, str], tuple[Engine, datetime]] = {}


def keep(name: str, owner: str, seconds: float = 30.0) -> bool:
    """As `acquire`, for what is asked at every tick: whoever has the lease writes it anew after a third of its time."""
    where, at = database.current().engine, clock.now()
    known = _kept.get((name, owner))
    if known is not None and known[0] is where and timedelta() <= at - known[1] < timedelta(seconds=seconds / 3):
        return True
    _kept.pop((name, owner), None)
    if not acquire(name, owner, seconds):
        return False
    _kept[name, owner] = where, at
    return True


def release(name: str, owner: str) -> None:
    """Give a lease back so that another need not wait for its expiry."""

    def drop(session: Session) -> None:
        row = session.get(Lease, name)
        if row is not None and row.owner == owner:
            session.delete(row)

    _kept.pop((name, owner), None)
    transact_installation(drop)
