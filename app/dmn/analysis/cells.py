"""What is wrong with one cell or one column by itself: values of another type or not allowed, inputs no row asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.dmn.analysis.domains import KINDS
from app.dmn.analysis.findings import Finding, literal_text
from app.dmn.analysis.regions import Space
from app.feel import FeelDate, FeelType, coerce, new_run, type_name


def unused(space: Space) -> Iterator[Finding]:
    """Inputs whose every cell is `-`."""
    rules = space.table.rules
    for at, column in enumerate(space.table.inputs):
        if rules and all(rule.tests[at] is None for rule in rules):
            yield Finding("unused_input", column=at, words={"name": column.label})


def columns(space: Space) -> Iterator[Finding]:
    """Columns of another type than the given variable they show: such a value never fits and becomes null."""
    for at, column in enumerate(space.table.inputs):
        given = space.known.get(column.expression.variable or "")
        kinds, own = KINDS.get(column.type.name), KINDS.get(given.name) if given is not None else None
        if given is None or kinds is None or own is None or set(kinds) & set(own):
            continue
        if (given.name, column.type.name) != ("date", "date and time"):
            yield Finding("column_type", (), "error", at, words={
                "name": column.label, "wanted": column.type.name, "found": given.name})


def values(space: Space) -> Iterator[Finding]:
    """Written values that the input can never have: of another type than the column's, or none of its allowed ones.

    A fault where the value stands as an alternative of the cell, which then is never true; a hint inside `not(...)`.
    """
    for at, column in enumerate(space.table.inputs):
        kind = space.kind(at)
        for row, marks in enumerate(space.marks):
            mark = marks[at]
            if mark is None or mark.open:
                continue
            words = {"name": column.label}
            wrong = next((value for value in mark.values if _of_another_type(value, kind)), None)
            if wrong is not None:
                words |= {"text": literal_text(wrong), "found": type_name(wrong), "wanted": kind.name}
                yield Finding("cell_type", (row,), "error", at, words=words)
                continue
            outside = next((value for value in mark.listed if value is not None and _not_allowed(value, kind)), None)
            if outside is not None:
                yield Finding("outside", (row,), "warning" if mark.negated else "error", at,
                              words=words | {"text": literal_text(outside)})


def _of_another_type(value: Any, kind: FeelType) -> bool:
    """Whether values of the type can never equal or be compared with it; a day can be with a moment."""
    kinds = KINDS.get(kind.name)
    if kinds is None or value is None or type(value) in kinds:
        return False
    return not (kind.name == "date and time" and type(value) is FeelDate)


def _not_allowed(value: Any, kind: FeelType) -> bool:
    return kind.allowed is not None and kind.name in (*KINDS, "Any") and not kind.allowed(value)


def defaults(space: Space) -> Iterator[Finding]:
    """Default results that their column does not allow."""
    for at, output in enumerate(space.table.outputs):
        made = output.default
        if made is not None and not made.names and not made.functions_used:
            run = new_run()
            if not coerce(made.evaluate_in(run, {}), output.type, run.meter)[0]:
                yield Finding("default", (), "error", output=at, words={"text": made.source, "name": output.name})
