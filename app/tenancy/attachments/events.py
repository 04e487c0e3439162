"""What happened to attachments: sizes and codes, never names."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("attachment.accepted")
@dataclass(frozen=True)
class AttachmentAccepted:
    """A file was checked and stored."""

    attachment_id: UUID
    size: int
    media_type: str


@event("attachment.removed")
@dataclass(frozen=True)
class AttachmentRemoved:
    """A file's row was emptied; its content goes after the commit."""

    attachment_id: UUID
    sha256: str
