"""Handlers of the commands about messages, and who is told of what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app import auth
from app.auth import policy
from app.cases import queries as cases
from app.kernel.bus import handles, subscribes
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork
from app.notifications import pushing as pushing  # registers who is told of notices
from app.notifications import work_mail
from app.notifications.commands import MarkRead, SendAgain, SettleMessage
from app.notifications.events import NotificationSettled
from app.notifications.model import Notification, NotificationAddress
from app.notifications.queueing import Manner, Recipient, queue

CODE_TEMPLATE = "sign_in_code"


def _get(uow: UnitOfWork, notification_id: UUID) -> Notification:
    row = uow.session.scalars(select(Notification).where(Notification.id == notification_id)).one_or_none()
    if row is None:
        raise NotFound(msg("This message is not there."))
    return row


@handles(MarkRead)
def mark_read(command: MarkRead, uow: UnitOfWork) -> dict[str, Any]:
    """Another person's message is not there for the reader."""
    row = _get(uow, command.notification_id)
    mine = row.to_user_id is not None and row.to_user_id == uow.actor.user_id
    if not mine and row.to_group not in uow.actor.groups:
        raise NotFound(msg("This message is not there."))
    row.read_at = row.read_at or uow.now
    return {"read": True}


@handles(SendAgain)
def send_again(command: SendAgain, uow: UnitOfWork) -> dict[str, Any]:
    """A code is not sent again: it is asked for again."""
    policy.require(uow.actor, "message.read")
    row = _get(uow, command.notification_id)
    if row.state != "failed" or row.is_secret:
        raise Conflict(msg("Only a message that failed is sent again."))
    row.state, row.attempts, row.run_at = "queued", 0, uow.now
    return {"queued": True}


@handles(SettleMessage)
def settle_message(command: SettleMessage, uow: UnitOfWork) -> dict[str, Any]:
    """The reason stands where the error stood."""
    states = {"retry": "queued", "resolve": "skipped", "skip": "skipped"}
    policy.require(uow.actor, "message.read")
    if not command.reason.strip():
        raise Invalid(msg("Please say why."), fields={"reason": [(msg("Please say why."), {})]})
    if command.way not in states:
        raise Invalid(msg("There is no such way to settle it."))
    row = _get(uow, command.notification_id)
    if row.state != "failed" or (row.is_secret and command.way == "retry"):
        raise Conflict(msg("Only a message that failed is sent again."))
    row.state, row.last_error = states[command.way], f"{command.way}: {command.reason.strip()}"[:80]
    if command.way == "retry":
        row.attempts, row.run_at = 0, uow.now
    uow.record(NotificationSettled(notification_id=row.id, case_id=row.case_id, channel=row.channel, way=command.way))
    return {"state": row.state}


@subscribes("case.notice_wanted", name="notifications.tell")
def tell(event: StoredEvent, uow: UnitOfWork) -> None:
    """The process wants somebody told. Residents without account and phone read it on their personal page."""
    data = event.current()
    wanted = cases.notice(uow.session, UUID(str(data["notice_id"])))
    if wanted is None:
        return
    person_id = UUID(str(data["person_id"])) if data["person_id"] else None
    if wanted.audience == "group":
        to = Recipient(group=wanted.group, person_id=person_id)
    else:
        to = Recipient(user_id=wanted.user_id, phone=wanted.phone, person_id=person_id, locale=wanted.locale)
    queue(uow, wanted.template, to, wanted.params, wanted.case_id, manner=Manner(once=f"case:{wanted.notice_id}"))
    if wanted.group is not None:
        work_mail.copy(uow, wanted)


@subscribes("person.erased", name="notifications.erase")
def erase(event: StoredEvent, uow: UnitOfWork) -> None:
    """Addresses and words go; that something was sent, when and over which channel, stays."""
    person_id = UUID(str(event.current()["person_id"]))
    uow.session.execute(update(NotificationAddress).where(NotificationAddress.person_id == person_id)
                        .values(value=None, erased_at=uow.now))
    uow.session.execute(update(Notification).where(Notification.person_id == person_id)
                        .values(subject="", body="", params={}, to_user_id=None))


@subscribes("case.anonymised", name="notifications.empty")
def empty(event: StoredEvent, uow: UnitOfWork) -> None:
    """Also what colleagues were told of the case, in words of or about the person."""
    uow.session.execute(update(Notification).where(Notification.case_id == event.case_id)
                        .values(subject="", body="", params={}))


def _carry_code(uow: UnitOfWork, phone: str, code: str, locale: str) -> None:
    queue(uow, CODE_TEMPLATE, Recipient(phone=phone, locale=locale), {"code": code}, is_secret=True)


def register() -> None:
    """Carry the one-time codes of sign-in."""
    auth.deliver_codes_with(_carry_code)
