"""Built-in functions on texts. A character is a Unicode code point; regular expressions: `patterns`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import built_in
from app.feel.numbers import whole


@built_in("substring(string: string, start position: number, length?: number?)")
def substring(run: Any, text: str, start: Decimal, length: Decimal | None) -> str:
    """From a position counted from 1, or from the end when negative."""
    position = whole(start)
    if position == 0 or abs(position) > len(text):
        raise Failure("the start position is outside of the text")
    if length is not None and length < 1:
        raise Failure("the length is not positive")
    begin = position - 1 if position > 0 else len(text) + position
    return text[begin:] if length is None else text[begin:begin + whole(length)]


@built_in("string length(string: string)")
def string_length(run: Any, text: str) -> Decimal:
    """The number of characters."""
    return Decimal(len(text))


@built_in("upper case(string: string)")
def upper_case(run: Any, text: str) -> str:
    """In capital letters."""
    return text.upper()


@built_in("lower case(string: string)")
def lower_case(run: Any, text: str) -> str:
    """In small letters."""
    return text.lower()


@built_in("substring before(string: string, match: string)")
def substring_before(run: Any, text: str, match: str) -> str:
    """What stands before the first match, or nothing."""
    return text.partition(match)[0] if match and match in text else ""


@built_in("substring after(string: string, match: string)")
def substring_after(run: Any, text: str, match: str) -> str:
    """What stands after the first match, or nothing."""
    return text.partition(match)[2] if match else text


@built_in("contains(string: string, match: string)")
def contains(run: Any, text: str, match: str) -> bool:
    """True when `match` stands in the text."""
    return match in text


@built_in("starts with(string: string, match: string)")
def starts_with(run: Any, text: str, match: str) -> bool:
    """True when the text begins with `match`."""
    return text.startswith(match)


@built_in("ends with(string: string, match: string)")
def ends_with(run: Any, text: str, match: str) -> bool:
    """True when the text ends with `match`."""
    return text.endswith(match)


@built_in("string join(list: list, delimiter?: string?)")
def string_join(run: Any, items: list[Any], delimiter: str | None) -> str:
    """The texts of a list one after the other; nulls are left out."""
    texts = [item for item in items if item is not None]
    if not all(isinstance(text, str) for text in texts):
        raise Failure("the list holds something that is no text")
    between = delimiter or ""
    run.meter.characters(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)
