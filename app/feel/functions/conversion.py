"""Built-in functions that turn values into other types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from app.feel.budget import Meter
from app.feel.errors import Failure
from app.feel.functions.registry import built_in
from app.feel.numbers import number_text, read_number
from app.feel.operators import same
from app.feel.temporal import FeelDateTime, FeelTime
from app.feel.values import FunctionValue, Range

_PLAIN_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_SIMPLE_KEY = re.compile(r"[^\W\d]\w*(?: \w+)*\Z")


@built_in("string(from: Any)")
def string(run: Any, value: Any) -> str | None:
    """The text of a value; null stays null."""
    if value is None:
        return None
    return text_of(value, run.meter)


def text_of(value: Any, meter: Meter, *, inside: bool = False) -> str:
    """How a value is written; texts inside lists and contexts stand in quotation marks."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return _quoted(value) if inside else value
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        return f"[{_joined((text_of(item, meter, inside=True) for item in value), meter)}]"
    if isinstance(value, dict):
        meter.step(2 * len(value))
        entries = (f"{_key(key)}: {text_of(item, meter, inside=True)}" for key, item in value.items())
        return f"{{{_joined(entries, meter)}}}"
    if isinstance(value, Range):
        return _range_text(value, meter)
    if isinstance(value, FunctionValue):
        return f"function({', '.join(value.parameters)})"
    return f'@"{value}"' if inside else str(value)


def _joined(parts: Iterable[str], meter: Meter) -> str:
    made, size = list[str](), 0
    for part in parts:
        size += len(part) + 2
        meter.step(3)
        meter.characters(size)
        made.append(part)
    return ", ".join(made)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _key(key: str) -> str:
    return key if _SIMPLE_KEY.match(key) else _quoted(key)


def _range_text(bounds: Range, meter: Meter) -> str:
    if bounds.operator:
        bound = bounds.high if bounds.operator in ("<", "<=") else bounds.low
        return f"{bounds.operator} {text_of(bound, meter, inside=True)}"
    low, high = "[" if bounds.low_included else "(", "]" if bounds.high_included else ")"
    return f"{low}{text_of(bounds.low, meter, inside=True)}..{text_of(bounds.high, meter, inside=True)}{high}"


@built_in("number(from: string, grouping separator?: string?, decimal separator?: string?)", "number(from: number)")
def number(run: Any, text: str | Decimal, grouping: str | None = None, decimal: str | None = None) -> Decimal:
    """A number from a text, with separators if named."""
    if isinstance(text, Decimal):
        return text
    if grouping not in (None, " ", ",", ".") or decimal not in (None, ".", ",") or (
            grouping is not None and grouping == decimal):
        raise Failure("the separators do not fit")
    if grouping is not None:
        text = text.replace(grouping, "")
    if decimal is not None:
        text = text.replace(decimal, ".")
    if not _PLAIN_NUMBER.match(text):
        raise Failure("the text is no number")
    return read_number(text)


@built_in("not(negand: Any)")
def not_(run: Any, value: Any) -> bool | None:
    """The denial of a boolean, null for anything else."""
    return not value if isinstance(value, bool) else None


@built_in("is(value1: Any, value2: Any)")
def is_(run: Any, first: Any, second: Any) -> bool:
    """True when both are the same element of the same type, zones included."""
    if not same(first, second, run.meter):
        return False
    return not isinstance(first, FeelTime | FeelDateTime) or str(first) == str(second)
