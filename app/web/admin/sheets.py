"""Decision tables as a form: the fields of a page of tables, what somebody sent back, and how rows move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app import dmn
from app.kernel.errors import Invalid, Problem, msg
from app.web.texts import locale

MOST_ROWS = 2000
ACTIONS = ("add", "copy", "remove", "up", "down")


def names(tables: Sequence[dmn.Sheet], form: Mapping[str, str]) -> set[str]:
    """Every field that a page with these tables may send."""
    found = {"begun_from", "reason", "free", "days", "tried", "_action"}
    for at, sheet in enumerate(tables):
        found.add(f"t{at}-rows")
        for row in range(_count(form, at)):
            found |= {f"t{at}-r{row}-id", *(f"t{at}-r{row}-c{column}" for column in range(len(sheet.columns)))}
    return found


def sent(tables: Sequence[dmn.Sheet], form: Mapping[str, str]) -> dict[str, list[dmn.Row]]:
    """The rows of each table by its id, as somebody wrote them."""
    return {sheet.id: [_row(form, at, row, len(sheet.columns)) for row in range(_count(form, at))]
            for at, sheet in enumerate(tables)}


def _count(form: Mapping[str, str], at: int) -> int:
    given = form.get(f"t{at}-rows", "")
    if not (given.isdecimal() and given.isascii() and len(given) < 6 and int(given) <= MOST_ROWS):
        raise Invalid(msg("The table did not arrive whole. Please open it again."))
    return int(given)


def _row(form: Mapping[str, str], at: int, row: int, width: int) -> dmn.Row:
    cells = [form.get(f"t{at}-r{row}-c{column}") for column in range(width)]
    if None in cells:
        raise Invalid(msg("The table did not arrive whole. Please open it again."))
    return dmn.Row(form.get(f"t{at}-r{row}-id", ""), tuple((cell or "").strip() for cell in cells))


def moved(tables: Sequence[dmn.Sheet], rows: dict[str, list[dmn.Row]], action: str) -> tuple[int, int]:
    """Do `add:table`, `copy:table:row`, `remove:`, `up:` or `down:`; answers the table and row to look at next.

    Raises Invalid for anything else.
    """
    name, _, place = action.partition(":")
    table, _, row = place.partition(":")
    if name not in ACTIONS or not table.isdecimal() or int(table) >= len(tables):
        raise Invalid(msg("This step is not known."))
    sheet = tables[int(table)]
    here = rows[sheet.id]
    if name == "add":
        here.append(dmn.Row("", ("",) * len(sheet.columns)))
        return int(table), len(here) - 1
    if not row.isdecimal() or int(row) >= len(here):
        raise Invalid(msg("This step is not known."))
    return int(table), _move(here, name, int(row))


def _move(rows: list[dmn.Row], name: str, at: int) -> int:
    if name == "remove":
        del rows[at]
        return max(0, at - 1)
    if name == "copy":
        rows.insert(at + 1, replace(rows[at], id="", marks=()))
        return at + 1
    to = min(max(0, at + (1 if name == "down" else -1)), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    return to


def by_table(tables: Sequence[dmn.Sheet], problems: Sequence[Problem]) -> list[tuple[str, Problem]]:
    """Each problem with the decision whose table it is about; empty where the page has one table, or it is of none."""
    owners = {mark: sheet.decision for sheet in tables for mark in (sheet.id, *_marks(sheet))}
    return [(owners.get(one.element or "", "") if len(tables) > 1 else "", one) for one in problems]


def _marks(sheet: dmn.Sheet) -> list[str]:
    return [mark for row in sheet.rows for mark in (row.id, *row.marks) if mark]


def titles(data: bytes, key: str) -> dict[str, str]:
    """Decision -> what it is called in the reader's language, where the file says it in both: `zh / en`."""
    chosen = 0 if locale() == "zh" else -1
    return {decision: said.split(" / ")[chosen].strip() for decision, said in dmn.titles(data, key).items()}


Faults = dict[tuple[int, int, int], list[Problem]]


def faults(tables: Sequence[dmn.Sheet], problems: Sequence[Problem]) -> tuple[Faults, list[Problem]]:
    """Errors by (table, row, column), and those that belong to no cell."""
    places = {mark: (at, row, column) for at, sheet in enumerate(tables) for row, one in enumerate(sheet.rows)
              for column, mark in enumerate(one.marks) if mark}
    places = {**{one.id: (at, row, 0) for at, sheet in enumerate(tables) for row, one in enumerate(sheet.rows)
                 if one.id}, **places}
    cells: Faults = {}
    rest: list[Problem] = []
    for problem in problems:
        place = places.get(problem.element or "")
        if place is None:
            rest.append(problem)
        else:
            cells.setdefault(place, []).append(problem)
    return cells, rest
