"""Built-in functions that relate points and ranges (Allen's interval algebra), and ranges from text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import built_in
from app.feel.numbers import read_number
from app.feel.operators import lies_in, order
from app.feel.temporal import read_temporal
from app.feel.values import Range, type_name

_RANGE = re.compile(r"\s*([\[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])\s*\Z", re.DOTALL)
_TEMPORAL = re.compile(r'(?:@|(?:date|time|date and time|duration)\s*\(\s*)"([^"\\]*)"\s*\)?\Z')


def _end_to_start(left: Range, right: Range) -> int:
    """Order of the end of `left` and the start of `right`."""
    return order(left.high, right.low)


def _before(left: Any, right: Any) -> bool:
    if isinstance(left, Range) and isinstance(right, Range):
        gap = _end_to_start(left, right)
        return gap < 0 or (gap == 0 and not (left.high_included and right.low_included))
    if isinstance(right, Range):
        gap = order(left, right.low)
        return gap < 0 or (gap == 0 and not right.low_included)
    if isinstance(left, Range):
        gap = order(left.high, right)
        return gap < 0 or (gap == 0 and not left.high_included)
    return order(left, right) < 0


def _meets(left: Range, right: Range) -> bool:
    return left.high_included and right.low_included and _end_to_start(left, right) == 0


def _starts_together(left: Range, right: Range) -> bool:
    return order(left.low, right.low) == 0 and left.low_included == right.low_included


def _ends_together(left: Range, right: Range) -> bool:
    return order(left.high, right.high) == 0 and left.high_included == right.high_included


def _starts_after_or_with(left: Range, right: Range) -> bool:
    gap = order(left.low, right.low)
    return gap > 0 or (gap == 0 and (right.low_included or not left.low_included))


def _ends_before_or_with(left: Range, right: Range) -> bool:
    gap = order(left.high, right.high)
    return gap < 0 or (gap == 0 and (right.high_included or not left.high_included))


def _overlaps(left: Range, right: Range) -> bool:
    return not _before(left, right) and not _before(right, left)


def _overlaps_before(left: Range, right: Range) -> bool:
    return (_overlaps(left, right) and not _starts_after_or_with(left, right)
            and _ends_before_or_with(left, right))


def _overlaps_after(left: Range, right: Range) -> bool:
    return (_overlaps(left, right) and not _ends_before_or_with(left, right)
            and _starts_after_or_with(left, right))


def _during(left: Any, right: Range) -> bool:
    if not isinstance(left, Range):
        return lies_in(left, right)
    return _starts_after_or_with(left, right) and _ends_before_or_with(left, right)


def _starts(left: Any, right: Range) -> bool:
    if not isinstance(left, Range):
        return right.low_included and order(left, right.low) == 0
    return _starts_together(left, right) and _ends_before_or_with(left, right)


def _finishes(left: Any, right: Range) -> bool:
    if not isinstance(left, Range):
        return right.high_included and order(left, right.high) == 0
    return _ends_together(left, right) and _starts_after_or_with(left, right)


def _coincides(left: Any, right: Any) -> bool:
    if isinstance(left, Range) and isinstance(right, Range):
        return _starts_together(left, right) and _ends_together(left, right)
    if isinstance(left, Range) or isinstance(right, Range):
        raise Failure("a point and a range cannot coincide")
    return order(left, right) == 0


def _relation(test: Callable[[Any, Any], bool], *, swapped: bool = False) -> Callable[..., bool]:
    def relation(run: Any, first: Any, second: Any) -> bool:
        for value in (first, second):
            if isinstance(value, Range) and value.operator:
                raise Failure("a range without two bounds has no place here")
        return test(second, first) if swapped else test(first, second)

    return relation


_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"
for _name, _test, _swapped in (
    ("before", _before, False), ("after", _before, True), ("coincides", _coincides, False),
):
    built_in(f"{_name}(point1: {_POINT}|range, point2: {_POINT}|range)",
             f"{_name}(range1: range, range2: range)", f"{_name}(point: {_POINT}, range: range)",
             f"{_name}(range: range, point: {_POINT})")(_relation(_test, swapped=_swapped))
for _name, _between, _swapped in (
    ("meets", _meets, False), ("met by", _meets, True), ("overlaps", _overlaps, False),
    ("overlaps before", _overlaps_before, False), ("overlaps after", _overlaps_after, False),
):
    built_in(f"{_name}(range1: range, range2: range)")(_relation(_between, swapped=_swapped))
for _name, _inner in (("during", _during), ("starts", _starts), ("finishes", _finishes)):
    built_in(f"{_name}(point: {_POINT}, range: range)",
             f"{_name}(range1: range, range2: range)")(_relation(_inner))
for _name, _inner in (("includes", _during), ("started by", _starts), ("finished by", _finishes)):
    built_in(f"{_name}(range: range, point: {_POINT})",
             f"{_name}(range1: range, range2: range)")(_relation(_inner, swapped=True))


@built_in("range(from: string)")
def range_(run: Any, text: str) -> Range:
    """A range from its text; the bounds are literals of one type, one of them may be missing."""
    match = _RANGE.match(text)
    if match is None:
        raise Failure("the text is no range")
    low_included, high_included = match[1] == "[", match[4] == "]"
    low, high = _bound(match[2]), _bound(match[3])
    if (low is None and low_included) or (high is None and high_included) or (low is None and high is None):
        raise Failure("a missing bound cannot be included, and one bound is needed")
    if low is None:
        return Range(None, high, False, high_included, "<=" if high_included else "<")
    if high is None:
        return Range(low, None, low_included, False, ">=" if low_included else ">")
    if type_name(low) != type_name(high) or order(low, high) > 0:
        raise Failure("the bounds do not fit")
    return Range(low, high, low_included, high_included)


def _bound(text: str) -> Any:
    if text in ("", "null"):
        return None
    temporal = _TEMPORAL.match(text)
    if temporal is not None:
        return read_temporal(temporal[1])
    if len(text) >= 2 and text[0] == text[-1] == '"' and "\\" not in text:
        return text[1:-1]
    return read_number(text)
