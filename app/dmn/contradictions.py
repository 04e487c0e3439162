"""Rows that matched together where the hit policy forbids it: a fault of the table, met at run time.

The standard makes such an answer null. Where a case would go on with it, the table must be mended first: `settled`.
"""

from __future__ import annotations

from app.dmn.deciding import DecisionResult
from app.dmn.hit_policies import agree
from app.kernel.errors import YikouError, msg

ONE_ROW = msg("In the decision table %(decision)s the rows %(rows)s match together, where only one row may match. "
              "Correct the table, then try again.")
ONE_RESULT = msg("In the decision table %(decision)s the rows %(rows)s match together and give different results. "
                 "Correct the table, then try again.")


class Contradiction(YikouError):
    """Rows of a decision table contradict each other for these inputs."""

    status = 422


def settled(result: DecisionResult) -> DecisionResult:
    """The result as it is. Raises Contradiction, naming the rows, where one of its tables contradicted itself."""
    asked = result.situation
    for owner, (table, _variables, _values, matched, rows) in zip(asked.owners, asked.tables, strict=True):
        numbers = ", ".join(str(rule.number) for rule in matched)
        if table.policy == "UNIQUE" and len(matched) > 1:
            raise Contradiction(ONE_ROW, decision=owner, rows=numbers)
        if table.policy == "ANY" and not agree(rows, asked.run):
            raise Contradiction(ONE_RESULT, decision=owner, rows=numbers)
    return result
