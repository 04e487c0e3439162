"""A column of a decision table as an index: which rules a value lets pass, as bits (rule n is bit n).

Cells that only compare with values written out cannot tell two inputs apart that stand at the same place among these
values. So the answer for a place is worked out once, by the cells themselves, and remembered; their meaning stands
nowhere else. Cells that do anything more are asked each time, and only for rules that the other columns left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.feel import Expression, Run, new_run

Found = tuple[int, tuple[str, ...]]
"""The bits, and the reasons why cells had no answer."""


class Column:
    """The tests of one input in the order of the rules. Safe to share: what is remembered never changes."""

    __slots__ = ("_exact", "_free", "_known", "_places", "_tests", "open")

    def __init__(self, tests: Sequence[Expression | None]) -> None:
        self.open = sum(1 << at for at, test in enumerate(tests) if test is not None and test.literals is None)
        self._free = sum(1 << at for at, test in enumerate(tests) if test is None)
        self._tests = [(1 << at, test) for at, test in enumerate(tests)
                       if test is not None and test.literals is not None]
        self._exact: dict[tuple[type, Any], int] = {}
        for bit, test in self._tests:
            for value in test.exactly or ():
                key = type(value), value
                self._exact[key] = self._exact.get(key, 0) | bit
        values = [value for _, test in self._tests for value in test.literals or ()]
        self._places: dict[type, list[Any]] = {
            kind: sorted({value for value in values if type(value) is kind}) for kind in (Decimal, str)}
        self._known: dict[Any, Found] = {}

    def passing(self, run: Run, value: Any) -> int:
        """The rules that `value` passes or may pass: those of open cells are among them, to be asked."""
        kind = type(value)
        places = self._places.get(kind)
        if places is not None:
            at = bisect_left(places, value)
            place: Any = (kind, at, True) if at < len(places) and places[at] == value else (kind, at)
        elif value is None or kind is bool:
            place = value
        else:
            return self._asked(value, run, None)[0]
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = self._asked(value, new_run(), kind)
        if found[1]:
            for reason in found[1]:
                run.null(reason)
        return found[0]

    def _asked(self, value: Any, run: Run, kind: type | None) -> Found:
        """By `kind` texts and numbers are looked up in cells that list them, and not asked one by one."""
        listed = kind is not None and kind in self._places
        bits = self.open | self._free | (self._exact.get((type(value), value), 0) if listed else 0)
        cell = {"?": value}
        for bit, test in self._tests:
            if not (listed and test.exactly) and test.evaluate_in(run, cell) is True:
                bits |= bit
        return bits, tuple(run.reasons)


def missed_by_one(passing: Sequence[int]) -> tuple[int, int] | None:
    """(rule, column) of the first rule that one single column refused, from the bits of each column; None for none."""
    before = [-1]
    for bits in passing:
        before.append(before[-1] & bits)
    after, found = -1, list[tuple[int, int]]()
    for at in range(len(passing) - 1, -1, -1):
        only = before[at] & after & ~passing[at]
        if only:
            found.append(((only & -only).bit_length() - 1, at))
        after &= passing[at]
    return min(found, default=None)


def numbered(bits: int) -> list[int]:
    """The numbers of the set bits, lowest first."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
