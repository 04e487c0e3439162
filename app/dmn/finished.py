"""What decision tables did, kept as it was and written out only when somebody reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.dmn.columns import missed_by_one
from app.dmn.model import Situation
from app.feel import Run, to_json

if TYPE_CHECKING:
    from app.dmn.tables import Rule, Table


def documents(situation: Situation) -> list[dict[str, Any]]:
    """All tables asked in a situation, as parts of a trace: see `deciding.DecisionResult.trace`."""
    run = situation.run.again()
    return [{"decision": owner, **_document(run, *record)}
            for owner, record in zip(situation.owners, situation.tables, strict=True)]


def _document(run: Run, table: Table, variables: Mapping[str, Any], values: Sequence[Any],
              matched: Sequence[Rule], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "table": table.id, "hit_policy": table.policy,
        "inputs": [{"label": each.label, "value": to_json(value)}
                   for each, value in zip(table.inputs, values, strict=True)],
        "matched": [{"rule": rule.id, "row": rule.number, "outputs": to_json(row),
                     "annotations": list(rule.annotations)} for rule, row in zip(matched, rows, strict=True)],
        "refused": _refused(run, table, variables, values),
    }


def _refused(run: Run, table: Table, variables: Mapping[str, Any], values: Sequence[Any]) -> dict[str, Any] | None:
    """The first rule that a single cell kept from matching, and that cell."""
    passing = [_passing(run, table, at, variables, value) for at, value in enumerate(values)]
    missed = missed_by_one(passing)
    if missed is None or missed[0] >= len(table.rules):
        return None
    rule, column = table.rules[missed[0]], missed[1]
    test = rule.tests[column]
    return {"rule": rule.id, "row": rule.number, "label": table.inputs[column].label,
            "cell": "-" if test is None else test.source, "value": to_json(values[column])}


def _passing(run: Run, table: Table, at: int, variables: Mapping[str, Any], value: Any) -> int:
    """The rules whose cell in this column is true, open cells asked too."""
    bits = table.columns[at].passing(run, value)
    if table.columns[at].open:
        cell = {**variables, "?": value}
        for rule in range(len(table.rules)):
            if not table.opens(run, rule, at, cell):
                bits &= ~(1 << rule)
    return bits
