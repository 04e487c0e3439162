"""Databases for tests: made by the real migrations once, then copied for each test."""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

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


def require_postgres() -> None:
    """Skip on a laptop without a server; fail where CI promises one."""
    try:
        psycopg.connect(f"{SERVER}/postgres", connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs a PostgreSQL server at {SERVER}: {error}")
        pytest.skip(f"no PostgreSQL server at {SERVER}")


def _execute(statement: str) -> None:
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


class Copies:
    """A template database and cheap copies of it. `kind` is sqlite or postgres."""

    def __init__(self, kind: str, folder: Path, made: list[str] | None = None) -> None:
        self.kind, self.folder = kind, folder
        self.names: list[str] = made if made is not None else []

    def empty(self) -> str:
        """URL of a new database without tables."""
        name = f"yikou_test_{uuid.uuid4().hex[:12]}"
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        _execute(f'CREATE DATABASE "{name}"')
        self.names.append(name)
        return f"{SERVER}/{name}"

    def copy(self, url: str) -> str:
        """URL of a copy of an idle database."""
        name = f"yikou_test_{uuid.uuid4().hex[:12]}"
        if self.kind == "sqlite":
            target = self.folder / f"{name}.db"
            shutil.copyfile(url.removeprefix("sqlite:///"), target)
            return f"sqlite:///{target}"
        template = url.rsplit("/", 1)[1]
        _execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.names.append(name)
        return f"{SERVER}/{name}"

    def drop(self, url: str) -> None:
        """Remove one database."""
        if self.kind == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)
            return
        name = url.rsplit("/", 1)[1]
        _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if name in self.names:
            self.names.remove(name)

    def drop_all(self) -> None:
        """Remove what is left at the end of the run."""
        for name in list(self.names):
            _execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
