"""Deliveries of committed events to their subscribers: claimed, run and acknowledged in one transaction."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.kernel import bus, claims, database, pauses
from app.kernel.commands import SYSTEM
from app.kernel.events import Delivery, StoredEvent, pending
from app.kernel.unit_of_work import UnitOfWork, transact

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
QUEUE = claims.Queue("events", Delivery, "run_at", pending, line=("subscriber", "case_id"), turn=("event_id",))
"""Of each case and subscriber only the oldest pending delivery may run."""


def backoff(attempts: int, first: float = 1.0) -> timedelta:
    """Seconds to wait before attempt `attempts + 1`: doubling from twice `first` to 10 min, with jitter."""
    return timedelta(seconds=min(first * 2.0**attempts, 600.0) * random.uniform(0.75, 1.25))  # noqa: S311


def deliver(tenant_id: UUID, delivery_id: UUID) -> bool:
    """Run one delivery. False when another worker has it or it is done. A failure is noted for a retry.

    Raises what the database raises when it cannot be asked, which is no failure of the delivery.
    """
    try:
        return transact(tenant_id, SYSTEM, lambda uow: _run(uow, delivery_id))
    except Exception as error:
        if database.cannot_be_asked(error):
            raise
        log.warning("delivery %s failed: %s", delivery_id, type(error).__name__, exc_info=True)
        text = f"{type(error).__name__}: {error}"[:2000]
        transact(tenant_id, SYSTEM, lambda uow: _note_failure(uow, delivery_id, text))
        return True


def _run(uow: UnitOfWork, delivery_id: UUID) -> bool:
    query = select(Delivery).where(Delivery.id == delivery_id, Delivery.state == "pending")
    row = uow.session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None or pauses.since(uow.session, uow.tenant_id) is not None:
        return False
    subscriber = bus.subscriber(row.subscriber)
    if subscriber is None:
        raise LookupError(f"no subscriber {row.subscriber}")
    stored = uow.session.get_one(StoredEvent, (uow.tenant_id, row.event_id))
    uow.cause_id = stored.id
    subscriber.effect(stored, uow)
    row.state, row.last_error = "done", None
    row.give_free()
    return True


def _note_failure(uow: UnitOfWork, delivery_id: UUID, text: str) -> None:
    row = uow.session.get(Delivery, (uow.tenant_id, delivery_id))
    if row is None or row.state != "pending":
        return
    row.attempts, row.last_error = row.attempts + 1, text
    row.state = "dead" if row.attempts >= MAX_ATTEMPTS else "pending"
    row.run_at = uow.now + backoff(row.attempts)
    row.give_free()


def tick(limit: int = claims.BATCH, taker: claims.Taker | None = None) -> int:
    """Deliver what is due; the number of deliveries run."""
    return claims.work_off(QUEUE, deliver, taker=taker, limit=limit)
