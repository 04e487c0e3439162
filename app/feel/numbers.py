"""Numbers: decimals of 34 digits (IEEE 754 decimal128). Not-a-number and infinity do not exist here."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from app.feel.errors import Failure

DIGITS, LARGEST_EXPONENT = 34, 6144
CONTEXT = Context(
    prec=DIGITS, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=LARGEST_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
ZERO, ONE = Decimal(0), Decimal(1)
_LARGEST_WHOLE = Decimal(10) ** DIGITS


def guarded(operation: Callable[..., Decimal], *operands: Decimal) -> Decimal:
    """The result of a decimal operation; a Failure where mathematics or 34 digits give none."""
    try:
        return operation(*operands)
    except DecimalException as error:
        raise Failure(f"no number results: {type(error).__name__}") from None


def read_number(text: str) -> Decimal:
    """A number from its literal form; a Failure when it is none, or too large."""
    try:
        number = CONTEXT.create_decimal(text)
    except DecimalException:
        raise Failure("not a number") from None
    if not number.is_finite():
        raise Failure("not a finite number")
    return number


def number_text(number: Decimal) -> str:
    """The plain form people write: no exponent, no trailing zeros, no minus zero."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(number: Decimal) -> int:
    """The integer part, for positions and counts; a Failure beyond 34 digits."""
    if abs(number) >= _LARGEST_WHOLE:
        raise Failure("the number is too large")
    return int(number)


def is_whole(number: Decimal) -> bool:
    """True when the number has no fraction and fits into 34 digits."""
    return abs(number) < _LARGEST_WHOLE and number == number.to_integral_value()
