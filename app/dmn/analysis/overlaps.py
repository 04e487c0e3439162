"""Rows that match together where the hit policy allows one row, or one result."""

from __future__ import annotations

from collections.abc import Iterator

from app.dmn.analysis.boxes import Box, Steps, apart, empty, meet
from app.dmn.analysis.findings import Finding
from app.dmn.analysis.regions import Space
from app.dmn.columns import numbered
from app.dmn.tables import Rule
from app.feel import new_run, same


def overlaps(space: Space, steps: Steps) -> Iterator[Finding]:
    """UNIQUE: rows that match the same input; ANY: those of them that give different results.

    A fault where both rows surely match; a hint where they meet only for a missing value that no cell of the column
    names, or on several inputs of which one is calculated and may never take that value; "unchecked" (a hint, once
    for a row) where an open cell may keep them apart.
    """
    policy, rules = space.table.policy, space.table.rules
    if policy not in ("UNIQUE", "ANY"):
        return
    told: set[int] = set()
    for row, others in enumerate(space.neighbours(steps)):
        for other in numbered(others & ((1 << row) - 1)):
            steps.use()
            if apart(space.regions[other].may, space.regions[row].may):
                continue
            differ = True if policy == "UNIQUE" else _differ(rules[other], rules[row])
            if differ is False:
                continue
            found = _pair(space, other, row)
            if found is not None and differ is None:
                found = Finding("unchecked_result", (other, row), example=found.example, shown=found.shown)
            if found is not None and (not found.kind.startswith("unchecked") or row not in told):
                if found.kind.startswith("unchecked"):
                    told.add(row)
                yield found


def _pair(space: Space, one: int, other: int) -> Finding | None:
    hits = meet(space.regions[one].hits, space.regions[other].hits)
    expected = tuple(axis.domain.expected for axis in space.axes)
    possible = tuple(axis.domain.usual | axis.domain.missing for axis in space.axes)
    kind = "overlap" if space.table.policy == "UNIQUE" else "conflict"
    for limit, severity in ((expected, "error"), (possible, "warning")):
        both = meet(hits, limit)
        if not empty(both):
            partial = space.partial(both)
            if severity == "error" and len(partial) > 1 and not all(space.axes[at].free for at in partial):
                severity = "warning"
            return _finding(space, kind, (one, other), severity, both)
    both = meet(meet(space.regions[one].may, space.regions[other].may), possible)
    return None if empty(both) else _finding(space, "unchecked", (one, other), "warning", both)


def _finding(space: Space, kind: str, rows: tuple[int, int], severity: str, box: Box) -> Finding:
    shown = tuple(space.axes[at].name for at in space.partial(box))
    return Finding(kind, rows, severity, example=space.example(box), shown=shown)


def _differ(one: Rule, other: Rule) -> bool | None:
    """Whether two rows give different results; None where that cannot be told without asking."""
    if one.constant is not None and other.constant is not None:
        run = new_run()
        return not all(same(value, other.constant[name], run.meter) for name, value in one.constant.items())
    texts = [tuple("" if each is None else each.source for each in rule.results) for rule in (one, other)]
    return False if texts[0] == texts[1] else None
