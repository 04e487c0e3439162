"""Alembic's entry: runs the migrations on the connection that was given, or on the app's own engine."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

config = context.config


MIGRATING = 0x79696B6F76
"""A number among PostgreSQL's advisory locks: machines that start at once migrate one after the other."""


def run(connection: Connection) -> None:
    """One transaction for each migration; SQLite rebuilds tables in batches."""
    locks = connection.dialect.name == "postgresql"
    if locks:
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATING})")
        connection.commit()
    try:
        migrate(connection)
    finally:
        if locks:
            connection.rollback()
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATING})")
            connection.commit()


def migrate(connection: Connection) -> None:
    """Bring the tables to the revision that was asked for."""
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
