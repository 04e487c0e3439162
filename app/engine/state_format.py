"""Documents as bytes: plain JSON with exact decimals."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from app.kernel import documents

MARK = "\0d:"


def _decimal(value: Any) -> str:
    if isinstance(value, Decimal) and value.is_finite():
        return MARK + str(value)
    raise TypeError(f"a state cannot hold {type(value).__name__}")


_compact = documents.writer(_decimal)


def dump_document(value: Any) -> bytes:
    """Canonical JSON bytes; decimals become numbers with all their digits. No text may hold a NUL."""
    text = _compact(value)
    if '"\\u0000d:' in text:
        head, *parts = text.split('"\\u0000d:')
        text = head + "".join(part.replace('"', "", 1) for part in parts)
    return text.encode()


def load_document(data: bytes) -> Any:
    """The reverse of `dump_document`. Raises ValueError."""
    return json.loads(data, parse_float=Decimal, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
