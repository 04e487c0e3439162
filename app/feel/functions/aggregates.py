"""Built-in functions that sum up a list, given as one list or as arguments."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import Implementation, built_in
from app.feel.numbers import CONTEXT, ONE, ZERO, guarded
from app.feel.operators import add, order
from app.feel.temporal import DaysTimeDuration, YearsMonthsDuration


def aggregate(name: str) -> Callable[[Implementation], Implementation]:
    """Declare a function that takes one list or any number of arguments."""
    return built_in(f"{name}(list: list)", f"{name}(items...: Any)")


def _numbers(items: list[Any]) -> list[Decimal]:
    if not all(isinstance(item, Decimal) for item in items):
        raise Failure("the list holds something that is no number")
    return items


def _extreme(items: list[Any], sign: int) -> Any:
    if not items:
        return None
    best = items[0]
    order(best, best)
    for item in items[1:]:
        if order(item, best) * sign > 0:
            best = item
    return best


@aggregate("min")
def minimum(run: Any, items: list[Any]) -> Any:
    """The least item; null of an empty list."""
    return _extreme(items, -1)


@aggregate("max")
def maximum(run: Any, items: list[Any]) -> Any:
    """The greatest item; null of an empty list."""
    return _extreme(items, 1)


@aggregate("sum")
def total(run: Any, items: list[Any]) -> Any:
    """The sum of numbers or of durations of one kind; null of an empty list."""
    if not items:
        return None
    if not all(isinstance(item, Decimal | DaysTimeDuration | YearsMonthsDuration) for item in items):
        raise Failure("the list holds something that has no sum")
    return reduce(lambda left, right: add(left, right, run.meter), items)


@aggregate("product")
def product(run: Any, items: list[Any]) -> Decimal | None:
    """The product of numbers; null of an empty list."""
    numbers = _numbers(items)
    return reduce(lambda left, right: guarded(CONTEXT.multiply, left, right), numbers, ONE) if numbers else None


@aggregate("mean")
def mean(run: Any, items: list[Any]) -> Decimal | None:
    """The arithmetic mean; null of an empty list."""
    numbers = _numbers(items)
    if not numbers:
        return None
    return guarded(CONTEXT.divide, _sum(numbers), Decimal(len(numbers)))


def _sum(numbers: list[Decimal]) -> Decimal:
    return reduce(lambda left, right: guarded(CONTEXT.add, left, right), numbers, ZERO)


@aggregate("median")
def median(run: Any, items: list[Any]) -> Decimal | None:
    """The middle one, or the mean of the middle two; null of an empty list."""
    numbers = sorted(_numbers(items))
    if not numbers:
        return None
    middle = len(numbers) // 2
    if len(numbers) % 2:
        return numbers[middle]
    return guarded(CONTEXT.divide, guarded(CONTEXT.add, numbers[middle - 1], numbers[middle]), Decimal(2))


@aggregate("stddev")
def stddev(run: Any, items: list[Any]) -> Decimal:
    """The standard deviation of a sample of two or more."""
    numbers = _numbers(items)
    if len(numbers) < 2:
        raise Failure("at least two numbers are needed")
    middle = guarded(CONTEXT.divide, _sum(numbers), Decimal(len(numbers)))
    gaps = [guarded(CONTEXT.subtract, number, middle) for number in numbers]
    squares = _sum([guarded(CONTEXT.multiply, gap, gap) for gap in gaps])
    return guarded(CONTEXT.sqrt, guarded(CONTEXT.divide, squares, Decimal(len(numbers) - 1)))


@aggregate("mode")
def mode(run: Any, items: list[Any]) -> list[Decimal]:
    """The most frequent numbers, ascending."""
    counts: dict[Decimal, int] = {}
    for number in _numbers(items):
        counts[number] = counts.get(number, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(number for number, times in counts.items() if times == most)


@aggregate("all")
def all_(run: Any, items: list[Any]) -> bool | None:
    """False if one is false, else true if all are true, else null."""
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


@aggregate("any")
def any_(run: Any, items: list[Any]) -> bool | None:
    """True if one is true, else false if all are false, else null."""
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None
