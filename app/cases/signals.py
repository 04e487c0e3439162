"""Signals reach every process of the office that waits for them at that moment; nobody who comes later."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from app.engine import signal_key, store
from app.engine.model import ProcessInstance, StartRow, SubscriptionRow
from app.kernel.unit_of_work import UnitOfWork


def listeners(uow: UnitOfWork, thrower_id: UUID, name: str) -> list[str]:
    """Keys of those who hear a signal in the office: subscriptions of other instances, then processes that begin with
    it. Each gets a message of its own."""
    query = (select(SubscriptionRow.id, SubscriptionRow.key)
             .where(SubscriptionRow.tenant_id == uow.tenant_id, SubscriptionRow.name == name,
                    SubscriptionRow.instance_id != thrower_id)
             .order_by(SubscriptionRow.id))
    found = [key for task_id, key in uow.session.execute(query) if key == signal_key(task_id.hex)]
    starts = (select(StartRow.id).where(StartRow.tenant_id == uow.tenant_id, StartRow.kind == "signal",
                                        StartRow.name == name).order_by(StartRow.id))
    return found + [signal_key(start_id.hex) for start_id in uow.session.scalars(starts)]


def instance_of(uow: UnitOfWork, name: str, key: str) -> UUID | None:
    """The instance that has waited for a message or a signal's copy for longest; None when none waits any more."""
    query = (select(SubscriptionRow.instance_id)
             .join(ProcessInstance, (ProcessInstance.tenant_id == SubscriptionRow.tenant_id)
                   & (ProcessInstance.id == SubscriptionRow.instance_id))
             .where(SubscriptionRow.tenant_id == uow.tenant_id, SubscriptionRow.name == name,
                    SubscriptionRow.key == key, ProcessInstance.status == store.ACTIVE)
             .order_by(SubscriptionRow.id).limit(1))
    return uow.session.scalars(query).one_or_none()
