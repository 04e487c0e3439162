"""Signals reach every process of the office that waits for them at that moment; nobody who comes later."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.cases import access
from app.engine import SIGNAL_WORD, signal_key
from app.engine.model import SubscriptionRow
from app.kernel.unit_of_work import UnitOfWork


def listeners(uow: UnitOfWork, thrower_id: UUID, name: str) -> list[str]:
    """Keys of the subscriptions to a signal in other instances of the office; each gets a message of its own."""
    query = (select(SubscriptionRow.id, SubscriptionRow.key)
             .where(SubscriptionRow.tenant_id == uow.tenant_id, SubscriptionRow.name == name,
                    SubscriptionRow.instance_id != thrower_id)
             .order_by(SubscriptionRow.id))
    return [key for task_id, key in uow.session.execute(query) if key == signal_key(task_id.hex)]


def instance_of(uow: UnitOfWork, key: str) -> UUID | None:
    """The instance that waits under a signal's key; None for the key of a message. Raises NotFound."""
    task_id = key.removeprefix(SIGNAL_WORD)
    if signal_key(task_id) != key:
        return None
    query = select(SubscriptionRow.instance_id).where(
        SubscriptionRow.tenant_id == uow.tenant_id, SubscriptionRow.id == UUID(task_id))
    found = uow.session.scalars(query).one_or_none()
    if found is None:
        raise access.missing()
    return found
