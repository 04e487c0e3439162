"""What differs between the tables of two DMN files: rows and columns that came, went or moved, changed cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from app.dmn.editing import Column, Row, Sheet, sheets
from app.dmn.reading import ROOT_TAGS, local, own
from app.kernel.differing import ADDED, CHANGED, MOVED, REMOVED, moved
from app.kernel.safe_xml import read_xml

_DRAWING = frozenset({"DMNDI", "extensionElements"})


@dataclass(frozen=True)
class Change:
    """What became of a row: added, removed, changed or moved. `number`: its place in the new table, of a removed one in
    the old. `cells`: column number of the new table -> (before, after). `was`: the old place of one that moved."""

    kind: str
    number: int
    row: Row
    cells: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    was: int | None = None


@dataclass(frozen=True)
class ColumnChange:
    """What became of a column; `texts` of a changed one: what (label, expression, type, allowed) -> (before, after)."""

    kind: str
    column: Column
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetChange:
    """A table that differs. `kind`: added, removed or changed. `texts`: name and hit policy -> (before, after)."""

    kind: str
    sheet: Sheet
    rows: tuple[Change, ...] = ()
    columns: tuple[ColumnChange, ...] = ()
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.kind != CHANGED or bool(self.rows or self.columns or self.texts)


def table_changes(before: bytes, after: bytes, file: str = "") -> list[SheetChange]:
    """The tables that differ, in the order of the new file, the removed ones last. Raises DefinitionError."""
    old = {sheet.id: sheet for sheet in sheets(before, file)}
    found = [_sheet(old.pop(sheet.id, None), sheet) for sheet in sheets(after, file)]
    found += [SheetChange(REMOVED, sheet, tuple(Change(REMOVED, at, row) for at, row in enumerate(sheet.rows, 1)))
              for sheet in old.values()]
    return [one for one in found if one]


def _sheet(old: Sheet | None, new: Sheet) -> SheetChange:
    if old is None:
        return SheetChange(ADDED, new, tuple(changes(None, new)))
    pairs = {"name": (old.name, new.name), "hit_policy": (old.hit_policy, new.hit_policy)}
    return SheetChange(CHANGED, new, tuple(changes(old, new)), tuple(_columns(old, new)),
                       {name: pair for name, pair in pairs.items() if pair[0] != pair[1]})


def changes(before: Sheet | None, after: Sheet) -> list[Change]:
    """What a reader should look at, in the order of the new table; the removed ones last."""
    old = _by_id(before.rows) if before is not None else {}
    new = _by_id(after.rows)
    passed = moved(list(old), list(new))
    at = _places(before.columns, after.columns) if before is not None else {}
    found: list[Change] = []
    for name, (number, row) in new.items():
        known = old.pop(name, None)
        if known is None:
            found.append(Change(ADDED, number, row))
            continue
        was = known[0] if name in passed else None
        cells = {column: pair for column, text in enumerate(row.cells)
                 if (pair := (_cell(known[1], at.get(column)), text))[0] != text}
        if cells or was is not None:
            found.append(Change(CHANGED if cells else MOVED, number, row, cells, was))
    return found + [Change(REMOVED, number, row) for number, row in old.values()]


def _by_id(rows: Sequence[Row]) -> dict[str, tuple[int, Row]]:
    """Rows with their numbers; those without an id go by their place."""
    return {row.id or f"#{number}": (number, row) for number, row in enumerate(rows, 1)}


def _cell(row: Row, column: int | None) -> str:
    return row.cells[column] if column is not None and column < len(row.cells) else ""


def _names(columns: Sequence[Column]) -> list[tuple[str, str, int]]:
    """What tells columns apart: the part, what it reads or writes, and which one of those."""
    found: list[tuple[str, str, int]] = []
    for column in columns:
        name = (column.part, column.expression or column.label)
        found.append((*name, sum(one[:2] == name for one in found)))
    return found


def _places(before: Sequence[Column], after: Sequence[Column]) -> dict[int, int]:
    """Column number of the new table -> that of the old one. One that reads something else now stays in its place."""
    old, new = _names(before), _names(after)
    found = {at: old.index(name) for at, name in enumerate(new) if name in old}
    for at, name in enumerate(new):
        if at not in found and len(old) == len(new) and old[at][0] == name[0] and at not in found.values():
            found[at] = at
    return found


def _columns(old: Sheet, new: Sheet) -> Iterator[ColumnChange]:
    places = _places(old.columns, new.columns)
    for at, column in enumerate(new.columns):
        if at not in places:
            yield ColumnChange(ADDED, column)
            continue
        was = old.columns[places[at]]
        texts = {name: pair for name in ("label", "expression", "type", "allowed")
                 if (pair := (getattr(was, name), getattr(column, name)))[0] != pair[1]}
        if texts:
            yield ColumnChange(CHANGED, column, texts)
    for at, column in enumerate(old.columns):
        if at not in places.values():
            yield ColumnChange(REMOVED, column)


def without_tables(data: bytes, file: str = "") -> bytes:
    """The file as evenly written text without its tables and its drawing: what `table_changes` does not look at."""
    root = read_xml(data, ROOT_TAGS, file)
    for element in [one for one in root.iter() if isinstance(one.tag, str) and (
            local(one) in _DRAWING or (local(one) == "decisionTable" and own(one)))]:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    for element in root.iter():
        element.tail = None
        element.text = (element.text or "").strip() or None
    etree.indent(root)
    made: bytes = etree.tostring(root, encoding="UTF-8")
    return made
