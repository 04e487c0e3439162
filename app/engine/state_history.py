"""Stored states of earlier formats, brought to the newest one step by step. A function here is never changed again."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

from app.engine.state_format import load_document
from app.kernel.errors import Conflict, msg

FORMAT = 2
"""1: plain JSON, the token above by its key. 2: the token above by its place among the rows; deflated when large;
nothing but variables and pins once an instance has ended."""
PACKED = b"\x02"
"""The first byte of a deflated document; plain ones begin with a brace."""
SMALL = 1_024
"""Bytes up to which deflating gains less than it takes."""
Document = dict[str, Any]


def _one_to_two(document: Document) -> Document:
    """The token above a token was named by its key, 0 at the root."""
    levels = []
    for level in document["levels"]:
        places = {row[0]: place for place, row in enumerate(level[6], start=1)}
        rows = [[key, name, state, places.get(up, 0), internal] for key, name, state, up, internal in level[6]]
        levels.append([*level[:6], rows, *level[7:]])
    return {**document, "v": 2, "levels": levels}


MIGRATIONS: dict[int, Callable[[Document], Document]] = {1: _one_to_two}
"""Format -> a pure function to the next one."""


def packed(plain: bytes) -> bytes:
    """A document's bytes as they are stored; the same bytes come out the same in one installation."""
    return plain if len(plain) <= SMALL else PACKED + zlib.compress(plain, 1)


def unpack(data: bytes) -> Document:
    """The document in the newest format. Raises Conflict for bytes that are none, or of a later format than this."""
    try:
        document = load_document(zlib.decompress(data[1:]) if data[:1] == PACKED else data)
    except (ValueError, zlib.error):
        raise Conflict(msg("The stored state is damaged.")) from None
    version = document.get("v") if isinstance(document, dict) else None
    while isinstance(version, int) and version in MIGRATIONS:
        document = MIGRATIONS[version](document)
        version = document["v"]
    if version != FORMAT:
        raise Conflict(msg("The stored state has an unknown format."))
    return document  # type: ignore[no-any-return]
