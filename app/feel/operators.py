"""What the operators do with values. A Failure where the types do not go together; the caller makes it null."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.feel.budget import Meter
from app.feel.errors import Failure
from app.feel.numbers import CONTEXT, ONE, guarded
from app.feel.temporal import (
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    FeelTime,
    YearsMonthsDuration,
    difference,
    positions,
    shift,
)
from app.feel.values import Range, identity, type_name

_INSTANTS = (FeelDate, FeelTime, FeelDateTime)
_DURATIONS = (DaysTimeDuration, YearsMonthsDuration)
_LONGEST_DURATION = 10 ** 28  # nanoseconds or months: enough for the years the calendar knows


def _mismatch(operator: str, left: Any, right: Any) -> Failure:
    return Failure(f"{type_name(left)} {operator} {type_name(right)} has no meaning")


def add(left: Any, right: Any, meter: Meter) -> Any:
    """`+` for numbers, texts, instants and durations."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return guarded(CONTEXT.add, left, right)
    if isinstance(left, str) and isinstance(right, str):
        meter.characters(len(left) + len(right))
        joined = left + right
        meter.made(joined)
        return joined
    if isinstance(left, _DURATIONS) and isinstance(right, _INSTANTS):
        left, right = right, left
    result = _add_temporal(left, right, 1)
    if result is None:
        raise _mismatch("+", left, right)
    return result


def subtract(left: Any, right: Any, meter: Meter) -> Any:
    """`-` for numbers, instants and durations."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return guarded(CONTEXT.subtract, left, right)
    if isinstance(left, _INSTANTS) and isinstance(right, _INSTANTS):
        result: Any = difference(left, right)
    else:
        result = _add_temporal(left, right, -1)
    if result is None:
        raise _mismatch("-", left, right)
    return result


def _add_temporal(left: Any, right: Any, sign: int) -> Any:
    if isinstance(left, _INSTANTS) and isinstance(right, _DURATIONS):
        return shift(left, right if sign > 0 else negate(right))
    if isinstance(left, DaysTimeDuration) and isinstance(right, DaysTimeDuration):
        return _duration(DaysTimeDuration, left.nanos + sign * right.nanos)
    if isinstance(left, YearsMonthsDuration) and isinstance(right, YearsMonthsDuration):
        return _duration(YearsMonthsDuration, left.months + sign * right.months)
    return None


def _duration(kind: Callable[[int], Any], amount: Decimal | int) -> Any:
    if abs(int(amount)) > _LONGEST_DURATION:
        raise Failure("the duration is too long")
    return kind(int(amount))


def _amount(duration: DaysTimeDuration | YearsMonthsDuration) -> Decimal:
    return Decimal(duration.nanos if isinstance(duration, DaysTimeDuration) else duration.months)


def multiply(left: Any, right: Any, meter: Meter) -> Any:
    """`*` for numbers, and a number with a duration (cut to whole nanoseconds or months)."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return guarded(CONTEXT.multiply, left, right)
    if isinstance(left, Decimal) and isinstance(right, _DURATIONS):
        left, right = right, left
    if isinstance(left, _DURATIONS) and isinstance(right, Decimal):
        return _duration(type(left), guarded(CONTEXT.multiply, _amount(left), right))
    raise _mismatch("*", left, right)


def divide(left: Any, right: Any, meter: Meter) -> Any:
    """`/` for numbers, a duration by a number, a duration by one of its kind."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return guarded(CONTEXT.divide, left, right)
    if isinstance(left, _DURATIONS) and isinstance(right, Decimal):
        return _duration(type(left), guarded(CONTEXT.divide, _amount(left), right))
    if isinstance(left, _DURATIONS) and type(left) is type(right):
        return guarded(CONTEXT.divide, _amount(left), _amount(right))
    raise _mismatch("/", left, right)


def power(left: Any, right: Any, meter: Meter) -> Any:
    """`**` for numbers; nought to the power of nought is 1, as IEEE 754 has it and Python's decimals do not."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        if not left and not right:
            return ONE
        return guarded(CONTEXT.power, left, right)
    raise _mismatch("**", left, right)


def negate(value: Any) -> Any:
    """`-value` for numbers and durations."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, DaysTimeDuration):
        return DaysTimeDuration(-value.nanos)
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.months)
    raise Failure(f"- {type_name(value)} has no meaning")


def equal(left: Any, right: Any, meter: Meter) -> bool:
    """`=`: null equals null only; other values of different types have no answer (Failure)."""
    if left is None or right is None:
        return left is right
    if type(left) is type(right) and isinstance(left, Decimal | str | bool):
        return bool(left == right)
    if type_name(left) != type_name(right):
        raise _mismatch("=", left, right)
    return identity(left, meter) == identity(right, meter)


def same(left: Any, right: Any, meter: Meter) -> bool:
    """Like `equal`, but values of different types are simply not the same."""
    return type_name(left) == type_name(right) and equal(left, right, meter)


def order(left: Any, right: Any, operator: str = "<") -> int:
    """Negative, 0 or positive as `left` stands before, with or after `right`; a Failure where there is no order."""
    if type(left) is type(right):
        if isinstance(left, Decimal | str | DaysTimeDuration | YearsMonthsDuration):
            return int(left > right) - int(left < right)
        pair = positions(left, right) if isinstance(left, _INSTANTS) else None
        if pair is not None:
            return pair[0] - pair[1]
    raise _mismatch(operator, left, right)


COMPARE: Mapping[str, Callable[[Any, Any, Meter], bool]] = {
    "=": equal,
    "!=": lambda left, right, meter: not equal(left, right, meter),
    "<": lambda left, right, meter: order(left, right, "<") < 0,
    "<=": lambda left, right, meter: order(left, right, "<=") <= 0,
    ">": lambda left, right, meter: order(left, right, ">") > 0,
    ">=": lambda left, right, meter: order(left, right, ">=") >= 0,
}
PLAIN: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}
"""Python's own comparison, right for two numbers or two texts."""
ARITHMETIC: Mapping[str, Callable[[Any, Any, Meter], Any]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "**": power,
}


def within(value: Any, bounds: Range, meter: Meter) -> bool:
    """True when `value` lies in the range; a Failure where it cannot be compared with a bound."""
    if bounds.operator in ("=", "!="):
        return COMPARE[bounds.operator](value, bounds.low, meter)
    return lies_in(value, bounds)


def lies_in(value: Any, bounds: Range) -> bool:
    """`within` for a range whose bounds are in an order."""
    low_open, high_open = bounds.operator in ("<", "<="), bounds.operator in (">", ">=")
    above = low_open or order(value, bounds.low) >= (0 if bounds.low_included else 1)
    return above and (high_open or order(value, bounds.high) <= (0 if bounds.high_included else -1))


def belongs(value: Any, test: Any, meter: Meter) -> bool | None:
    """`value in test` for one test: a range, a list of tests, or a value to equal. None: cannot be told."""
    if isinstance(test, Range):
        try:
            return same(value, test, meter) or within(value, test, meter)
        except Failure:
            return None
    if isinstance(test, list):
        meter.step(4 * len(test))  # each is compared by its type first
        return same(value, test, meter) or any(belongs(value, item, meter) is True for item in test)
    return same(value, test, meter)


def either(results: Iterable[bool | None]) -> bool | None:
    """Three-valued disjunction of what is true, false or unknown."""
    unknown = False
    for result in results:
        if result is True:
            return True
        unknown = unknown or result is not False
    return None if unknown else False
