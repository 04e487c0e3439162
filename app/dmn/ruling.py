"""One subject's own rule in a decision table: made or changed so that the table answers for it as wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.dmn.editing import ANNOTATION, DESCRIPTION, Column, Row, Sheet, sheets, written
from app.kernel.errors import Invalid, msg

SINGLE = ("UNIQUE", "ANY")
"""Hit policies under which two rules for one subject contradict each other; the others take the first."""


@dataclass(frozen=True)
class Subject:
    """Whom a rule is for: the input it stands in (`service`), and its literal as a cell says it (`"LS01"`)."""

    expression: str
    literal: str


def ruled(data: bytes, file: str, decision: str, subject: Subject, outputs: Mapping[str, str], note: str,
          matched: str | None) -> bytes:
    """The file with the subject's own rule giving `outputs` (name -> cell); the bytes given where nothing changes.

    `matched` is the rule that answers for the subject now: a new rule stands before it and begins from its outputs.
    Raises Invalid where the table has no column for the subject or an output.
    """
    sheet = next((one for one in sheets(data, file) if one.decision == decision), None)
    if sheet is None or missing(sheet, subject, outputs):
        raise Invalid(msg("The table %(table)s has other columns by now. Please change it on its own page."),
                      table=decision)
    rows = list(sheet.rows)
    own = next((at for at, row in enumerate(rows) if _is_own(sheet, row, subject)), None)
    if own is None:
        own = _insert(sheet, rows, subject, note, matched)
    rows[own] = _with(sheet, rows[own], outputs)
    if rows == list(sheet.rows):
        return data
    return written(data, file, {sheet.id: rows})[0]


def missing(sheet: Sheet, subject: Subject, outputs: Mapping[str, str]) -> bool:
    """Whether the table lacks a column that is needed."""
    has = {(column.part, column.expression) for column in sheet.columns}
    return ("input", subject.expression) not in has or any(("output", name) not in has for name in outputs)


def _is_own(sheet: Sheet, row: Row, subject: Subject) -> bool:
    """A rule for this subject alone, whatever else is the case."""
    cells = {column.expression: cell for column, cell in zip(sheet.columns, row.cells, strict=True)
             if column.part == "input"}
    return cells.pop(subject.expression) == subject.literal and all(cell in ("-", "") for cell in cells.values())


def _insert(sheet: Sheet, rows: list[Row], subject: Subject, note: str, matched: str | None) -> int:
    at = next((number for number, row in enumerate(rows) if row.id == matched), None)
    model = rows[at].cells if at is not None else ("",) * len(sheet.columns)
    place = len(rows) if at is None else at
    if sheet.hit_policy in SINGLE:
        left = [_without(sheet, row, subject) for row in rows]
        place = sum(row is not None for row in left[:place])
        rows[:] = [row for row in left if row is not None]
    cells = tuple(_begin(column, cell, subject, note) for column, cell in zip(sheet.columns, model, strict=True))
    rows.insert(place, Row("", cells))
    return place


def _begin(column: Column, cell: str, subject: Subject, note: str) -> str:
    if column.part == "input":
        return subject.literal if column.expression == subject.expression else "-"
    return note if column.part in (DESCRIPTION, ANNOTATION) else cell


def _without(sheet: Sheet, row: Row, subject: Subject) -> Row | None:
    """The rule without the subject in its list of literals; None where it was for the subject alone, since an empty
    list would hold for everybody."""
    cells = [", ".join(part for part in (one.strip() for one in cell.split(",")) if part != subject.literal)
             if column.part == "input" and column.expression == subject.expression else cell
             for column, cell in zip(sheet.columns, row.cells, strict=True)]
    emptied = any(before.strip() and not after for before, after in zip(row.cells, cells, strict=True))
    return None if emptied else replace(row, cells=tuple(cells))


def _with(sheet: Sheet, row: Row, outputs: Mapping[str, str]) -> Row:
    cells = [outputs.get(column.expression, cell) if column.part == "output" else cell
             for column, cell in zip(sheet.columns, row.cells, strict=True)]
    return replace(row, cells=tuple(cells))
