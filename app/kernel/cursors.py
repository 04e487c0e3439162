"""PostgreSQL's cursor with a description that costs little: SQLAlchemy asks for it after each statement.

psycopg makes an object of each column that can say its size and precision; only name and type are ever looked at.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import ExecStatus

Column = tuple[str, int, None, None, None, None, None]


class LeanCursor(psycopg.Cursor[Any]):
    """As psycopg's; `description` is what PEP 249 asks for, as plain tuples. The connection's encoding is UTF-8."""

    @property
    def description(self) -> list[Column] | None:  # type: ignore[override]
        """Name and type (an oid) of each column; None where a statement gives no rows."""
        found = self.pgresult
        if found is None or not (found.nfields or found.status == ExecStatus.TUPLES_OK):
            return None
        return [((found.fname(at) or b"").decode(), found.ftype(at), None, None, None, None, None)
                for at in range(found.nfields)]
