"""What kinds of files are taken, and how large they may be: the installation's bounds, which no office exceeds."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.errors import TooLarge, msg

MB = 1024 * 1024


@dataclass(frozen=True)
class FileKind:
    """A kind of file: extensions, the media type it is served as, other types browsers declare, largest size."""

    name: str
    extensions: tuple[str, ...]
    media_type: str
    max_bytes: int
    also_declared: tuple[str, ...] = ()


KINDS = (
    FileKind("jpeg", ("jpg", "jpeg"), "image/jpeg", 10 * MB, ("image/jpg", "image/pjpeg")),
    FileKind("png", ("png",), "image/png", 10 * MB, ("image/x-png",)),
    FileKind("webp", ("webp",), "image/webp", 10 * MB),
    FileKind("gif", ("gif",), "image/gif", 5 * MB),
    FileKind("heic", ("heic", "heif"), "image/heic", 10 * MB, ("image/heif",)),
    FileKind("pdf", ("pdf",), "application/pdf", 10 * MB, ("application/x-pdf",)),
    FileKind("text", ("txt",), "text/plain", 1 * MB),
    FileKind("mp4", ("mp4", "m4v"), "video/mp4", 20 * MB, ("video/x-m4v",)),
)
BY_EXTENSION = {extension: kind for kind in KINDS for extension in kind.extensions}
MAX_BYTES = max(kind.max_bytes for kind in KINDS)
UNDECLARED = frozenset({"", "application/octet-stream"})
"""What browsers send when they do not know: then extension and content decide alone."""

DEFAULT_QUOTAS = {"tenant_bytes": 20 * 1024 * MB, "resident_bytes": 200 * MB, "resident_files": 200,
                  "case_files": 20}
QUOTA_SETTING = "attachment_quotas"
"""Setting of an office: a document with any of these names."""


def refuse_early(content_length: int | None) -> None:
    """Raise TooLarge on the announced size, before anything is read; forms around the file may add a little."""
    if content_length is not None and content_length > MAX_BYTES + 64 * 1024:
        raise TooLarge(msg("The file is larger than %(limit)s MB."), limit=MAX_BYTES // MB)
