"""What happened to messages: ids and codes, never words or addresses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("notification.queued")
@dataclass(frozen=True)
class NotificationQueued:
    """A message is to be sent."""

    notification_id: UUID
    case_id: UUID | None
    channel: str
    template: str


@event("notification.sent")
@dataclass(frozen=True)
class NotificationSent:
    """The channel took it."""

    notification_id: UUID
    case_id: UUID | None
    channel: str


@event("notification.failed")
@dataclass(frozen=True)
class NotificationFailed:
    """The channel did not take it, and will not be asked again. `reason` is a code."""

    notification_id: UUID
    case_id: UUID | None
    channel: str
    reason: str


@event("notification.settled")
@dataclass(frozen=True)
class NotificationSettled:
    """A person saw to a failed message: `retry`, `resolve` (told otherwise) or `skip`."""

    notification_id: UUID
    case_id: UUID | None
    channel: str
    way: str


@event("notice.pushed")
@dataclass(frozen=True)
class NoticePushed:
    """Some more residents are being told of a notice."""

    notice_id: UUID
    people: int
