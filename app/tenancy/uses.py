"""What still needs a unit or a place: rooms that refer to them say so, and whoever switches one off asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.kernel.errors import DefinitionError, msg

Use = tuple[str, dict[str, Any]]
"""A sentence (message id and parameters) about one use."""
Asker = Callable[[Session, UUID, str], list[Use]]
_askers: dict[tuple[str, str], Asker] = {}


def asker(kind: str, name: str) -> Callable[[Asker], Asker]:
    """Register who knows uses of `unit` or `place` by code; registering a name again replaces it."""

    def register(function: Asker) -> Asker:
        _askers[kind, name] = function
        return function

    return register


def of(session: Session, tenant_id: UUID, kind: str, code: str) -> list[Use]:
    """All uses of one code."""
    return [use for (asked, _name), ask in _askers.items() if asked == kind for use in ask(session, tenant_id, code)]


@asker("unit", "tables")
def _tables(session: Session, tenant_id: UUID, code: str) -> list[Use]:
    """Tables in force that give the unit as an answer."""
    found: list[Use] = []
    for published in catalog.all_live(session, tenant_id, "decision"):
        try:
            sheets = dmn.sheets(published.data, published.key)
        except DefinitionError:
            continue
        rows = sum(any(column.part == "output" and cell == f'"{code}"'
                       for column, cell in zip(sheet.columns, row.cells, strict=True))
                   for sheet in sheets for row in sheet.rows)
        if rows:
            found.append((msg("The decision table %(table)s names it in %(rows)s rows."),
                          {"table": published.key, "rows": rows}))
    return found
