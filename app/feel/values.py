"""Values of the language besides Python's own None, bool, str, list and dict: ranges, functions; names of types."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.feel.budget import Meter
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration


@dataclass(frozen=True, slots=True)
class Range:
    """Everything between two bounds. `operator` is set where it was written as a test such as `(< 5)`: then a
    bound that is None does not bound; `!=` keeps its operand in `low`."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool
    operator: str = ""

    @classmethod
    def of_test(cls, operator: str, operand: Any) -> Range:
        """The range that `operator operand` stands for."""
        if operator in ("<", "<="):
            return cls(None, operand, False, operator == "<=", operator)
        if operator in (">", ">="):
            return cls(operand, None, operator == ">=", False, operator)
        return cls(operand, operand, True, True, operator)

    def member(self, name: str) -> Any:
        """A property of the language, or None."""
        if self.operator == "!=":
            return None
        return {"start": self.low, "end": self.high, "start included": self.low_included,
                "end included": self.high_included}.get(name)


class FunctionValue:
    """A function that can be called; `parameters` are its names, the types are FeelType."""

    __slots__ = ()
    parameters: Sequence[str]
    parameter_types: Sequence[Any]
    result_type: Any = None

    def call(self, run: Any, arguments: Sequence[Any]) -> Any:
        """Apply to arguments by position; a Failure makes null."""
        raise NotImplementedError

    def call_named(self, run: Any, arguments: Mapping[str, Any]) -> Any:
        """Apply to arguments by name; a Failure makes null."""
        raise NotImplementedError


_TYPE_NAMES: Sequence[tuple[type, str]] = (
    (bool, "boolean"), (str, "string"), (Decimal, "number"), (FeelDate, "date"), (FeelTime, "time"),
    (FeelDateTime, "date and time"), (DaysTimeDuration, "days and time duration"),
    (YearsMonthsDuration, "years and months duration"), (list, "list"), (dict, "context"), (Range, "range"),
    (FunctionValue, "function"),
)


def type_name(value: Any) -> str:
    """What the language calls the type of a value, for reasons people read."""
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "null")


def identity(value: Any, meter: Meter) -> Hashable:
    """A key that two values share exactly when the language calls them equal (functions: the same object)."""
    if isinstance(value, list):
        meter.step(3 * len(value))  # a key is made for each
        return "list", tuple(identity(item, meter) for item in value)
    if isinstance(value, dict):
        meter.step(3 * len(value))
        return "context", frozenset((key, identity(item, meter)) for key, item in value.items())
    if isinstance(value, Range):
        form = (value.low_included, value.high_included, value.operator)
        return "range", identity(value.low, meter), identity(value.high, meter), form
    if isinstance(value, FeelTime | FeelDateTime):
        offset = value.offset()  # equality of times looks at whole seconds, as the standard defines it
        return type_name(value), offset is None, value.local_nanos() // 1_000_000_000 - (offset or 0)
    return type_name(value), value
