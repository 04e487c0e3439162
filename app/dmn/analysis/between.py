"""Values that lie between two others, below or above: one that a person reads easily, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from app.feel import DaysTimeDuration, Failure, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration

_SECOND = 1_000_000_000
_STEPS = (86_400 * _SECOND, 3600 * _SECOND, 60 * _SECOND, _SECOND, 1_000_000, 1)
"""Largest first: equality of times looks at whole seconds, so a value less than one away is a last resort."""
_DAY = 86_400 * _SECOND
_LONGEST = 10 ** 28
_EXACT = Context(prec=80, Emin=-6300, Emax=6300, traps=[])
OTHER_TEXTS = ("other", "another", "else")


@dataclass(frozen=True)
class Line:
    """How values of one type stand in a row.

    `key`: a number or text by which they are ordered; `pick`: a value strictly between two of them, None for "no
    bound" on that side; it answers None where there is none.
    """

    key: Callable[[Any], Any]
    pick: Callable[[Any, Any], Any]


def _number(low: Decimal | None, high: Decimal | None) -> Decimal | None:
    if low is None and high is None:
        return Decimal(0)
    tries: list[Decimal] = []
    if low is not None:
        tries += [_whole(_EXACT.add(low, Decimal(1)), ROUND_FLOOR), Decimal(0), _EXACT.multiply(low, Decimal(2))]
    elif high is not None:
        tries += [_whole(_EXACT.subtract(high, Decimal(1)), ROUND_FLOOR), Decimal(0), _EXACT.multiply(high, Decimal(2))]
    if low is not None and high is not None:
        tries.append(_EXACT.divide(_EXACT.add(low, high), Decimal(2)))
    return next((one for one in tries if (low is None or low < one) and (high is None or one < high)), None)


def _whole(number: Decimal, rounding: str) -> Decimal:
    return number.to_integral_value(rounding, _EXACT)


def _text(low: str | None, high: str | None) -> str | None:
    if low is None:
        tries: Iterable[str] = ("", ) if high is not None else OTHER_TEXTS
    elif high is None:
        tries = (low + "z",)
    else:
        # after `low` comes what begins with it; of these a plain one, else the very first
        tries = (*(low + sign for sign in ("z", "a", "0", "-", " ")), low + "\0")
    return next((one for one in tries if (low is None or low < one) and (high is None or one < high)), None)


def _stepped(low: int | None, high: int | None, steps: Iterable[int]) -> int | None:
    """A whole number between, as far from both as the largest step that fits."""
    if low is None:
        return 0 if high is None else high - next(iter(steps))
    for step in steps:
        if high is None or low + step < high:
            return low + step
    return None


def _of_parts(key: Callable[[Any], int], make: Callable[[int], Any], steps: tuple[int, ...],
              bounds: tuple[int, int]) -> Line:
    def pick(low: Any, high: Any) -> Any:
        at = _stepped(None if low is None else key(low), None if high is None else key(high), steps)
        if at is not None and not bounds[0] <= at <= bounds[1]:
            at = _stepped(None if low is None else key(low), None if high is None else key(high), steps[-1:])
        if at is None or not bounds[0] <= at <= bounds[1]:
            return None
        try:
            return make(at)
        except Failure:
            return None

    return Line(key, pick)


def _zoned(sample: Any) -> Line:
    """The line of times, or dates and times, written like `sample`: in its zone or without one."""
    zone = sample.zone
    if isinstance(sample, FeelTime):
        shift = (sample.offset() or 0) * _SECOND
        return _of_parts(lambda value: value.local_nanos() - (value.offset() or 0) * _SECOND,
                         lambda at: FeelTime.from_nanos(at + shift, zone), _STEPS[1:], (-shift, _DAY - 1 - shift))
    if zone is None:
        return _of_parts(lambda value: value.local_nanos(), lambda at: FeelDateTime.from_nanos(at, None), _STEPS,
                         (-_LONGEST, _LONGEST))
    return _of_parts(lambda value: value.instant(), lambda at: FeelDateTime.from_instant(at, zone), _STEPS,
                     (-_LONGEST, _LONGEST))


LINES: Mapping[type, Line] = {
    Decimal: Line(lambda value: value, _number),
    str: Line(lambda value: value, _text),
    FeelDate: _of_parts(lambda value: value.days, FeelDate.from_days, (1,), (-_LONGEST, _LONGEST)),
    DaysTimeDuration: _of_parts(lambda value: value.nanos, DaysTimeDuration, _STEPS, (-_LONGEST, _LONGEST)),
    YearsMonthsDuration: _of_parts(lambda value: value.months, YearsMonthsDuration, (12, 1), (-_LONGEST, _LONGEST)),
}


def line_of(kind: type, values: Iterable[Any]) -> Line | None:
    """The line of a type, for these values of it; None where they do not stand on one line."""
    if kind in LINES:
        return LINES[kind]
    values = list(values)
    naive = {value.zone is None for value in values}
    if len(naive) > 1:
        return None
    return _zoned(values[0] if values else _NOON[kind])


_NOON: Mapping[type, Any] = {FeelTime: FeelTime(12, 0, 0),
                             FeelDateTime: FeelDateTime(FeelDate(2026, 1, 1), FeelTime(12, 0, 0))}
