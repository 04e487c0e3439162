"""Alembic's entry: runs the migrations on the connection that was given, or on the app's own engine."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

config = context.config


def run(connection: Connection) -> None:
    """One transaction for each migration; SQLite rebuilds tables in batches."""
    context.configure(connection=connection, target_metadata=None, render_as_batch=True,
                      transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


given = config.attributes.get("connection")
if given is not None:
    run(given)
    if not config.attributes.get("one_transaction"):  # else its owner has more to do in it
        given.commit()
else:
    from flask import current_app

    with current_app.extensions["migrate"].db.engine.connect() as own:
        run(own)
        own.commit()
