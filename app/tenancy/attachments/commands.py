"""What can be done to attachments."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class AcceptAttachment(Command):
    """Note a file that was checked and stored; `receive` makes it. Answer {"attachment_id", "file_name", "size"}.

    `guest_mark` stands for a visitor without an account (a hash made by the edge), for the quota and the binding.
    """

    sha256: str
    size: int
    media_type: str
    file_name: str
    guest_mark: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseAttachments(Command):
    """Forget files: those of `case_id` (erasing), or those that waited in vain for `hours`. Answer {"removed"}."""

    case_id: UUID | None = None
    hours: int = 24
