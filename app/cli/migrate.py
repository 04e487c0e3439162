"""Runs the migrations of migrations/versions on the app's own engine."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from app.extensions import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def upgrade(engine: Engine | None = None) -> None:
    """Bring the schema to the newest version; nothing happens when it is there. Without an engine: the app's."""
    config = Config(str(FOLDER / "alembic.ini"))
    config.set_main_option("script_location", str(FOLDER))
    with (engine or db.engine).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
