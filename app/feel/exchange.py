"""Values in and out: from Python's types to the language's, and to what JSON can hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.feel.budget import Budget, Meter
from app.feel.errors import BudgetExceeded, Failure
from app.feel.numbers import CONTEXT, guarded, is_whole
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration
from app.feel.values import FunctionValue, Range
from app.kernel.errors import msg

DEEPEST_VALUE = 64
MOST_PARTS, MOST_CHARACTERS = 60_000, 1_000_000
_OF_A_DOCUMENT = Budget(steps=MOST_PARTS, seconds=10, string_size=MOST_CHARACTERS)
_SURELY_EXACT = 10 ** 34
_OWN = (bool, str, FeelDate, FeelTime, FeelDateTime, DaysTimeDuration, YearsMonthsDuration, FunctionValue, Range)


def from_python(value: Any, depth: int = 0) -> Any:
    """The value of the language for a Python value; a Failure for NaN, infinity and types it does not know."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int and -_SURELY_EXACT < value < _SURELY_EXACT:
        return Decimal(value)
    if isinstance(value, _OWN):
        return value
    if isinstance(value, int | float | Decimal):
        return _number(value)
    if depth > DEEPEST_VALUE:
        raise BudgetExceeded(msg("A value is nested deeper than %(limit)s."), limit=DEEPEST_VALUE)
    if isinstance(value, Mapping):
        return {str(key): from_python(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_python(item, depth + 1) for item in value]
    return _temporal(value)


def _number(value: int | float | Decimal) -> Decimal:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Failure("a number that is not finite")
        value = Decimal(repr(value))
    elif isinstance(value, int):
        if value.bit_length() > 20_000:
            raise Failure("the number is too large")
        value = Decimal(value)
    if not value.is_finite():
        raise Failure("a number that is not finite")
    return guarded(CONTEXT.plus, value)


def _temporal(value: Any) -> Any:
    if isinstance(value, datetime):
        return FeelDateTime.from_python(value)
    if isinstance(value, date):
        return FeelDate.from_python(value)
    if isinstance(value, time):
        return FeelTime.from_python(value)
    if isinstance(value, timedelta):
        return DaysTimeDuration.from_python(value)
    raise Failure(f"a value of type {type(value).__name__} cannot be used")


class Inputs(Mapping[str, Any]):
    """The variables of one evaluation, converted when first read."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given, self._read = given, dict[str, Any]()

    def __getitem__(self, name: str) -> Any:
        """The value; a Failure when it cannot be used."""
        if name not in self._read:
            self._read[name] = from_python(self._given[name])
        return self._read[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or `default` where none is given."""
        return self[name] if name in self._given else default

    def __contains__(self, name: object) -> bool:
        return name in self._given

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


def to_json(value: Any) -> Any:
    """A JSON document: whole numbers as int, other Decimals as they are, temporal values and ranges as text,
    functions as null. Raises BudgetExceeded for more than MOST_PARTS parts or MOST_CHARACTERS characters in all texts,
    shared ones counted each time: a short expression can make a value that is written out without end."""
    kind = type(value)
    if kind is Decimal:
        return int(value) if is_whole(value) else value
    if value is None or kind is bool or (kind is str and len(value) <= MOST_CHARACTERS):
        return value
    return _document(value, _Size(_OF_A_DOCUMENT))


class _Size(Meter):
    """Counts the parts of a document as steps, and its characters."""

    __slots__ = ("written",)

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.written = 0

    def text(self, text: str) -> str:
        """One more text of the document."""
        self.written += len(text)
        self.characters(self.written)
        return text


def _document(value: Any, meter: _Size) -> Any:
    if isinstance(value, str):
        return meter.text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return int(value) if is_whole(value) else value
    if isinstance(value, list | tuple):
        meter.step(len(value))
        return [_document(item, meter) for item in value]
    if isinstance(value, Mapping):
        meter.step(2 * len(value))  # a name and a value
        return {meter.text(key): _document(item, meter) for key, item in value.items()}
    if isinstance(value, FunctionValue):
        return None
    return range_text(value) if isinstance(value, Range) else str(value)


def range_text(bounds: Range) -> str:
    """`[1..5)` or `< 5`, as it would be written."""
    if bounds.operator:
        return f"{bounds.operator} {bounds.high if bounds.operator in ('<', '<=') else bounds.low}"
    low, high = "[" if bounds.low_included else "(", "]" if bounds.high_included else ")"
    return f"{low}{bounds.low}..{bounds.high}{high}"
