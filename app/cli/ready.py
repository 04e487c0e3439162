"""`flask ready` and `flask take-over-files`: whether this machine can work beside others, and how one becomes many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from app import backups
from app.cli.migrate import FOLDER
from app.cli.saying import say
from app.kernel import blob_rows, blobs, clock, database, schema
from app.kernel.commands import SYSTEM
from app.kernel.errors import msg
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenants

CLOCK_SECONDS = 2.0
"""Leases and dates follow each machine's own clock: more difference than this is a fault of the machine."""
Found = tuple[bool, str, dict[str, Any]]
"""Whether it is a fault, and what to say."""


@click.command("ready", help="Tell whether this machine can work, alone or beside others; exit code 1 when it cannot.")
@with_appcontext
def ready() -> None:
    """One line for each thing that is looked at."""
    found = list(_database())
    if not any(fault for fault, _said, _params in found):
        found += [*_state(), *_machine()]
    for fault, said, params in found:
        say(said, err=fault, **params)
    if any(fault for fault, _said, _params in found):
        raise click.exceptions.Exit(1)


def _database() -> Iterator[Found]:
    older, wanted = schema.releases(FOLDER)
    found = schema.present()
    if found is None:
        yield True, msg("The database does not answer, or is empty: flask db upgrade makes its tables."), {}
    elif found in older:
        yield True, msg("The database has tables of %(found)s, this release needs %(wanted)s: flask db upgrade."), {
            "found": found, "wanted": wanted}
    else:
        yield False, msg("The database has the tables of this release."), {}


def _state() -> Iterator[Found]:
    """What would lie on this machine alone."""
    config, here = current_app.config, database.current()
    if here.dialect == "sqlite":
        yield False, msg("The database is a file of this machine: web and worker must run here. "
                         "DATABASE_URL of PostgreSQL lets any number of machines work."), {}
        return
    for name in ("ATTACHMENTS_PATH", "EXPORTS_PATH"):
        folder = config.get(name)
        if not folder:
            continue
        if Path(folder).is_dir():
            yield False, msg("%(name)s is %(folder)s: it must be the same folder on every machine. "
                             "Without the setting files lie in the database."), {"name": name, "folder": folder}
        else:
            yield True, msg("%(name)s is %(folder)s, and there is no such folder."), {"name": name, "folder": folder}
    if not config["SECRET_KEY_SHARED"]:
        yield False, msg("SECRET_KEY is set: it must be the same on every machine."), {}
    left = _left_in_folder()
    if left:
        yield True, msg("%(files)s files lie on this machine only: flask take-over-files brings them into the "
                        "database."), {"files": left}


def _left_in_folder() -> int:
    store = blobs.current()
    return sum(store.left(office.tenant_id) for office in tenants()) if isinstance(store, blob_rows.RowStore) else 0


def _machine() -> Iterator[Found]:
    here = database.current()
    if here.dialect != "postgresql":
        return
    with here.engine.connect() as connection:
        now = connection.execute(sql("SELECT clock_timestamp()")).scalar_one()
        apart = abs((clock.now() - now).total_seconds())
    if apart > CLOCK_SECONDS:
        yield True, msg("The clock of this machine is %(seconds)s s away from the database's: "
                        "set both by a time server."), {"seconds": round(apart)}
    for role in (database.APP_ROLE, database.WORKER_ROLE):
        try:
            with here.engine.connect() as connection:
                connection.execute(sql(f"SET LOCAL ROLE {role}"))
        except SQLAlchemyError:
            yield True, msg("The database's user may not take the role %(role)s: GRANT %(role)s TO it."), {"role": role}


@click.command("take-over-files", help="Bring files that lie in this machine's folder into the database.")
@with_appcontext
def take_over_files() -> None:
    """Once, on the machine that was the only one; the folder may go afterwards. Who was erased is brought along."""
    store = blobs.current()
    if not isinstance(store, blob_rows.RowStore):
        say(msg("Files lie in a folder here, as they are meant to."))
        return
    brought, lines = 0, backups.erasures.kept()
    for office in tenants():
        brought += store.take_over(office.tenant_id)
        people = backups.erasures.of_office(lines, office.tenant_id)
        transact(office.tenant_id, SYSTEM, partial(backups.erasures.take_over, people))
    say(msg("%(files)s files were brought into the database."), files=brought)
