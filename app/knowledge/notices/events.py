"""What happened to notices."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("notice.saved")
@dataclass(frozen=True)
class NoticeSaved:
    """A notice was made or changed."""

    notice_id: UUID
    version: int


@event("notice.published")
@dataclass(frozen=True)
class NoticePublished:
    """Residents see it. `push`: those it is for are to be told; `again`: whether they were told before or not."""

    notice_id: UUID
    version: int
    push: bool
    again: bool


@event("notice.withdrawn")
@dataclass(frozen=True)
class NoticeWithdrawn:
    """Residents see it no more."""

    notice_id: UUID
    version: int
