"""Built-in functions on lists as such; those that sum up a list: `aggregates`."""

from __future__ import annotations

from collections.abc import Hashable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from app.feel.errors import Failure
from app.feel.functions.registry import built_in
from app.feel.numbers import is_whole, whole
from app.feel.operators import same
from app.feel.values import FunctionValue, identity


def _index(position: Decimal, size: int) -> int:
    """Position from 1, or from the end when negative, cut to a whole number, as a Python index."""
    index = whole(position)
    if index == 0 or abs(index) > size:
        raise Failure("the position is outside of the list")
    return index - 1 if index > 0 else size + index


@built_in("list contains(list: list, element: Any)")
def list_contains(run: Any, items: list[Any], element: Any) -> bool:
    """True when an item equals `element`."""
    return any(same(item, element, run.meter) for item in items)


@built_in("count(list: list)")
def count(run: Any, items: list[Any]) -> Decimal:
    """The number of items."""
    return Decimal(len(items))


@built_in("sublist(list: list, start position: number, length?: number)")
def sublist(run: Any, items: list[Any], start: Decimal, length: Decimal | None) -> list[Any]:
    """From a position on, as many items as given."""
    begin = _index(start, len(items))
    if length is None:
        return items[begin:]
    if not is_whole(length) or length < 0 or begin + int(length) > len(items):
        raise Failure("the length is outside of the list")
    return items[begin:begin + int(length)]


@built_in("append(list: list, items...: Any)")
def append(run: Any, items: list[Any], added: list[Any]) -> list[Any]:
    """The list with more items at its end."""
    return [*items, *added]


@built_in("concatenate(lists...: list)")
def concatenate(run: Any, lists: list[list[Any]]) -> list[Any]:
    """All lists one after the other."""
    run.meter.items(sum(map(len, lists)))  # before it is made
    return [item for items in lists for item in items]


@built_in("insert before(list: list, position: number, newItem: Any)")
def insert_before(run: Any, items: list[Any], position: Decimal, new: Any) -> list[Any]:
    """With one item more, standing at `position`."""
    index = _index(position, len(items))
    return [*items[:index], new, *items[index:]]


@built_in("remove(list: list, position: number)")
def remove(run: Any, items: list[Any], position: Decimal) -> list[Any]:
    """Without the item at `position`."""
    index = _index(position, len(items))
    return items[:index] + items[index + 1:]


@built_in("list replace(list: list, position: number, newItem: Any)",
          "list replace(list: list, match: function, newItem: Any)")
def list_replace(run: Any, items: list[Any], where: Decimal | FunctionValue, new: Any) -> list[Any]:
    """With the item at a position, or every item the function says true to, replaced."""
    if isinstance(where, Decimal):
        index = _index(where, len(items))
        return [*items[:index], new, *items[index + 1:]]
    answers = [where.call(run, [item, new]) for item in items]
    if not all(isinstance(answer, bool) for answer in answers):
        raise Failure("the function does not answer true or false")
    return [new if answer else item for item, answer in zip(items, answers, strict=True)]


@built_in("reverse(list: list)")
def reverse(run: Any, items: list[Any]) -> list[Any]:
    """From the last to the first."""
    return items[::-1]


@built_in("index of(list: list, match: Any)")
def index_of(run: Any, items: list[Any], match: Any) -> list[Decimal]:
    """The positions of all equal items."""
    return [Decimal(index + 1) for index, item in enumerate(items) if same(item, match, run.meter)]


@built_in("union(lists...: list)")
def union(run: Any, lists: list[list[Any]]) -> list[Any]:
    """All lists one after the other, equal items once."""
    return distinct(run, concatenate(run, lists))


@built_in("distinct values(list: list)")
def distinct_values(run: Any, items: list[Any]) -> list[Any]:
    """Equal items once, where they stand first."""
    return distinct(run, items)


def distinct(run: Any, items: list[Any]) -> list[Any]:
    """The first of each group of equal items."""
    first: dict[Hashable, Any] = {}
    for item in items:
        first.setdefault(identity(item, run.meter), item)
    return list(first.values())




@built_in("flatten(list: list)")
def flatten(run: Any, items: list[Any]) -> list[Any]:
    """Lists inside lists opened, all the way down."""
    flat: list[Any] = []
    for item in items:
        flat.extend(flatten(run, item) if isinstance(item, list) else [item])
        run.meter.step()
        run.meter.items(len(flat))
    return flat


@built_in("sort(list: list, precedes: function)")
def sort(run: Any, items: list[Any], precedes: FunctionValue) -> list[Any]:
    """In the order that the function (first, second) -> boolean says; equal items keep their order."""

    def order(first: Any, second: Any) -> int:
        if precedes.call(run, [first, second]) is True:
            return -1
        return 1 if precedes.call(run, [second, first]) is True else 0

    return sorted(items, key=cmp_to_key(order))
