"""Runs the migrations of migrations/versions on the app's own engine, on one machine at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from app.extensions import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
PREPARING = 0x79696B6F75
"""A number among advisory locks that nobody else uses: `yikou` in ASCII."""


def upgrade(engine: Engine | None = None) -> None:
    """Bring the schema to the newest version; nothing happens when it is there. Without an engine: the app's."""
    config = Config(str(FOLDER / "alembic.ini"))
    config.set_main_option("script_location", str(FOLDER))
    with (engine or db.engine).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def alone(engine: Engine | None = None) -> Iterator[None]:
    """Within it, no other machine prepares the same database; the second waits, and then finds everything done.

    A lock of an empty transaction that ends with its connection: a machine that dies in the middle keeps nobody out.
    """
    here = engine or db.engine
    if here.dialect.name != "postgresql":
        yield
        return
    with here.connect() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": PREPARING})
        yield
