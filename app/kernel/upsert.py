"""Insert a row unless its key is taken: for rows that two transactions may make at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.kernel.model import Base


def insert_missing(session: Session, model: type[Base], **values: Any) -> None:
    """Wait for another transaction that inserts the same key, then leave its row as it is."""
    made = insert_into(session.get_bind().dialect.name, model)
    session.connection().execute(made.values(**values).on_conflict_do_nothing())


def insert_into(dialect: str, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An insert that can say what happens when the key is taken; both databases have the same words for it."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  narrows the type; mapped classes of ours have plain tables
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
