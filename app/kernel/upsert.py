"""Insert a row unless its key is taken: for counters that two transactions may make at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.model import Base


def insert_missing(session: Session, model: type[Base], **values: Any) -> None:
    """Wait for another transaction that inserts the same key, then leave its row as it is."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  narrows the type; mapped classes of ours have plain tables
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.connection().execute(insert(table).values(**values).on_conflict_do_nothing())
