"""What the cell of a decision table compares with, where that is nothing but values written out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.feel import tree
from app.feel.operators import negate


def literals(node: tree.Node) -> tuple[Any, ...] | None:
    """The values that a parsed cell compares its input with; None where it does anything but compare with values.

    Whether an input passes such a cell hangs on nothing but its type and its place among these values.
    """
    if not isinstance(node, tree.Tests):
        return None
    return _of(node.alternatives)


def exactly(node: tree.Node) -> tuple[Any, ...] | None:
    """The texts and numbers of a cell that holds nothing else: it passes what equals one of them."""
    if not isinstance(node, tree.Tests) or node.negated or not node.alternatives:
        return None
    if not all(isinstance(one, tree.Literal) and type(one.value) in (str, Decimal) for one in node.alternatives):
        return None
    return literals(node)


def _of(nodes: Sequence[tree.Node]) -> tuple[Any, ...] | None:
    found: list[Any] = []
    for node in nodes:
        inner = _of_one(node)
        if inner is None:
            return None
        found += inner
    return tuple(found)


def _of_one(node: tree.Node) -> tuple[Any, ...] | None:
    if isinstance(node, tree.Literal):
        return (node.value,)
    if isinstance(node, tree.Negate) and isinstance(node.value, tree.Literal) and node.value.value is not None:
        return (negate(node.value.value),) if not isinstance(node.value.value, bool | str) else None
    if isinstance(node, tree.Compared):
        return _of_one(node.operand)
    if isinstance(node, tree.RangeLiteral):
        return _of((node.low, node.high))
    return None
