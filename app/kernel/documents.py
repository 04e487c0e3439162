"""JSON documents in which numbers stay exact: decimals are written as JSON numbers and read back as Decimal."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_MARK = f"\u0000{secrets.token_hex(8)}:"
"""What a decimal wears on its way through `json`; random, so that no text of a person can look like one."""
_MARKED = re.compile(rf'"\\u0000{_MARK[1:]}(-?[0-9.]+(?:E[+-]?[0-9]+)?)"')


def writer(default: Callable[[Any], Any] | None = None) -> Callable[[Any], str]:
    """Writes compact JSON; `default` makes something of what JSON does not know.

    `json` makes an encoder anew for each text, which takes longer than a small text. Nobody looks for
    a thing that holds itself.
    """
    usual = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=default)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return usual.encode
    quoted: Any = json.encoder.encode_basestring
    encode = make(None, usual.default, quoted, None, ":", ",", False, False, False)
    return lambda value: "".join(encode(value, 0))


_compact = writer()
_AS_IT_IS = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    """Anything the platform stores -> what `json` can write; decimals become marked strings."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        return {key if type(key) is str else str(key): item if type(item) in _AS_IT_IS else _plain(item)
                for key, item in value.items()}
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("a document holds finite numbers only")
        return int(value) if value == value.to_integral_value() and abs(value) < 10**18 else _MARK + str(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, float):
        return _plain(Decimal(repr(value)))
    raise TypeError(f"a document cannot hold {type(value).__name__}")


def dump(value: Any, indent: int | None = None) -> str:
    """JSON text, compact unless indented. Raises TypeError or ValueError for what JSON cannot hold."""
    text = _compact(_plain(value)) if indent is None else json.dumps(
        _plain(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return _MARKED.sub(r"\1", text) if _MARK[1:] in text else text


def load(text: str | bytes) -> Any:
    """The document back; numbers with a fraction come as Decimal."""
    return json.loads(text, parse_float=Decimal)
