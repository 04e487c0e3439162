"""Findings as problems of the file: at the row, the cell or the column, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.dmn.analysis.findings import Finding
from app.dmn.reading import Element, Report, child, children
from app.kernel.errors import msg

TEXTS: Mapping[str, str] = {
    "overlap": msg("Rows %(first)s and %(row)s both match, for example with %(example)s; this table allows one row "
                   "only."),
    "conflict": msg("Rows %(first)s and %(row)s both match, for example with %(example)s, and give different results."),
    "unchecked": msg("Whether rows %(first)s and %(row)s exclude each other could not be checked, because a condition "
                     "is more than a comparison with written values. They may both match, perhaps with %(example)s; "
                     "there is no answer then."),
    "unchecked_result": msg("Rows %(first)s and %(row)s may match together, for example with %(example)s. Whether they "
                            "give the same result then could not be checked."),
    "gap": msg("No row matches, and there is no default result, for example with %(example)s."),
    "never": msg("Row %(row)s never matches: %(cell)s holds for no value of %(name)s."),
    "unreachable": msg("Row %(row)s never decides: wherever it matches, for example with %(example)s, the decision is "
                       "made by row %(rows)s."),
    "duplicate": msg("Row %(row)s repeats row %(first)s; both match, for example, with %(example)s."),
    "unused_input": msg("No row asks for the input %(name)s."),
    "column_type": msg("The column %(name)s is of the type %(wanted)s, but what is given is of the type %(found)s."),
    "cell_type": msg("Row %(row)s: %(text)s is a %(found)s, but the input %(name)s is a %(wanted)s."),
    "outside": msg("Row %(row)s: %(text)s is no allowed value of the input %(name)s."),
    "default": msg("%(text)s is no allowed value of the output %(name)s."),
    "more": msg("There are more findings of this kind than the %(limit)s told here."),
    "stopped": msg("The table is too large to be checked to the end. What is told here is right; there may be more."),
}
MOST_ROWS = 6


def reported(report: Report, element: Element, findings: list[Finding]) -> None:
    """Add the findings of the table at `element` to the report."""
    rules = children(element, "rule")
    for one in findings:
        words: dict[str, Any] = {**one.words, **_rows(one)}
        if "%(example)s" in TEXTS[one.kind]:
            words["example"] = one.example_text()
        report.add(one.kind, _place(element, rules, one), TEXTS[one.kind], severity=one.severity, **words)


def _place(element: Element, rules: list[Element], finding: Finding) -> Element:
    """The cell, else the row, else the column, else the table."""
    if finding.rows:
        rule = rules[finding.rows[-1]]
        return rule if finding.column is None else children(rule, "inputEntry")[finding.column]
    if finding.column is not None:
        return children(element, "input")[finding.column]
    if finding.output is not None:
        output = children(element, "output")[finding.output]
        default = child(output, "defaultOutputEntry")
        return output if default is None else default
    return element


def _rows(finding: Finding) -> dict[str, str]:
    """Numbers as people count: the row itself, the first other one, all others."""
    if not finding.rows:
        return {}
    *others, row = (str(at + 1) for at in finding.rows)
    listed = ", ".join(others[:MOST_ROWS]) + (" …" if len(others) > MOST_ROWS else "")
    return {"row": row, **({"first": others[0], "rows": listed} if others else {})}
