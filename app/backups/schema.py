"""The schema's migrations, inside somebody else's transaction."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from app.backups.rows import ELSEWHERE, FULL_TEXT, VERSION_TABLE
from app.config import ROOT
from app.kernel.model import Base

FOLDER = ROOT / "migrations"


def _config() -> Any:
    config = Config(str(FOLDER / "alembic.ini"))
    config.set_main_option("script_location", str(FOLDER))
    return config


def known(revision: str) -> bool:
    """Whether this release has a migration of that name: else the database is of a newer one."""
    return revision in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema to a revision; nothing is committed."""
    config = _config()
    config.attributes.update(connection=connection, one_transaction=True)
    connection.exec_driver_sql("SELECT 1")  # a transaction that has begun is one that migrations leave open
    command.upgrade(config, revision)


def remove(connection: Connection) -> None:
    """Drop our tables, whatever is in them. PostgreSQL only: SQLite's database is a file."""
    ours = set(Base.metadata.tables) | ELSEWHERE | {VERSION_TABLE}  # those of models that nobody needed here, too
    found = [name for name in inspect(connection).get_table_names() if name in ours or name.startswith(FULL_TEXT)]
    if found:
        names = ", ".join(f'"{name}"' for name in found)
        connection.exec_driver_sql(f"DROP TABLE {names} CASCADE")


def loosen(connection: Connection, table: str, *, tight: bool) -> None:
    """PostgreSQL: let the owner write rows of all tenants, or bind it again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {"" if tight else "NO "}FORCE ROW LEVEL SECURITY')
