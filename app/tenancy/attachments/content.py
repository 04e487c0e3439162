"""Is a file what it says? Content, extension and declared type must agree, and nothing else may hide in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import puremagic

from app.kernel.errors import FieldErrors, Invalid, TooLarge, msg
from app.tenancy.attachments import file_names, formats
from app.tenancy.attachments.limits import BY_EXTENSION, MB, UNDECLARED, FileKind

MARKUP = re.compile(
    rb"<\s*(!doctype\s+html|html|head|body|script|iframe|svg|object|embed|meta|form|\?php|\?xml-stylesheet)\b", re.I)
STOWAWAYS = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08\x00",
    b"MZ\x90\x00\x03", b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x01\x01", b"\xca\xfe\xba\xbe\x00\x00", b"%PDF-")
EDGE = 8192
"""Bytes at either end in which browsers and archivers look for what a file is."""

ENDS: dict[str, Callable[[bytes], int | None]] = {
    "jpeg": formats.jpeg_end, "png": formats.png_end, "gif": formats.gif_end, "webp": formats.webp_end,
    "heic": formats.heic_end, "mp4": formats.mp4_end, "pdf": formats.pdf_end, "text": formats.text_end}
AGREEING = {"jpeg": {"jpg", "jpeg", "jpe", "jfif", "jif"}, "png": {"png"}, "gif": {"gif"}, "webp": {"webp"},
            "pdf": {"pdf"}}


@dataclass(frozen=True)
class CheckedFile:
    """A file that passed: its name, kind, and the bytes to keep (a photo without what phones hang on behind it)."""

    file_name: str
    kind: FileKind
    data: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """As it will be served."""
        return self.kind.media_type


def check(data: bytes, file_name: str, declared_type: str = "") -> CheckedFile:
    """Raises TooLarge, or Invalid with the field "file"."""
    name = file_names.clean(file_name)
    kind = BY_EXTENSION.get(file_names.extension_of(name))
    if kind is None:
        allowed = ", ".join(sorted(BY_EXTENSION))
        raise _refusal(msg("This kind of file is not taken. Allowed are: %(allowed)s"), allowed=allowed)
    if len(data) > kind.max_bytes:
        raise TooLarge(msg("The file is larger than %(limit)s MB."), limit=kind.max_bytes // MB)
    if not data:
        raise _refusal(msg("The file is empty."))
    declared = declared_type.split(";")[0].strip().lower()
    if declared not in UNDECLARED and declared not in (kind.media_type, *kind.also_declared):
        raise _refusal(msg("The file is declared as another kind than its name says."))
    end = ENDS[kind.name](data)
    if end is None or not _magic_agrees(data, kind):
        raise _refusal(msg("The content of the file does not fit its name."))
    if hides_something(data, kind, end):
        raise _refusal(msg("The file holds something besides what its name says."))
    return CheckedFile(name, kind, data[:end] if kind.name in formats.CUT else data)


def hides_something(data: bytes, kind: FileKind, end: int) -> bool:
    """Whether a browser, an archiver or a loader could take the file for something else.

    `end`: where the file ends by its own structure; what follows is searched whole.
    """
    behind = data[end:]
    if kind.name not in formats.CUT and len(behind) > formats.SLACK.get(kind.name, 0):
        return True
    if b"PK\x05\x06" in data[-66_000:] and b"PK\x01\x02" in data:
        return True  # a zip archive is read from its end, whatever stands before it
    start = data[:EDGE] if kind.name != "pdf" else data[8:1024]
    markup_in = (start, data[end - EDGE if end > EDGE else 0 : end], behind) if kind.name != "pdf" else (start,)
    return any(MARKUP.search(part) for part in markup_in) or any(
        mark in part for part in (start, behind) for mark in STOWAWAYS)


def _magic_agrees(data: bytes, kind: FileKind) -> bool:
    """A second opinion; kinds that it does not tell reliably are judged by their own structure alone."""
    allowed = AGREEING.get(kind.name)
    if allowed is None:
        return True
    try:
        found = {match.extension.lstrip(".") for match in puremagic.magic_string(data[:EDGE])}
    except (puremagic.PureError, ValueError):
        return False
    return bool(found & allowed)


def _refusal(message: str, **params: str) -> Invalid:
    fields: FieldErrors = {"file": [(message, dict(params))]}
    return Invalid(message, fields=fields, **params)
