"""Sending what is queued: claimed in one transaction, sent outside any, noted in another. Never twice.

A channel whose other side drops an id it has seen (SMS, WeChat) is simply asked again after a crash. One that cannot
(mail) says when it hands the message over: from then on a lost answer ends as `outcome_unknown`, for a person to see.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal_column, select

from app.kernel import claims
from app.kernel.commands import SYSTEM
from app.kernel.outbox import backoff
from app.kernel.unit_of_work import UnitOfWork, transact
from app.notifications import channels, outgoing
from app.notifications.channels import DeliveryError, Outgoing
from app.notifications.events import NotificationFailed, NotificationSent
from app.notifications.model import Notification

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
BULK = 20
"""Messages in bulk tried in one round: what concerns one person's case comes first, every round anew."""
CLAIM = timedelta(minutes=2)
"""After so long a claimed message is free again: whoever claimed it is gone. Longer than any channel's time-out."""
OPEN = ("queued", "sending", "handed")


@dataclass(frozen=True)
class _Claimed:
    message: Outgoing
    channel: str
    attempt: int


def _waiting(row: Any, bulk: bool) -> ColumnElement[bool]:
    return and_(row.state.in_([literal_column(f"'{state}'") for state in OPEN]), row.bulk.is_(bulk))


def _queue(name: str, *, bulk: bool) -> claims.Queue:
    """Secrets, as codes for signing in, go also from a suspended office."""
    return claims.Queue(name, Notification, "run_at", partial(_waiting, bulk=bulk),
                        though_paused=lambda row: row.is_secret.is_(True))


OWN, IN_BULK = _queue("notifications", bulk=False), _queue("bulk", bulk=True)


def tick(limit: int = 50, taker: claims.Taker | None = None) -> int:
    """Send what is due; the number of messages tried. A few of those in bulk behind all others."""
    done = claims.work_off(OWN, deliver, taker=taker, limit=limit)
    if done < limit:
        done += claims.work_off(IN_BULK, deliver, taker=taker, limit=min(BULK, limit - done))
    return done


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
    """The attempt is written down before anything is sent."""
    query = select(Notification).where(
        Notification.id == notification_id, Notification.state.in_(OPEN), Notification.run_at <= uow.now)
    row = uow.session.scalars(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    if row.state == "handed":
        _fail(uow, row, "outcome_unknown")  # whoever handed it over is gone, and nobody knows whether it arrived
        return None
    if not outgoing.still_wanted(uow, row):
        row.state, row.last_error = "skipped", None
        return None
    to = outgoing.address(uow, row)
    if to is None:
        _fail(uow, row, "address_erased")
        return None
    row.state, row.attempts, row.run_at = "sending", row.attempts + 1, uow.now + CLAIM
    attempt = row.attempts

    def hand_over() -> None:
        transact(uow.tenant_id, SYSTEM, lambda own: _hand_over(own, notification_id, attempt))

    return _Claimed(outgoing.message(uow, row, to, hand_over), row.channel, attempt)


def _hand_over(uow: UnitOfWork, notification_id: UUID, attempt: int) -> None:
    row = _claimed(uow, notification_id, attempt)
    if row is None:
        raise DeliveryError("claim_lost", again=False)
    row.state, row.run_at = "handed", uow.now + CLAIM


def _claimed(uow: UnitOfWork, notification_id: UUID, attempt: int) -> Notification | None:
    """The row, unless the claim ran out and another worker has it now."""
    row = uow.session.get(Notification, (uow.tenant_id, notification_id), with_for_update=True)
    return row if row is not None and row.state in ("sending", "handed") and row.attempts == attempt else None


def _note(uow: UnitOfWork, notification_id: UUID, attempt: int, error: DeliveryError | None) -> None:
    row = _claimed(uow, notification_id, attempt)
    if row is None:
        return
    row.give_free()
    if error is None:
        row.state, row.sent_at, row.last_error = "sent", uow.now, None
        if row.is_secret:
            row.body = ""
        if not row.bulk:
            uow.record(NotificationSent(notification_id=row.id, case_id=row.case_id, channel=row.channel))
    elif error.again and row.attempts < MAX_ATTEMPTS:
        row.state, row.last_error, row.run_at = "queued", error.code[:80], uow.now + backoff(row.attempts)
    else:
        _fail(uow, row, error.code)


def _fail(uow: UnitOfWork, row: Notification, reason: str) -> None:
    row.state, row.last_error = "failed", reason[:80]
    if row.is_secret:
        row.body = ""
    if not row.bulk:
        uow.record(NotificationFailed(notification_id=row.id, case_id=row.case_id, channel=row.channel,
                                      reason=reason[:80]))
