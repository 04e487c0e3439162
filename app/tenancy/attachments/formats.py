"""Where a file of each kind ends by its own structure. None: it is not of that kind. No decoding of pictures."""

from __future__ import annotations

import struct
import unicodedata

SLACK = {"pdf": 1024, "gif": 16, "webp": 1}
"""Bytes after the end that real programs write (padding); anything longer is a stowaway."""

CUT = frozenset({"jpeg"})
"""Kinds kept up to their end: phones hang previews, gain maps and short films behind a photo."""

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"})
MP4_BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"mp4v",
                        b"MSNV"})
BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra", b"sidx", b"styp",
                   b"udta", b"meta", b"pnot", b"meco", b"idat", b"sefd", b"mpvd", b"auth"})
"""Boxes at the top level; the last three are written by phones of one maker."""


def jpeg_end(data: bytes) -> int | None:
    """After the end-of-image marker of the main picture; segments are walked, previews inside them skipped."""
    if data[:3] != b"\xff\xd8\xff":
        return None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            return at + 2
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
            continue
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
        if marker == 0xDA:
            at = _after_scan(data, at)
    return at + 2 if data[at : at + 2] == b"\xff\xd9" else None


def _after_scan(data: bytes, at: int) -> int:
    """From picture data to the next marker that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def png_end(data: bytes) -> int | None:
    """After the IEND chunk."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if name == b"IEND":
            return at if at <= len(data) else None
        if not name.isalpha():
            return None
    return None


def gif_end(data: bytes) -> int | None:
    """After the trailer; blocks are walked."""
    if data[:6] not in (b"GIF87a", b"GIF89a") or len(data) < 14:
        return None
    at = 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x21:
            at = _after_sub_blocks(data, at + 2)
        elif kind == 0x2C and at + 10 < len(data):
            flags = data[at + 9]
            at = _after_sub_blocks(data, at + 11 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0))
        else:
            return None
    return None


def _after_sub_blocks(data: bytes, at: int) -> int:
    while at < len(data) and data[at]:
        at += 1 + data[at]
    return at + 1


def webp_end(data: bytes) -> int | None:
    """After the RIFF container."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or data[12:16] not in (b"VP8 ", b"VP8L", b"VP8X"):
        return None
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    return end if end <= len(data) else None


def heic_end(data: bytes) -> int | None:
    """After the last box."""
    return _boxes_end(data) if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS else None


def mp4_end(data: bytes) -> int | None:
    """After the last box."""
    return _boxes_end(data) if data[4:8] == b"ftyp" and data[8:12] in MP4_BRANDS else None


def _boxes_end(data: bytes) -> int | None:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if name not in BOXES:
            return at or None
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack_from(">Q", data, at + 8)[0]
        if size == 0:
            return len(data)
        if size < 8 or at + size > len(data):
            return None
        at += int(size)
    return at


def pdf_end(data: bytes) -> int | None:
    """After the last end-of-file mark; the header must be the very first thing."""
    if data[:7] not in (b"%PDF-1.", b"%PDF-2."):
        return None
    last = data.rfind(b"%%EOF")
    return last + 5 if last > 0 else None


def text_end(data: bytes) -> int | None:
    """The length, when it is UTF-8 or GB 18030 without control characters."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        bad = any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n" for c in text)
        return None if bad else len(data)
    return None
