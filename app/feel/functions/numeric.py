"""Built-in functions on numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
)
from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import built_in
from app.feel.numbers import CONTEXT, DIGITS, ZERO, guarded, is_whole
from app.feel.operators import negate
from app.feel.temporal import DaysTimeDuration

_LEAST_SCALE, _LARGEST_SCALE = -6111, 6176
_WIDE = Context(prec=2 * DIGITS, Emin=CONTEXT.Emin, Emax=CONTEXT.Emax)


def rounded(value: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """`value` with `scale` digits after the point (fewer than none: to tens, hundreds)."""
    if not _LEAST_SCALE <= scale <= _LARGEST_SCALE:
        raise Failure("the scale is not between -6111 and 6176")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -int(scale):
        return value
    try:
        return CONTEXT.plus(value.quantize(Decimal(1).scaleb(-int(scale), _WIDE), rounding=rounding, context=_WIDE))
    except DecimalException:
        raise Failure("the number cannot be rounded so") from None


def _rounding(rounding: str) -> Callable[..., Decimal]:
    def round_(run: Any, value: Decimal, scale: Decimal | None = None) -> Decimal:
        return rounded(value, ZERO if scale is None else scale, rounding)

    return round_


for _name, _rule in (("round up", ROUND_UP), ("round down", ROUND_DOWN), ("round half up", ROUND_HALF_UP),
                     ("round half down", ROUND_HALF_DOWN), ("decimal", ROUND_HALF_EVEN)):
    built_in(f"{_name}(n: number, scale: number)")(_rounding(_rule))
built_in("floor(n: number, scale?: number)")(_rounding(ROUND_FLOOR))
built_in("ceiling(n: number, scale?: number)")(_rounding(ROUND_CEILING))


@built_in("abs(n: number|days and time duration|years and months duration)")
def absolute(run: Any, value: Any) -> Any:
    """Without the sign."""
    if isinstance(value, Decimal):
        return CONTEXT.abs(value)
    amount = value.nanos if isinstance(value, DaysTimeDuration) else value.months
    return negate(value) if amount < 0 else value


@built_in("modulo(dividend: number, divisor: number)")
def modulo(run: Any, dividend: Decimal, divisor: Decimal) -> Decimal:
    """What is left after floored division; it has the sign of the divisor."""
    if divisor == 0:
        raise Failure("division by zero")
    rest = guarded(CONTEXT.remainder, dividend, divisor)
    return guarded(CONTEXT.add, rest, divisor) if rest != 0 and (rest < 0) != (divisor < 0) else rest


@built_in("sqrt(number: number)")
def sqrt(run: Any, value: Decimal) -> Decimal:
    """The square root."""
    return guarded(CONTEXT.sqrt, value)


@built_in("log(number: number)")
def log(run: Any, value: Decimal) -> Decimal:
    """The natural logarithm of a positive number."""
    if value <= 0:
        raise Failure("the number is not positive")
    return guarded(CONTEXT.ln, value)


@built_in("exp(number: number)")
def exp(run: Any, value: Decimal) -> Decimal:
    """The exponential function."""
    return guarded(CONTEXT.exp, value)


@built_in("odd(number: number)")
def odd(run: Any, value: Decimal) -> bool | None:
    """True for odd whole numbers."""
    return bool(value % 2 != 0) if is_whole(value) else None


@built_in("even(number: number)")
def even(run: Any, value: Decimal) -> bool | None:
    """True for even whole numbers."""
    return bool(value % 2 == 0) if is_whole(value) else None
