"""Pauses: a tenant in which nothing changes for now. Its commands are refused, its background work waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Mapped, Session

from app.kernel.commands import Command
from app.kernel.errors import Paused, msg
from app.kernel.model import Base, TenantScoped


class Pause(TenantScoped, Base):
    """While the row is there, the tenant is paused; `id` is the tenant's."""

    __tablename__ = "pause"

    since: Mapped[datetime]


def since(session: Session, tenant_id: UUID) -> datetime | None:
    """When the pause of a tenant began; None while it works."""
    row = session.get(Pause, (tenant_id, tenant_id))
    return row.since if row is not None else None


def check(session: Session, command: Command) -> None:
    """Raise Paused for a command that changes something; asked inside the transaction of the change."""
    if not command.while_paused:
        refuse(since(session, command.tenant_id))


def refuse(paused_since: datetime | None) -> None:
    """Raise Paused when there is a pause."""
    if paused_since is not None:
        raise Paused(msg("This office is suspended: everything can be read, and nothing can be changed for now."))


def put(session: Session, tenant_id: UUID, at: datetime) -> None:
    """Pause a tenant; once more is harmless."""
    if since(session, tenant_id) is None:
        session.add(Pause(tenant_id=tenant_id, id=tenant_id, since=at))
        session.flush()


def lift(session: Session, tenant_id: UUID) -> None:
    """Let a tenant work again."""
    row = session.get(Pause, (tenant_id, tenant_id))
    if row is not None:
        session.delete(row)
        session.flush()


def working(tenant_id: Any) -> ColumnElement[bool]:
    """Condition for what workers claim: the tenant of the row (a column) is not paused."""
    return ~exists().where(Pause.tenant_id == tenant_id)
