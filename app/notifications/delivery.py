"""Sending what is queued: claimed in one transaction, sent outside any, noted in another. At least once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.kernel import clock, database
from app.kernel.commands import SYSTEM
from app.kernel.outbox import backoff
from app.kernel.unit_of_work import UnitOfWork, transact
from app.notifications import channels
from app.notifications.channels import DeliveryError, Outgoing
from app.notifications.events import NotificationFailed, NotificationSent
from app.notifications.model import Notification, NotificationAddress

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
CLAIM = timedelta(minutes=2)
"""After so long a claimed message is free again: whoever claimed it is gone. Longer than any channel's time-out."""


@dataclass(frozen=True)
class _Claimed:
    message: Outgoing
    channel: str
    attempt: int


def tick(limit: int = 50) -> int:
    """Send what is due; the number of messages tried."""
    return sum(deliver(tenant_id, notification_id) for tenant_id, notification_id in due(limit))


def due(limit: int) -> list[tuple[UUID, UUID]]:
    """(tenant, notification) whose time has come, the oldest first."""
    query = (select(Notification.tenant_id, Notification.id)
             .where(Notification.state.in_(("queued", "sending")), Notification.run_at <= clock.now())
             .order_by(Notification.run_at).limit(limit))
    with database.current().claim() as session:
        return [(row[0], row[1]) for row in session.execute(query)]


def deliver(tenant_id: UUID, notification_id: UUID) -> bool:
    """Send one message. False when another worker has it, or it is no longer wanted."""
    claimed = transact(tenant_id, SYSTEM, lambda uow: _claim(uow, notification_id))
    if claimed is None:
        return False
    channel = channels.by_name(claimed.channel)
    error: DeliveryError | None = None
    try:
        if channel is None:
            raise DeliveryError("channel_gone", again=False)
        channel.send(claimed.message)
    except DeliveryError as raised:
        error = raised
    except Exception as raised:
        log.exception("channel %s broke", claimed.channel)
        error = DeliveryError(type(raised).__name__, again=True)
    transact(tenant_id, SYSTEM, lambda uow: _note(uow, notification_id, claimed.attempt, error))
    return True


def _claim(uow: UnitOfWork, notification_id: UUID) -> _Claimed | None:
    query = select(Notification).where(
        Notification.id == notification_id, Notification.state.in_(("queued", "sending")),
        Notification.run_at <= uow.now)
    row = uow.session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    address = uow.session.get(NotificationAddress, (uow.tenant_id, row.address_id)) if row.address_id else None
    if address is not None and address.value is None:
        _fail(uow, row, "address_erased")
        return None
    row.state, row.attempts, row.run_at = "sending", row.attempts + 1, uow.now + CLAIM
    to = address.value if address is not None and address.value else ""
    return _Claimed(Outgoing(row.id, to, row.subject, row.body, row.locale), row.channel, row.attempts)


def _note(uow: UnitOfWork, notification_id: UUID, attempt: int, error: DeliveryError | None) -> None:
    row = uow.session.get(Notification, (uow.tenant_id, notification_id), with_for_update=True)
    if row is None or row.state != "sending" or row.attempts != attempt:
        return  # the claim ran out and another worker has it now
    if error is None:
        row.state, row.sent_at, row.last_error = "sent", uow.now, None
        if row.is_secret:
            row.body = ""
        uow.record(NotificationSent(notification_id=row.id, case_id=row.case_id, channel=row.channel))
    elif error.again and row.attempts < MAX_ATTEMPTS:
        row.state, row.last_error, row.run_at = "queued", error.code[:80], uow.now + backoff(row.attempts)
    else:
        _fail(uow, row, error.code)


def _fail(uow: UnitOfWork, row: Notification, reason: str) -> None:
    row.state, row.last_error = "failed", reason[:80]
    if row.is_secret:
        row.body = ""
    uow.record(NotificationFailed(notification_id=row.id, case_id=row.case_id, channel=row.channel,
                                  reason=reason[:80]))
