"""The trace of a decision in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.kernel import documents
from app.kernel.errors import msg

Words = Callable[..., str]
"""A message id and its parameters -> a text in the reader's language."""


def explained(trace: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Lines: for each table its inputs, the rows that matched, and the cell that refused the next best row."""
    for table in trace["tables"]:
        yield words(msg("Table of the decision %(decision)s, hit policy %(policy)s"), decision=table["decision"],
                    policy=table["hit_policy"])
        for one in table["inputs"]:
            yield "  " + words(msg("given: %(label)s = %(value)s"), label=one["label"], value=brief(one["value"]))
        yield from ("  " + _matched(row, words) for row in table["matched"])
        if not table["matched"]:
            yield "  " + words(msg("No row matched."))
        if table["refused"]:
            yield "  " + _refused(table["refused"], words)
    for reason in trace["reasons"]:
        yield words(msg("null, because: %(reason)s"), reason=reason)


def _matched(row: Mapping[str, Any], words: Words) -> str:
    outputs = ", ".join(f"{name} = {brief(value)}" for name, value in row["outputs"].items())
    said = words(msg("Row %(row)s matched: %(outputs)s"), row=row["row"], outputs=outputs)
    notes = "; ".join(note for note in row["annotations"] if note)
    return f"{said} ({notes})" if notes else said


def _refused(refused: Mapping[str, Any], words: Words) -> str:
    return words(
        msg("Row %(row)s would have matched too, but its cell %(cell)s refused %(label)s = %(value)s."),
        row=refused["row"], cell=refused["cell"], label=refused["label"], value=brief(refused["value"]))


def brief(value: Any) -> str:
    """A value as JSON in one line."""
    return documents.dump(value)
