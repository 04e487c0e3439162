"""Reading messages of the session's office."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.notifications.model import Notification, NotificationAddress


def inbox(session: Session, user_id: UUID | None, groups: Collection[str] = (), limit: int = 50) -> list[Notification]:
    """What a person and their groups were told, the newest first."""
    mine: list[ColumnElement[bool]] = [Notification.to_group.in_(groups)]
    if user_id is not None:
        mine.append(Notification.to_user_id == user_id)
    query = select(Notification).where(Notification.channel == "in_app", or_(*mine))
    return list(session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


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
