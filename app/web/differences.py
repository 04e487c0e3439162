"""What differs between two versions of a definition: tables by cell, diagrams and forms by element, else lines."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from app import dmn, engine, forms
from app.kernel.differing import MOVED, PartChange
from app.kernel.errors import DefinitionError

MOST_LINES = 400


@dataclass(frozen=True)
class Difference:
    """`tables` and `parts`: what differs of a decision, or of a process or form. `lines`: as `diff -u` says
    it, where the others do not say it all. `data`: both versions, for names of what is spoken of."""

    kind: str
    data: tuple[bytes, bytes] = (b"", b"")
    tables: tuple[dmn.SheetChange, ...] = ()
    parts: tuple[PartChange, ...] = ()
    lines: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.tables or self.parts or self.lines)

    @property
    def meant(self) -> tuple[PartChange, ...]:
        """Parts that do something else now."""
        return tuple(one for one in self.parts if one.kind != MOVED)

    @property
    def only_moved(self) -> tuple[PartChange, ...]:
        """Parts that only stand elsewhere."""
        return tuple(one for one in self.parts if one.kind == MOVED)


def between(kind: str, before: bytes, after: bytes) -> Difference:
    """What a reader should look at, at most `MOST_LINES` lines of it."""
    if before == after:
        return Difference(kind)
    try:
        tables, parts, rest = _told(kind, before, after)
    except DefinitionError:  # a draft may be no such file yet
        tables, parts, rest = (), (), (before, after)
    if not (tables or parts):
        rest = rest if rest[0] != rest[1] else (before, after)
    return Difference(kind, (before, after), tables, parts, _lines(*rest))


def _told(kind: str, before: bytes, after: bytes) -> tuple[
        tuple[dmn.SheetChange, ...], tuple[PartChange, ...], tuple[bytes, bytes]]:
    """What the kind says itself, and what is left for lines."""
    if kind == "decision":
        return (tuple(dmn.table_changes(before, after)), (),
                (dmn.without_tables(before), dmn.without_tables(after)))
    if kind == "process":
        return (), engine.compare(before, after), (b"", b"")
    if kind == "form":
        return (), forms.compare(before, after), (b"", b"")
    return (), (), (before, after)


def _lines(before: bytes, after: bytes) -> tuple[str, ...]:
    old, new = (data.decode("utf-8", "replace").splitlines() for data in (before, after))
    found = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    return tuple(line[:300] for line in found[:MOST_LINES])
