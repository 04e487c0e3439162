"""A decision table as regions of its input space: which pieces of each input a rule's cells let pass.

What cannot be read from a cell alone (another variable, a function of the input) makes it *open*: it surely passes
nothing and may pass everything. A function of the input alone is asked about the samples of the pieces, so examples
are right and only what is said of whole pieces is cautious. An open cell can hide a finding, never make a false one.

Inputs with the same expression are one axis. An input is *free* where its value can be chosen apart from the others:
a variable that is given, or a part of one. A calculated input, or the answer of another decision, may hang on the
others: two rules that meet only there are a hint and no fault, and nothing is said to be missing there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.dmn.analysis.boxes import Box, Steps, meeting
from app.dmn.analysis.domains import KINDS, Domain, Passing, landmarks_of
from app.dmn.item_types import Allowed
from app.dmn.tables import Input, Table
from app.feel import Expression, FeelDate, FeelDateTime, FeelType, Landmarks

_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
COMPARED, TRIES = 2_500_000, 50_000
Known = Mapping[str, FeelType]
"""The types of the variables that are given, by name."""


@dataclass(frozen=True)
class Axis:
    """One input: its expression, the columns that test it, the type of its values, its pieces."""

    name: str
    columns: tuple[int, ...]
    kind: FeelType
    domain: Domain
    free: bool
    whole: bool


@dataclass(frozen=True)
class Region:
    """What one rule lets pass, by axis: see `domains.Passing`."""

    sure: Box
    may: Box
    hits: Box
    chance: Box

    @property
    def exact(self) -> bool:
        """Whether no cell is open."""
        return self.sure == self.may


class Space:
    """The input space of a table. `regions` are in the order of the rules; `cells[rule][column]` is what one cell may
    let pass, None for `-`; `marks[rule][column]` its landmarks, None where there are none or it is open."""

    def __init__(self, table: Table, known: Known, whole: Callable[[int], bool]) -> None:
        self.table, self.known = table, known
        self._read: dict[str, Landmarks | None] = {}
        self.marks = [[None if test is None else self.landmarks(test) for test in rule.tests] for rule in table.rules]
        grouped: dict[str, list[int]] = {}
        for at, column in enumerate(table.inputs):
            grouped.setdefault(column.expression.source, []).append(at)
        self.axes = tuple(self._axis(name, columns, known, whole) for name, columns in grouped.items())
        self._tries = TRIES
        self._known_cells: dict[tuple[int, str], Passing] = {}
        self.cells: list[list[int | None]] = [[None] * len(table.inputs) for _ in table.rules]
        self.regions = [self._region(at) for at in range(len(table.rules))]

    def kind(self, column: int) -> FeelType:
        """The type of the values that a column tests."""
        return next(axis.kind for axis in self.axes if column in axis.columns)

    def landmarks(self, cell: Expression) -> Landmarks | None:
        """Of a cell, read once for each text."""
        if cell.source not in self._read:
            self._read[cell.source] = landmarks_of(cell)
        return self._read[cell.source]

    def _axis(self, name: str, columns: Sequence[int], known: Known, whole: Callable[[int], bool]) -> Axis:
        inputs = [self.table.inputs[at] for at in columns]
        kind = _type_of(inputs, known)
        found = [mark for row in self.marks for at in columns if (mark := row[at]) is not None]
        limits = kind.allowed.tests if isinstance(kind.allowed, Allowed) else ()
        found += [mark for test in limits if (mark := self.landmarks(test)) is not None]
        placed = [mark for mark in found if not mark.open]
        values = [value for mark in placed for value in mark.values if value is not None]
        kinds = {type(value) for value in values}
        values += [value for mark in found if mark.open for value in mark.values
                   if kind.name != "Any" or not kinds or type(value) in kinds]
        domain = Domain(kind, values, ordered=any(mark.ordered for mark in placed),
                        named_null=any(None in mark.values for row in self.marks for at in columns
                                       if (mark := row[at]) is not None and not mark.open))
        return Axis(name, tuple(columns), kind, domain, self._free(inputs[0].expression, known),
                    all(whole(at) for at in columns))

    def _free(self, expression: Expression, known: Known) -> bool:
        """A given variable or a part of one, and no other input is a part of it or holds it."""
        path = expression.source
        if expression.variable is None and not _PATH.fullmatch(path):
            return False
        root = expression.variable or path.partition(".")[0]
        if root not in known or (root != path and known[root].name in KINDS):
            return False
        others = {column.expression.source for column in self.table.inputs} - {path}
        return not any(one.startswith(path + ".") or path.startswith(one + ".") for one in others)

    def _region(self, rule: int) -> Region:
        found = []
        for number, axis in enumerate(self.axes):
            passing = Passing(*(axis.domain.all,) * 4)
            for column in axis.columns:
                test = self.table.rules[rule].tests[column]
                if test is not None:
                    cell = self._cell(number, test)
                    self.cells[rule][column] = cell.may
                    passing = passing & cell
            found.append(passing)
        sure, may, hits, chance = (tuple(each[at] for each in found) for at in range(4))
        return Region(sure, may, hits, chance)

    def _cell(self, number: int, test: Expression) -> Passing:
        """What a cell lets pass, worked out once for each text."""
        key = number, test.source
        if key not in self._known_cells:
            domain, mark = self.axes[number].domain, self.landmarks(test)
            if mark is None or not _readable(domain, mark):
                self._known_cells[key] = domain.unknown()
            elif mark.open:
                self._tries -= len(domain.samples)
                self._known_cells[key] = domain.tried(test) if self._tries >= 0 else domain.unknown()
            else:
                self._known_cells[key] = domain.passing(test, mark)
        return self._known_cells[key]

    def neighbours(self, steps: Steps) -> list[int]:
        """For each row rows that it may meet, as bits: some that it does not meet too, where leaving them out here
        would take longer than looking at each pair."""
        found, compared = [(1 << len(self.regions)) - 1] * len(self.regions), 0
        axes = [[region.may[at] for region in self.regions] for at in range(len(self.axes))]
        for masks in sorted(axes, key=lambda one: len(set(one))):
            compared += len(set(masks)) ** 2
            if compared > COMPARED:
                break
            found = [bits & more for bits, more in zip(found, meeting(masks), strict=True)]
        steps.use(compared // 32)  # a comparison of two masks is a small part of a step
        return found

    def expected(self) -> tuple[int, ...]:
        """The pieces that surely may come, by axis; see `Domain.expected`."""
        return tuple(axis.domain.whole if axis.whole else axis.domain.expected for axis in self.axes)

    def example(self, box: Sequence[int]) -> dict[str, Any]:
        """One value for each axis of a box."""
        return {axis.name: axis.domain.nicest(bits) for axis, bits in zip(self.axes, box, strict=True)}

    def partial(self, box: Sequence[int]) -> list[int]:
        """The axes on which a box is not simply everything."""
        return [at for at, (axis, bits) in enumerate(zip(self.axes, box, strict=True))
                if axis.domain.usual & ~bits or not axis.domain.usual & bits]


def _readable(domain: Domain, mark: Landmarks) -> bool:
    """Whether the pieces tell all that the cell can tell apart. A day and a moment can be compared with each other,
    and do not stand on one line here."""
    kinds, own = {type(value) for value in mark.values}, {run.kind for run in domain.runs}
    mixed = not mark.open and {FeelDate, FeelDateTime} <= kinds | own
    return not domain.lost and not mixed and (bool(own) or not kinds - {type(None)})


def _type_of(inputs: Sequence[Input], known: Known) -> FeelType:
    """The type of an axis: that of its columns, or of the variable they show; the Any of many for different ones."""
    kinds = [column.type for column in inputs]
    first = kinds[0]
    if any(kind != first or kind.allowed is not first.allowed for kind in kinds):
        return FeelType("context")  # values are fitted column by column: nothing can be read from one alone
    variable = inputs[0].expression.variable
    if first.name == "Any" and first.allowed is None and variable is not None:
        return known.get(variable, first)
    return first
