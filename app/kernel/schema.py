"""Which release's tables the database has, against the migrations that came with this code."""

from __future__ import annotations

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import database


def releases(folder: Path) -> tuple[frozenset[str], str | None]:
    """(migrations before the newest one, the newest one) of the folder `migrations/`."""
    scripts = ScriptDirectory(str(folder))
    newest = scripts.get_current_head()
    return frozenset(one.revision for one in scripts.walk_revisions()) - {newest}, newest


def present() -> str | None:
    """The migration that the installed database was last given; None when it is empty or cannot be asked.

    As the connecting user: nobody else reads `alembic_version`.
    """
    try:
        with database.current().engine.connect() as connection:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    except SQLAlchemyError:
        return None


def is_behind(folder: Path) -> bool:
    """Whether this code must wait for its tables. Those of a newer release will do: migrations come first."""
    found = present()
    return found is None or found in releases(folder)[0]
