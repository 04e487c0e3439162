"""Small real files of each kind, made here byte by byte."""

from __future__ import annotations

import struct
import zlib


def png(extra: bytes = b"") -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + extra
            + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0")) + chunk(b"IEND", b""))


def jpeg(comment: bytes = b"") -> bytes:
    app0 = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    com = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    table = b"\xff\xdb\x00\x43\x00" + bytes(range(1, 65))
    frame = b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + app0 + com + table + frame + scan + b"\xff\xd9"


def gif() -> bytes:
    return (b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
            b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")


def webp() -> bytes:
    body = b"WEBPVP8L" + struct.pack("<I", 14) + b"\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def boxes(brand: bytes, *more: tuple[bytes, bytes]) -> bytes:
    parts = [(b"ftyp", brand + b"\0\0\0\0" + brand), (b"mdat", b"\1" * 40), *more]
    return b"".join(struct.pack(">I", len(data) + 8) + name + data for name, data in parts)


def pdf(body: bytes = b"") -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + body + b"\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def zip_archive() -> bytes:
    name = b"a.txt"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(central) + len(name), len(local), 0)
    return local + central + name + end


GOOD = {
    "photo.jpg": (jpeg(), "image/jpeg"), "photo.png": (png(), "image/png"), "a.gif": (gif(), "image/gif"),
    "a.webp": (webp(), "image/webp"), "a.heic": (boxes(b"heic", (b"meta", b"\0" * 20)), "image/heic"),
    "film.mp4": (boxes(b"isom", (b"moov", b"\0" * 20)), "video/mp4"), "paper.pdf": (pdf(), "application/pdf"),
    "note.txt": ("路灯坏了，请修。\r\nThank you.".encode(), "text/plain"),
}
