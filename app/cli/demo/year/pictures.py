"""Small pictures for requests: coloured shapes, drawn here, so that no photo of anybody is needed."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from uuid import UUID

from app.kernel.commands import Actor
from app.tenancy import attachments

WIDE, HIGH, KINDS = 160, 120, 6
SKIES = ((203, 213, 225), (226, 232, 240), (186, 199, 209), (214, 205, 190), (176, 190, 197), (224, 215, 204))
GROUNDS = ((120, 113, 108), (101, 107, 99), (87, 83, 78), (131, 120, 105), (96, 108, 118), (110, 102, 92))
THINGS = ((185, 28, 28), (21, 94, 117), (161, 98, 7), (63, 98, 18), (67, 56, 202), (154, 52, 18))


def send(tenant_id: UUID, actor: Actor, number: int, guest_mark: str) -> tuple[UUID, ...]:
    """Send one picture before its request: the ids for the request."""
    mark = guest_mark if actor.kind == "guest" else None
    answer = attachments.receive(tenant_id, actor, drawn(number % KINDS), f"photo-{number}.png", "image/png", mark)
    return (UUID(answer["attachment_id"]),)


@cache
def drawn(kind: int) -> bytes:
    """A wall, the ground, and something that lies there: as PNG."""
    rows = bytearray()
    for y in range(HIGH):
        rows.append(0)
        for x in range(WIDE):
            rows += bytes(_colour(kind, x, y))
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDE, HIGH, 8, 2, 0, 0, 0))
            + _chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + _chunk(b"IEND", b""))


def _colour(kind: int, x: int, y: int) -> tuple[int, int, int]:
    left, top = 50 + kind * 6, 62 + kind * 3
    if (left < x < left + 44 and top < y < top + 30) or (x - left - 22) ** 2 + (y - top) ** 2 < 200:
        return THINGS[kind]
    if y > HIGH * 2 // 3:
        return GROUNDS[kind]
    shade = y // 12
    red, green, blue = SKIES[kind]
    return red - shade, green - shade, blue - shade


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
