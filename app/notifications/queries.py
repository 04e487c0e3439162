"""Reading messages of the session's office."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, or_, select
from sqlalchemy.orm import Session

from app import catalog
from app.notifications import channels
from app.notifications.model import NoticePush, Notification, NotificationAddress
from app.notifications.shown import shown
from app.notifications.templates import render


def inbox(session: Session, user_id: UUID | None, groups: Collection[str] = (), limit: int = 50) -> list[Notification]:
    """What a person and their groups were told, the newest first."""
    query = select(Notification).where(Notification.channel == "in_app", or_(*_mine(user_id, groups)))
    return list(session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def unread(session: Session, user_id: UUID | None, groups: Collection[str], most: int) -> int:
    """How many of these nobody has read yet; the count stops at `most`."""
    query = select(Notification.id).where(Notification.channel == "in_app", Notification.read_at.is_(None),
                                          or_(*_mine(user_id, groups))).limit(most)
    return len(session.scalars(query).all())


def _mine(user_id: UUID | None, groups: Collection[str]) -> list[ColumnElement[bool]]:
    mine: list[ColumnElement[bool]] = [Notification.to_group.in_(groups)]
    if user_id is not None:
        mine.append(Notification.to_user_id == user_id)
    return mine


def of_case(session: Session, case_id: UUID, limit: int = 200) -> list[Notification]:
    """What was told about a case, in order."""
    query = select(Notification).where(Notification.case_id == case_id).order_by(Notification.id).limit(limit)
    return list(session.scalars(query))


def outgoing(session: Session, *, channel: str | None = None, state: str | None = None,
             limit: int = 100) -> list[tuple[Notification, str | None]]:
    """(message, address) of what leaves the house, the newest first: the page "messages sent" and the failures."""
    query = (select(Notification, NotificationAddress.value)
             .join(NotificationAddress, (NotificationAddress.tenant_id == Notification.tenant_id)
                   & (NotificationAddress.id == Notification.address_id)))
    if channel is not None:
        query = query.where(Notification.channel == channel)
    if state is not None:
        query = query.where(Notification.state == state)
    return [(row[0], row[1]) for row in session.execute(query.order_by(Notification.id.desc()).limit(limit))]


def failed(session: Session, limit: int = 100) -> list[Notification]:
    """Messages that were given up, the newest first."""
    query = select(Notification).where(Notification.state == literal_column("'failed'"))
    return list(session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def push_of(session: Session, notice_id: UUID) -> NoticePush | None:
    """How far telling residents of a notice has come; None when nobody asked for it."""
    return session.scalars(select(NoticePush).where(NoticePush.id == notice_id)).one_or_none()


def counts_about(session: Session, notice_id: UUID) -> dict[str, int]:
    """Messages about a notice by state."""
    query = (select(Notification.state, func.count()).where(Notification.about_id == notice_id)
             .group_by(Notification.state))
    return {str(row[0]): int(row[1]) for row in session.execute(query)}


@dataclass(frozen=True)
class WouldBe:
    """A message as it would go: its words, and over which channels."""

    subject: str
    body: str
    channels: tuple[str, ...]


def would_be(session: Session, tenant_id: UUID, template: str, params: Mapping[str, Any], locale: str, *,
             phone: bool = False, inbox: bool = False) -> WouldBe:
    """What `queue` would send to somebody without a profile; nothing is sent. Raises NotFound, Invalid."""
    _published, found = catalog.compiled(session, tenant_id, "message", template)
    text = render(found, shown(session, params, locale), locale)
    remote = channels.for_kind("phone") if phone else None
    ways = [channels.INBOX.name] if inbox else []
    return WouldBe(text.subject, text.body, (*ways, *([remote.name] if remote is not None else ())))
