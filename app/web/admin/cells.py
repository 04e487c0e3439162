"""Cells of decision tables for who is no programmer: a list to choose from where a cell is plain, and rows in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app import dmn
from app.kernel.errors import msg
from app.knowledge import queries as knowledge
from app.tenancy import queries as tenancy
from app.web.texts import locale, name_of, t
from app.web.words import WORDS, word

ANY = "-"
LITERALS = re.compile(r'\s*"([^"\\]*)"\s*')
NOT = re.compile(r"not\((.+)\)")
_WORDS = {"nature": "nature", "outcome": "outcome",
          "urgency": "urgency", "urgency_stated": "urgency", "kind": "kind", "module": "module", "channel": "channel",
          "solved": "solved"}
"""Name of a column -> the list of words of its codes."""
TRUTH = {"? = true": msg("yes"), "true": msg("yes"), "false": msg("no"), "? = false": msg("no"),
         "? != false": msg("yes or not known"), "? != true": msg("no or not known")}
"""Cells of a column of yes and no, in words."""
ASKED = ("? = true", "? = false", "? != false", "? != true")
Choices = list[tuple[str, str]]


@dataclass(frozen=True)
class Names:
    """What codes are called at this office."""

    units: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)


def names(session: Session) -> Names:
    """Those of the session's office, in the reader's language."""
    return Names({unit.code: name_of(unit) for unit in tenancy.units(session)},
                 {service.code: name_of(service) for service in knowledge.services(session, active_only=False)})


def choices(column: dmn.Column, known: Names) -> Choices:
    """(cell text, words) of what one may choose in a column; empty where cells are free text."""
    if column.part not in ("input", "output"):
        return []
    first = [(ANY, t(msg("any")))] if column.part == "input" else []
    if column.type == "boolean":
        return [*first, *((text, t(TRUTH[text])) for text in (ASKED if column.part == "input" else ("true", "false")))]
    allowed = literals(column.allowed)
    codes = allowed if allowed else list(_listed(column, known))
    return [*first, *((f'"{code}"', said(column, code, known)) for code in codes)] if codes else []


def _listed(column: dmn.Column, known: Names) -> Mapping[str, str]:
    if column.expression == "unit":
        return known.units
    if column.expression == "service" and column.part == "input":
        return known.services
    return WORDS[_WORDS[column.expression]] if column.expression in _WORDS else {}


def literals(text: str) -> list[str]:
    """The texts of `"a", "b"`; empty for anything else."""
    parts = [LITERALS.fullmatch(part) for part in text.split(",")]
    return [part[1] for part in parts if part] if all(parts) else []


def said(column: dmn.Column, code: str, known: Names) -> str:
    """A code in words."""
    if column.expression == "service" and code in known.services:
        return f"{code} {known.services[code]}"
    if column.expression == "unit":
        return known.units.get(code) or word("span", code)
    kind = _WORDS.get(column.expression, "value")
    return word(kind, code)


def sentence(sheet: dmn.Sheet, row: dmn.Row, known: Names) -> str:
    """A row as one reads it aloud: when it holds, and what is decided then."""
    pairs = list(zip(sheet.columns, row.cells, strict=True))
    when = conditions(sheet, row, known)
    then = [f"{half(column.label)}: {_cell(column, cell, known)}" for column, cell in pairs if column.part == "output"]
    answers = ", ".join(then)
    if not when:
        return t(msg("In all other cases: %(answers)s."), answers=answers)
    return t(msg("When %(conditions)s, then %(answers)s."), conditions=t(msg(" and ")).join(when), answers=answers)


def conditions(sheet: dmn.Sheet, row: dmn.Row, known: Names, without: str = "") -> list[str]:
    """What a row asks for, one phrase for each column that is not free; `without`: the expression of a column."""
    return [f"{half(column.label)}: {_cell(column, cell, known)}"
            for column, cell in zip(sheet.columns, row.cells, strict=True)
            if column.part == "input" and cell not in (ANY, "") and column.expression != without]


def _cell(column: dmn.Column, cell: str, known: Names) -> str:
    if column.type == "boolean" and cell in TRUTH:
        return t(TRUTH[cell])
    but = NOT.fullmatch(cell.strip())
    if but is not None and literals(but[1]):
        return t(msg("anything but %(values)s"), values=_cell(column, but[1], known))
    found = literals(cell)
    return t(msg(" or ")).join(said(column, code, known) for code in found) if found else cell


def half(label: str) -> str:
    """The reader's half of a column's heading that says both languages: `服务事项 Service`."""
    zh, _, en = label.partition(" ")
    return (zh if locale() == "zh" else en) if en and not zh.isascii() else label
