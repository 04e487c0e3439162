"""What a decision table answers, given the rules that matched: the seven hit policies and four aggregations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.feel import BUILT_IN, Failure, Run, same

HIT_POLICIES = ("UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT")
AGGREGATIONS = ("SUM", "MIN", "MAX", "COUNT")
SHORT_NAMES = {"U": "UNIQUE", "A": "ANY", "F": "FIRST", "P": "PRIORITY", "R": "RULE ORDER", "O": "OUTPUT ORDER",
               "C": "COLLECT"}
Row = Mapping[str, Any]
Priority = Callable[[Row], tuple[int, ...]]


def answer(policy: str, aggregation: str | None, rows: Sequence[Row], value_of: Callable[[Row], Any],
           priority: Priority, run: Run) -> Any:
    """The value for one or more matched rows, in rule order. Rules that contradict the policy make null."""
    if policy == "UNIQUE" and len(rows) > 1:
        return run.null(f"{len(rows)} rules match in a table whose rules exclude each other")
    if policy == "ANY":
        return value_of(rows[0]) if agree(rows, run) else run.null("rules match that give different outputs")
    if policy in ("UNIQUE", "FIRST"):
        return value_of(rows[0])
    if policy == "PRIORITY":
        return value_of(min(rows, key=priority))
    if policy == "OUTPUT ORDER":
        return [value_of(row) for row in sorted(rows, key=priority)]
    values = [value_of(row) for row in rows]
    return values if policy == "RULE ORDER" or aggregation is None else _aggregate(aggregation, values, run)


def agree(rows: Sequence[Row], run: Run) -> bool:
    """Whether all rows give the same outputs; true for none."""
    return all(same(row[name], value, run.meter) for row in rows[1:] for name, value in rows[0].items())


def _aggregate(aggregation: str, values: list[Any], run: Run) -> Any:
    if aggregation == "COUNT":
        return Decimal(len(values))
    try:
        return BUILT_IN[aggregation.lower()].call(run, [values])
    except Failure as failure:
        return run.null(str(failure))
