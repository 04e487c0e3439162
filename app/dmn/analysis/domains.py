"""The values of an input in pieces that no cell can tell apart, and the cells of its columns as sets of pieces.

A piece is a bit: piece n is bit n. What a cell lets pass is found by asking the cell itself about one value of each
piece, so the meaning of cells stands nowhere but in the expression language.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from app.dmn.analysis.between import OTHER_TEXTS, line_of
from app.dmn.columns import numbered
from app.dmn.item_types import Allowed
from app.feel import (
    DaysTimeDuration,
    Expression,
    FeelDate,
    FeelDateTime,
    FeelTime,
    FeelType,
    Landmarks,
    YearsMonthsDuration,
    landmarks,
    new_run,
)

KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,), "string": (str,), "boolean": (bool,), "date": (FeelDate,), "time": (FeelTime,),
    "date and time": (FeelDateTime,), "days and time duration": (DaysTimeDuration,),
    "years and months duration": (YearsMonthsDuration,), "duration": (DaysTimeDuration, YearsMonthsDuration),
}
ANYTHING: Any = "any"
_ALL = tuple(kind for kinds in KINDS.values() for kind in kinds if kind is not bool)


class Passing(NamedTuple):
    """What cells let pass. All values of a piece: `sure` do, others than `may` do not. The sample of a piece: `hits`
    do, others than `chance` do not. For cells that compare with written values all four are the same."""

    sure: int
    may: int
    hits: int
    chance: int

    def __and__(self, other: Passing) -> Passing:
        return Passing(*(a & b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Run:
    """The pieces of one type, from `start` to before `end`. `places`: which piece a written value is; `free`: the
    piece of all values that are not written, where their order does not matter."""

    kind: type
    start: int
    end: int
    places: dict[Any, int]
    free: int | None
    key: Callable[[Any], Any]


class Domain:
    """The pieces of one input. `samples`: one value for each.

    `usual`: the pieces of values that are given and allowed. `missing`: the piece of null. `foreign`: the piece of
    values of other types, where the input has none of its own. `whole`: `usual` without mere fractions.
    """

    def __init__(self, kind: FeelType, values: Collection[Any], *, ordered: bool, named_null: bool) -> None:
        self.samples: list[Any] = []
        self.runs: list[Run] = []
        self.lost = False
        """Whether some pieces could not be made: values of a type that do not stand on one line."""
        for each in self._kinds(kind, values):
            self._add(each, [value for value in values if type(value) is each], ordered)
        if not self.samples:
            self.samples.append(ANYTHING)
        usual = self._bits(len(self.samples))
        self.missing = 1 << len(self.samples)
        self.samples.append(None)
        self.foreign = 0
        if kind.name == "Any":
            self.foreign = 1 << len(self.samples)
            self.samples.append({})
        self.allowed_known = True
        self.usual = self._allowed(kind, usual)
        possible = self.usual if self.allowed_known else usual
        self.all = possible | self.missing | self.foreign
        self.expected = self.usual | (self.missing if named_null else 0)
        """What surely may come: null too, where a cell of the column names it."""
        self.whole = sum(1 << at for at in numbered(self.expected) if _is_whole(self.samples[at]))

    @staticmethod
    def _kinds(kind: FeelType, values: Collection[Any]) -> tuple[type, ...]:
        if kind.name in KINDS:
            return KINDS[kind.name]
        found = {type(value) for value in values} if kind.name == "Any" else set()
        return tuple(each for each in (bool, *dict.fromkeys(_ALL)) if each in found)

    @staticmethod
    def _bits(count: int) -> int:
        return (1 << count) - 1

    def _add(self, kind: type, values: Sequence[Any], ordered: bool) -> None:
        start, places, free = len(self.samples), dict[Any, int](), None
        if kind is bool:
            places = {False: start, True: start + 1}
            self.samples += [False, True]
            self.runs.append(Run(kind, start, start + 2, places, None, int))
            return
        line = line_of(kind, values)
        if line is None:
            self.lost = True
            return
        listed = sorted({line.key(value): value for value in values}.values(), key=line.key)
        if kind is str and not ordered:
            for value in listed:
                places[value] = len(self.samples)
                self.samples.append(value)
            free = len(self.samples)
            self.samples.append(_unlike(listed))
        else:
            for sample, value in _alternating(listed, line.pick):
                if value:
                    places[line.key(sample)] = len(self.samples)
                self.samples.append(sample)
        self.runs.append(Run(kind, start, len(self.samples), places, free, line.key))

    def _allowed(self, kind: FeelType, usual: int) -> int:
        test = kind.allowed
        if test is None or self.samples[0] is ANYTHING:
            self.allowed_known = test is None
            return usual
        self.allowed_known = isinstance(test, Allowed) and all(
            (mark := landmarks_of(one)) is not None and not mark.open for one in test.tests)
        return sum(1 << at for at in numbered(usual) if test(self.samples[at]))

    def unknown(self) -> Passing:
        """Of a cell that asks for something else too."""
        return Passing(0, self.all, 0, self.all)

    def tried(self, cell: Expression) -> Passing:
        """Of a cell that hangs on its input alone, but not on its place: asked about each sample. That tells all
        about the pieces of one value, and about the other pieces no more than the sample."""
        hits = sum(1 << at for at in numbered(self.all) if _true(cell, self.samples[at]))
        single = self.missing | sum(1 << at for run in self.runs for at in run.places.values())
        return Passing(hits & single, (hits | ~single) & self.all, hits, hits)

    def passing(self, cell: Expression, found: Landmarks) -> Passing:
        """The pieces that a cell lets pass, asked at one value of each stretch between its own landmarks."""
        bits = sum(self._asked(cell, run, found) for run in self.runs)
        for at in numbered(self.missing | self.foreign | (1 if self.samples[0] is ANYTHING else 0)):
            bits |= _true(cell, self.samples[at]) << at
        bits &= self.all
        return Passing(bits, bits, bits, bits)

    def _asked(self, cell: Expression, run: Run, found: Landmarks) -> int:
        if run.kind is bool:
            return sum(_true(cell, self.samples[at]) << at for at in range(run.start, run.end))
        own = sorted({run.places[run.key(value)] for value in found.values if type(value) is run.kind})
        bits = sum(_true(cell, self.samples[at]) << at for at in own)
        if run.free is not None:
            taken = sum(1 << at for at in own)
            rest = (self._bits(run.end) & ~self._bits(run.start)) & ~taken
            return bits | (rest if _true(cell, self.samples[run.free]) else 0)
        begin = run.start
        for end in (*own, run.end):
            if begin < end and _true(cell, self.samples[begin]):
                bits |= self._bits(end) & ~self._bits(begin)
            begin = end + 1
        return bits

    def nicest(self, bits: int) -> Any:
        """A value of one of these pieces: rather a written or unwritten plain one than null or a foreign one."""
        for chosen in (bits & self.whole & ~self.missing, bits & self.usual, bits & self.missing, bits):
            if chosen:
                return self.samples[(chosen & -chosen).bit_length() - 1]
        raise ValueError("no piece")  # the callers ask about sets that are not empty


def landmarks_of(cell: Expression) -> Landmarks | None:
    """What a compiled cell depends on; None where it is more than its own input."""
    if cell.names or cell.names_in_filters:
        return None
    return landmarks(cell.source)


def _true(cell: Expression, value: Any) -> bool:
    return cell.evaluate_in(new_run(), {"?": value}) is True


def _is_whole(value: Any) -> bool:
    return not isinstance(value, Decimal) or value == value.to_integral_value()


def _unlike(values: Collection[str]) -> str:
    return next((one for one in OTHER_TEXTS if one not in values), "other " + max(values, default=""))


def _alternating(values: Sequence[Any], pick: Callable[[Any, Any], Any]) -> Iterator[tuple[Any, bool]]:
    """(value, whether it is a written one): each value and one of the stretches before, between and after."""
    bounds = [None, *values, None]
    for low, high in pairwise(bounds):
        sample = pick(low, high)
        if sample is not None:
            yield sample, False
        if high is not None:
            yield high, True
