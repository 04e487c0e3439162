"""What can be done to attachments."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class AcceptAttachment(Command):
    """Note a file that was checked and stored; `receive` makes it. Answer {"attachment_id", "file_name", "size"}.

    `scan`: what the scanner said (see `model`). `guest_mark` stands for a visitor without an account (a hash made by
    the edge), for the quota and the binding.
    """

    sha256: str
    size: int
    media_type: str
    file_name: str
    guest_mark: str | None = None
    scan: str = "off"


@dataclass(frozen=True, kw_only=True)
class NoteRefused(Command):
    """A file of `size` bytes was turned away by its content or name: a line of the trail, nothing of it is kept."""

    size: int


@dataclass(frozen=True, kw_only=True)
class NoteBlocked(Command):
    """A file was turned away because the virus scanner found `signature` in it. Answer {}."""

    size: int
    media_type: str
    signature: str


@dataclass(frozen=True, kw_only=True)
class NoteScan(Command):
    """Worker: what the scanner says of a waiting file; `signature` None: clean, `error`: it gave no verdict;
    `lost`: there is no content to ask about.

    Answer {"noted"}: the files with this content that now have a verdict.
    """

    attachment_id: UUID
    signature: str | None = None
    error: str | None = None
    lost: bool = False


@dataclass(frozen=True, kw_only=True)
class RetryScans(Command):
    """Ask the scanner now about every file of the office that waits for it. Answer {"files"}."""


@dataclass(frozen=True, kw_only=True)
class ReleaseAttachments(Command):
    """Forget files: those of `case_id` (erasing), or those that waited in vain for `hours`. Answer {"removed"}."""

    case_id: UUID | None = None
    hours: int = 24
