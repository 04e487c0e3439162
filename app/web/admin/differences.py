"""What differs between two versions of a definition: cells of tables, lines of everything else."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from app import dmn
from app.kernel.errors import DefinitionError

MOST_LINES = 400


@dataclass(frozen=True)
class Difference:
    """`tables`: the changed ones with their rows. `lines`: as `diff -u` says it; empty where tables say it all."""

    tables: tuple[tuple[dmn.Sheet, tuple[dmn.Change, ...]], ...] = ()
    lines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.lines)


def between(kind: str, before: bytes, after: bytes) -> Difference:
    """What a reader should look at, at most `MOST_LINES` lines of it."""
    if before == after:
        return Difference()
    tables = _tables(before, after) if kind == "decision" else ()
    return Difference(tables) if tables else Difference(lines=_lines(before, after))


def _tables(before: bytes, after: bytes) -> tuple[tuple[dmn.Sheet, tuple[dmn.Change, ...]], ...]:
    try:
        old = {sheet.id: sheet for sheet in dmn.sheets(before, "")}
        found = [(sheet, tuple(dmn.changes(old.get(sheet.id), sheet))) for sheet in dmn.sheets(after, "")]
    except DefinitionError:
        return ()
    return tuple((sheet, rows) for sheet, rows in found if rows)


def _lines(before: bytes, after: bytes) -> tuple[str, ...]:
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    found = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    return tuple(line[:300] for line in found[:MOST_LINES])
