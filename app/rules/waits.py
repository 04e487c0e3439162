"""What is awaited, for one batch: read once, changed in memory, written once. The rows are the truth otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, insert, select

from app.rules.model import RuleDue

DUE: Table = RuleDue.__table__  # type: ignore[assignment]
PIECE = 5_000
"""Values in one statement."""
Key = tuple[str, str]
"""(version, group)."""


@dataclass
class Waits:
    """The open waits of the keys that a batch touches. `execute` runs a statement of the transaction."""

    execute: Callable[..., Any]
    tenant_id: UUID
    open: dict[Key, list[dict[str, Any]]] = field(default_factory=dict)
    gone: list[UUID] = field(default_factory=list)

    def read(self, keys: Iterable[Key]) -> None:
        """What is open for these keys."""
        wanted = set(keys)
        versions, groups = {version for version, _group in wanted}, sorted({group for _version, group in wanted})
        for at in range(0, len(groups), PIECE):
            query = select(DUE.c.id, DUE.c.version, DUE.c.group_hash, DUE.c.due_at).where(
                DUE.c.tenant_id == self.tenant_id, DUE.c.version.in_(versions),
                DUE.c.group_hash.in_(groups[at:at + PIECE]))
            for row in self.execute(query):
                if (row[1], row[2]) in wanted:
                    self.open.setdefault((row[1], row[2]), []).append({"known": row[0], "due_at": row[3]})

    def end(self, key: Key, at: datetime) -> None:
        """What was awaited came at `at`: waits that were not over by then end."""
        kept = []
        for one in self.open.get(key, ()):
            if one["due_at"] < at:
                kept.append(one)
            elif "known" in one:
                self.gone.append(one["known"])
        self.open[key] = kept

    def add(self, key: Key, row: dict[str, Any]) -> None:
        """One more wait, as the columns of its row."""
        self.open.setdefault(key, []).append(row)

    def write(self) -> None:
        """Into the table."""
        new = [one for waits in self.open.values() for one in waits if "known" not in one]
        if new:
            self.execute(insert(DUE), new)
        for at in range(0, len(self.gone), PIECE):
            self.execute(delete(DUE).where(DUE.c.tenant_id == self.tenant_id, DUE.c.id.in_(self.gone[at:at + PIECE])))
