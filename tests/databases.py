"""Databases for tests: made by the real migrations once, then copied for each test."""

from __future__ import annotations

import os
import shutil
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432")


def migrate(url: str) -> None:
    """Run all migrations on the database of `url`."""
    engine = create_engine(url)
    with engine.connect() as connection:
        config = Config(str(ROOT / "migrations" / "alembic.ini"))
        config.set_main_option("script_location", str(ROOT / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


_kept: dict[str, Engine] = {}
STATEMENTS = 4_000
"""Compiled statements that are kept: all tests together know more than the 500 that an engine keeps."""


def compiled_once(engine: Engine) -> None:
    """Let the engines of all tests of a kind share their compiled statements: compiling took a third of a test's time."""
    first = _kept.setdefault(engine.dialect.name, engine)
    if first is engine:
        engine.connect().close()  # a dialect learns of its server when its own engine connects
        engine._compiled_cache.capacity = STATEMENTS
    if first is not engine:
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


def require_postgres() -> None:
    """Skip on a laptop without a server; fail where CI promises one."""
    try:
        psycopg.connect(f"{SERVER}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs a PostgreSQL server at {SERVER}: {error}")
        pytest.skip(f"no PostgreSQL server at {SERVER}")


@cache
def _administration() -> Connection:
    """A connection that makes, names and removes databases: a new one for each would take longer than a new name does."""
    connection = psycopg.connect(f"{SERVER}/postgres", autocommit=True)
    connection.execute("SET synchronous_commit = off")
    return connection


def _execute(statement: str) -> None:
    if _administration().closed:  # the server ended it
        _administration.cache_clear()
    _administration().execute(statement)  # type: ignore[arg-type]


class Copies:
    """A template database and cheap copies of it. `kind` is sqlite or postgres.

    PostgreSQL takes a second to make a database and to remove it, so a copy that is given back is used again: its rows
    are made those of the template, and its name is a new one, because caches know a database by its address.
    """

    def __init__(self, kind: str, folder: Path, made: list[str] | None = None) -> None:
        self.kind, self.folder = kind, folder
        self.names: list[str] = made if made is not None else []
        self._pristine: dict[str, Pristine] = {}
        self._begun: dict[str, tuple[str, int]] = {}
        self._idle: dict[str, list[str]] = {}

    def empty(self) -> str:
        """URL of a new database without tables."""
        name = _new_name()
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        self._create(name)
        return f"{SERVER}/{name}"

    def copy(self, url: str) -> str:
        """URL of a copy of an idle database."""
        name = _new_name()
        if self.kind == "sqlite":
            target = self.folder / f"{name}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        template = url.rsplit("/", 1)[1]
        if self._idle.get(template):
            before = self._idle[template].pop()
            _execute(f'ALTER DATABASE "{before}" RENAME TO "{name}"')
            self.names[self.names.index(before)] = name
            self._begun[name] = self._begun.pop(before)
            return f"{SERVER}/{name}"
        self._create(name, template)
        if template not in self._pristine:
            self._pristine[template] = Pristine(name)
        with _connected(name) as connection:
            self._begun[name] = template, _now(connection)
        return f"{SERVER}/{name}"

    def _create(self, name: str, template: str = "template1") -> None:
        _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')  # no test pulls the plug of this server
        self.names.append(name)

    def drop(self, url: str) -> None:
        """Remove one database, or keep it as it was in the beginning for the next one who wants a copy."""
        if self.kind == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)
            return
        name = url.rsplit("/", 1)[1]
        template, since = self._begun.get(name, ("", 0))
        now = self._pristine[template].restore(name, since) if template else None
        if now is not None:
            self._begun[name] = template, now
            self._idle.setdefault(template, []).append(name)
            return
        _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if name in self.names:
            self.names.remove(name)

    def drop_all(self) -> None:
        """Remove what is left at the end of the run."""
        for name in list(self.names):
            _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Pristine:
    """The rows of a template on PostgreSQL, by table, to be put back where a test changed them."""

    def __init__(self, copy: str) -> None:
        """`copy`: a database that was made of the template and not used yet."""
        with _connected(copy) as connection:
            self.shape = _shape(connection)
            self.columns: dict[str, str] = dict(connection.execute(COLUMNS).fetchall())
            self.rows = {table: self._read(connection, table) for table in self.columns}

    def _read(self, connection: Connection, table: str) -> tuple[int, bytes]:
        count = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # type: ignore[arg-type]
        copy = f'COPY "{table}" ({self.columns[table]}) TO STDOUT (FORMAT binary)'
        with connection.cursor().copy(copy) as data:  # type: ignore[arg-type]
            return (count or (0,))[0], b"".join(bytes(part) for part in data)

    def restore(self, name: str, since: int) -> int | None:
        """Put back what changed after transaction `since`; the number of a transaction after it. None when tables or
        rights changed: then it is no copy; also where only a superuser may do this."""
        try:
            return self._restored(name, since)
        except psycopg.errors.InsufficientPrivilege:
            return None

    def _restored(self, name: str, since: int) -> int | None:
        with _connected(name) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                               "WHERE datname = current_database() AND pid <> pg_backend_pid()")
            if _shape(connection) != self.shape:
                return None
            connection.execute("SET session_replication_role = replica")  # without triggers and foreign keys
            for table in self._changed(connection, since):
                connection.execute(f'DELETE FROM "{table}"')  # type: ignore[arg-type]
                copy = f'COPY "{table}" ({self.columns[table]}) FROM STDIN (FORMAT binary)'
                with connection.cursor().copy(copy) as data:  # type: ignore[arg-type]
                    data.write(self.rows[table][1])
            connection.commit()
            return _now(connection)

    def _changed(self, connection: Connection, since: int) -> list[str]:
        asked = " UNION ALL ".join(
            f"SELECT '{table}', count(*), count(*) FILTER (WHERE xmin::text::bigint > {since}) FROM \"{table}\""
            for table in self.columns)
        return [table for table, count, fresh in connection.execute(asked).fetchall()  # type: ignore[arg-type]
                if fresh or count != self.rows[table][0]]


Connection = psycopg.Connection[tuple[Any, ...]]
COLUMNS = """SELECT c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = ''
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.relname"""
SHAPE = """SELECT (SELECT md5(string_agg(concat_ws(' ', oid, relname, relacl, relrowsecurity, relforcerowsecurity, relowner),
        ',' ORDER BY oid)) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT md5(string_agg(concat_ws(' ', polrelid, polname, polcmd, polroles), ',' ORDER BY oid)) FROM pg_policy),
    (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_constraint)"""


def _connected(name: str) -> Connection:
    return psycopg.connect(f"{SERVER}/{name}")


def _shape(connection: Connection) -> tuple[Any, ...] | None:
    return connection.execute(SHAPE).fetchone()


def _now(connection: Connection) -> int:
    """The number of the present transaction: what is written later has a higher one."""
    return int(connection.execute("SELECT pg_current_xact_id()::text").fetchone()[0])  # type: ignore[index]


def _new_name() -> str:
    return f"yikou_test_{uuid.uuid4().hex[:12]}"
