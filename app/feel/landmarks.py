"""What the cell of a decision table depends on, where that is nothing but its own input and fixed values.

Two inputs of one type that stand at the same place among these values get the same answer from the cell. Unlike
`cells`, which serves evaluation and looks at the plain forms only, this also understands conditions on `?`, fixed
calculations and calls such as `date("2026-10-01")`. It reads the text anew: it is for checking a file, not for asking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.feel import tree
from app.feel.budget import Budget
from app.feel.compiler import Compiler, Static
from app.feel.errors import BudgetExceeded, FeelSyntaxError
from app.feel.functions import BUILT_IN
from app.feel.parser import COMPARISONS, Parser
from app.feel.running import Run, Scope
from app.feel.temporal import DaysTimeDuration, FeelDate, FeelDateTime, FeelTime, YearsMonthsDuration
from app.feel.types import FeelType

_SIMPLE = (bool, str, Decimal, FeelDate, FeelTime, FeelDateTime, DaysTimeDuration, YearsMonthsDuration)
_NOT_FIXED = frozenset({"now", "today"})
_NO_TYPES: Mapping[str, FeelType] = {}


class _OpenCell(Exception):
    """The cell depends on something else too."""


@dataclass(frozen=True)
class Landmarks:
    """`values`: all that the input is compared with; `listed`: those that are whole alternatives of the cell.

    `ordered`: some are compared by more than equality; `negated`: the cell holds where its alternatives do not.
    `open`: the answer hangs on nothing but the input, and not on its place alone: `values` are those written anywhere.
    """

    values: tuple[Any, ...]
    listed: tuple[Any, ...]
    ordered: bool
    negated: bool
    open: bool = False


@dataclass
class _Reading:
    source: str
    values: list[Any] = field(default_factory=list)
    listed: list[Any] = field(default_factory=list)
    ordered: bool = False

    def alternative(self, node: tree.Node) -> None:
        """One test of the cell."""
        if _asks(node):
            self.condition(node)
        elif isinstance(node, tree.Compared | tree.RangeLiteral | tree.ListLiteral):
            self.test(node)
        else:
            self.listed.append(self.constant(node))

    def test(self, node: tree.Node) -> None:
        """What a value may be compared with, equal or lie in."""
        if isinstance(node, tree.Compared):
            self.ordered |= node.operator not in ("=", "!=")
            self.constant(node.operand)
        elif isinstance(node, tree.RangeLiteral):
            self.ordered = True
            self.constant(node.low)
            self.constant(node.high)
        elif isinstance(node, tree.ListLiteral):
            for item in node.items:
                self.test(item)
        else:
            self.constant(node)

    def condition(self, node: tree.Node) -> None:
        """A condition on `?`."""
        find = _CONDITIONS.get(type(node))
        if find is None:
            raise _OpenCell
        find(self, node)

    def side(self, node: tree.Node) -> None:
        """One side of a comparison."""
        if not _is_input(node):
            self.constant(node)

    def constant(self, node: tree.Node) -> Any:
        """The value of a part that no variable changes; noted."""
        value = node.value if isinstance(node, tree.Literal) else self._worked_out(node)
        self.values.append(value)
        return value

    def _worked_out(self, node: tree.Node) -> Any:
        if not _fixed(node):
            raise _OpenCell
        try:
            made = Compiler(self.source, frozenset(), frozenset()).compile(node, Static())
            value = made(Scope(Run(None, {}, Budget()), {}))
        except (FeelSyntaxError, BudgetExceeded, RecursionError):
            raise _OpenCell from None
        if not isinstance(value, _SIMPLE):
            raise _OpenCell
        return value


def landmarks(text: str, types: Mapping[str, FeelType] = _NO_TYPES) -> Landmarks | None:
    """Of a cell's text; None where the cell depends on more than its input, and for what is no cell."""
    try:
        node = Parser(text, (), types).tests_text()
        return _of(node, text)
    except (FeelSyntaxError, RecursionError):
        return None


def _of(node: tree.Tests, text: str) -> Landmarks | None:
    reading = _Reading(text)
    try:
        for one in node.alternatives:
            reading.alternative(one)
    except _OpenCell:
        parts = list(_parts(node))
        if not all(_pure(part) for part in parts):
            return None
        written = [part.value for part in parts if isinstance(part, tree.Literal) and isinstance(part.value, _SIMPLE)]
        return Landmarks(tuple(written), (), ordered=True, negated=node.negated, open=True)
    return Landmarks(tuple(reading.values), tuple(reading.listed), reading.ordered, node.negated)


def _pure(node: tree.Node) -> bool:
    """No variable but the input, and no clock."""
    return not isinstance(node, tree.Name) or _is_input(node) or (
        node.name in BUILT_IN and node.name not in _NOT_FIXED)


def _is_input(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == "?"


def _asks(node: tree.Node) -> bool:
    """Whether `?` stands somewhere in it."""
    return any(_is_input(part) for part in _parts(node))


def _parts(node: object) -> Iterator[tree.Node]:
    """The node and all nodes in it."""
    if isinstance(node, tuple):
        for one in node:
            yield from _parts(one)
    elif isinstance(node, tree.Node):
        yield node
        for name in node.__dataclass_fields__:
            yield from _parts(getattr(node, name))


def _fixed(node: tree.Node) -> bool:
    """Whether it has the same value whenever and with whatever it is evaluated."""
    if isinstance(node, tree.Literal):
        return True
    if isinstance(node, tree.Negate):
        return _fixed(node.value)
    if isinstance(node, tree.Chain):
        return _fixed(node.first) and all(_fixed(operand) for _, operand in node.rest)
    if isinstance(node, tree.Call) and isinstance(node.callee, tree.Name):
        known = node.callee.name in BUILT_IN and node.callee.name not in _NOT_FIXED
        return known and all(map(_fixed, node.arguments)) and all(_fixed(value) for _, value in node.named)
    return False


def _chain(reading: _Reading, node: tree.Chain) -> None:
    sides, operator = (node.first, *(operand for _, operand in node.rest)), node.rest[0][0]
    if operator in ("and", "or"):
        _all(reading.condition, sides)
    elif operator in COMPARISONS and len(sides) == 2:
        reading.ordered |= operator not in ("=", "!=")
        _all(reading.side, sides)
    else:
        raise _OpenCell


def _between(reading: _Reading, node: tree.Between) -> None:
    reading.ordered = True
    _all(reading.side, (node.value, node.low, node.high))


def _in(reading: _Reading, node: tree.In) -> None:
    reading.side(node.value)
    _all(reading.test, node.tests)


def _call(reading: _Reading, node: tree.Call) -> None:
    callee = node.callee
    if not isinstance(callee, tree.Name) or callee.name != "not" or len(node.arguments) != 1 or node.named:
        raise _OpenCell
    reading.condition(node.arguments[0])


def _truth(reading: _Reading, node: tree.Node) -> None:
    """A truth value written out, or `?` that is one."""
    value = node.value if isinstance(node, tree.Literal) else True if _is_input(node) else None
    if not isinstance(value, bool):
        raise _OpenCell
    reading.values.append(value)


def _all(visit: Callable[[tree.Node], Any], nodes: Iterable[tree.Node]) -> None:
    for node in nodes:
        visit(node)


_CONDITIONS: Mapping[type[tree.Node], Callable[[_Reading, Any], None]] = {
    tree.Chain: _chain, tree.Between: _between, tree.In: _in, tree.Call: _call, tree.Name: _truth,
    tree.Literal: _truth,
}
