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


@event("attachment.blocked")
@dataclass(frozen=True)
class AttachmentBlocked:
    """A file was turned away: the scanner found `signature` in it."""

    size: int
    media_type: str
    signature: str


@event("attachment.refused")
@dataclass(frozen=True)
class AttachmentRefused:
    """A file was turned away before it was stored: its content is not what it is called, or is none that is taken."""

    size: int


@event("attachment.checked")
@dataclass(frozen=True)
class AttachmentChecked:
    """The scanner found nothing in a file that had waited for it."""

    attachment_id: UUID


@event("attachment.infected")
@dataclass(frozen=True)
class AttachmentInfected:
    """The scanner found `signature` in a file that had waited for it; its content goes."""

    attachment_id: UUID
    signature: str
    case_id: UUID | None


@event("attachment.scans_retried")
@dataclass(frozen=True)
class ScansRetried:
    """Somebody asked for the waiting files to be checked now."""

    files: int


@event("attachment.removed")
@dataclass(frozen=True)
class AttachmentRemoved:
    """A file's row was emptied; its content goes after the commit."""

    attachment_id: UUID
    sha256: str
