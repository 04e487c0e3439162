"""Was anything committed? Asked after each death, so it must cost next to nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, event

from app.kernel.model import Base
from tests.reliability.books import LEFT_OUT


class Watch(Protocol):
    """A mark that changes when, and only when, some other connection has committed a change."""

    def mark(self) -> Any: ...


class _SqliteWatch:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path)

    def mark(self) -> Any:
        return self.connection.execute("PRAGMA data_version").fetchone()

    def close(self) -> None:
        self.connection.close()


class _PostgresWatch:
    """A digest over the tables: transaction numbers are the whole server's, which others use as well."""

    def __init__(self, words: str, tables: Collection[str]) -> None:
        self.connection = psycopg.connect(words, autocommit=True)
        self.query = " UNION ALL ".join(
            f"SELECT '{table}', count(*), sum(hashtextextended(t::text, 0)) FROM \"{table}\" t"
            for table in sorted(tables))

    def mark(self) -> Any:
        return sorted(self.connection.execute(self.query).fetchall())  # type: ignore[call-overload]  # several may append

    def close(self) -> None:
        self.connection.close()


@contextmanager
def watching(engine: Engine, tables: Collection[str]) -> Iterator[Watch]:
    """A watch on the database of `engine`, on a connection of its own. `tables`: those that are written at all."""
    words = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    watch = _SqliteWatch(str(engine.url.database)) if engine.dialect.name == "sqlite" else _PostgresWatch(words, tables)
    try:
        yield watch
    finally:
        watch.close()


WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)')


@contextmanager
def written_tables(engine: Engine) -> Iterator[set[str]]:
    """Names of the tables that are written within the block, leases apart."""
    tables: set[str] = set()
    known = set(Base.metadata.tables) - LEFT_OUT

    def note(_connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        tables.update(known.intersection(WRITES.findall(text)))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(engine, "before_cursor_execute", note)
