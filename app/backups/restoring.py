"""Puts a backup in place of an empty database, or of one that is to be given up.

The schema is made as the backup's release knew it, rows go in, then the migrations since bring it to the present: the
same way for a backup of yesterday and for one of years ago, and from either database into the other.

All of it or nothing: on PostgreSQL one transaction, on SQLite a file of its own that takes the place of the old one.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, func, insert, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.backups import erasures, rows, schema
from app.backups.checking import TORN, Backup
from app.backups.commands import EraseAgain, NoteRestore
from app.backups.model import PendingErasure
from app.kernel import blobs, clock, database, sequencer
from app.kernel.blob_rows import BlobPiece, RowStore, piece_id, pieces
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.model import BASE_TENANT_ID
from app.kernel.pauses import Pause
from app.kernel.unit_of_work import rebuild
from app.tenancy.model import Tenant


@dataclass(frozen=True)
class Restored:
    """What a restore did. `erased`: people who were erased since, and are again; `waiting`: who is as soon as their
    open requests have ended."""

    offices: int
    rows: int
    files: int
    migration: str
    erased: int
    waiting: int


def restore(backup: Backup, *, replace: bool = False, hold: bool = False, upgrade: bool = True,
            erased: list[erasures.Line] | None = None) -> Restored:
    """Fill the installed database and file store from a backup that was read through.

    `replace`: give up what is in the database; `hold`: the offices stay paused until they are released; `upgrade`:
    False leaves the old schema, for rehearsals; `erased`: lines of people who were erased since, beside those that this
    machine and its database know.
    Raises Conflict for a database with offices in it, or one that is in use; Invalid for a backup that does not fit.
    """
    here = database.current()
    if not replace and _filled(here.engine):
        raise Conflict(msg("This database has offices in it. Restoring would replace all of them: say so with "
                           "--replace."))
    in_rows, known = isinstance(blobs.current(), RowStore), erasures.kept()   # also by the database that goes now
    files = sum(1 for _ in backup.files()) if in_rows else _put_files(backup)
    steps = _Steps(backup, hold, upgrade, in_rows)
    _sqlite(here.engine, steps) if here.dialect == "sqlite" else _postgresql(here.engine, steps)
    if not upgrade:
        return Restored(0, steps.count, files, steps.head, 0, 0)
    offices, done, waiting = _note(backup, hold, [*known, *(erased or [])])
    return Restored(offices, steps.count, files, steps.head, done, waiting)


def _put_files(backup: Backup) -> int:
    """Into a store outside the database; contents that no row names do no harm."""
    files = 0
    for tenant_id, sha256, content in backup.files():
        if blobs.current().put(tenant_id, content) != sha256:
            raise Invalid(TORN, file=backup.path.name, fault=sha256)
        files += 1
    return files


def _filled(engine: Engine) -> bool:
    """Asked as the workers' role: row-level security would tell an owner that there is no office."""
    if not inspect(engine).has_table("tenant"):
        return False
    with database.current().claim() as session:
        return session.scalars(select(Tenant.tenant_id).limit(1)).first() is not None


@dataclass
class _Steps:
    """What happens in the one transaction."""

    backup: Backup
    hold: bool
    upgrade: bool
    files_in_rows: bool = False
    count: int = 0
    head: str = ""

    def run(self, connection: Connection) -> None:
        """On a database without tables."""
        schema.upgrade(connection, str(self.backup.manifest["migration"]))
        self._fill(connection)
        if self.upgrade:
            schema.upgrade(connection)
            _check_chains(connection, self.backup)
            if self.files_in_rows:
                self._put_pieces(connection)
        self.head = rows.revision(connection) or ""
        if self.hold:
            _pause(connection)

    def _fill(self, connection: Connection) -> None:
        there = {table.name: table for table in rows.tables(connection)}
        told = self.backup.tables()
        if {one.name: set(one.columns) for one in told} != {one.name: set(one.columns) for one in there.values()}:
            raise Invalid(TORN, file=self.backup.path.name, fault="tables")
        for name in reversed(there):
            schema.loosen(connection, name, tight=False)
            connection.exec_driver_sql(f'DELETE FROM "{name}"')
        by_name = {one.name: one for one in told}
        for name in there:  # the order of this database: it follows its foreign keys
            self.count += rows.write(connection, by_name[name], self.backup.lines(name))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            for name in there:
                schema.loosen(connection, name, tight=True)
            connection.exec_driver_sql("ANALYZE")  # until it looks by itself it would plan as if tables were empty
        elif connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise Invalid(TORN, file=self.backup.path.name, fault="references")


    def _put_pieces(self, connection: Connection) -> None:
        """The contents of files, with the rows that name them."""
        table = BlobPiece.__tablename__
        schema.loosen(connection, table, tight=False)
        for tenant_id, sha256, content in self.backup.files():
            if hashlib.sha256(content).hexdigest() != sha256:
                raise Invalid(TORN, file=self.backup.path.name, fault=sha256)
            same = {"tenant_id": tenant_id, "sha256": sha256}
            connection.execute(insert(BlobPiece), [
                {**same, "id": piece_id(sha256, number), "number": number, "data": one}
                for number, one in enumerate(pieces(io.BytesIO(content)))])
        schema.loosen(connection, table, tight=True)


def _check_chains(connection: Connection, backup: Backup) -> None:
    """Every office's trail of events holds, before anybody relies on it."""
    postgresql = connection.dialect.name == "postgresql"
    if postgresql:
        rows.take_role(connection, BASE_TENANT_ID)
    for tenant_id in [*connection.execute(select(Tenant.tenant_id)).scalars(), BASE_TENANT_ID]:
        if postgresql:
            rows.take_role(connection, tenant_id)
        with Session(connection, info={"tenant_id": tenant_id, "role": None},
                     join_transaction_mode="rollback_only") as session:
            broken = sequencer.broken_link(session)
        if broken is not None:
            raise Invalid(TORN, file=backup.path.name, fault=f"event {broken}")
    if postgresql:
        connection.exec_driver_sql("RESET ROLE")


def _pause(connection: Connection) -> None:
    """In the same transaction: no worker ever sees these offices at work."""
    for table in (Pause.__tablename__, Tenant.__tablename__):
        schema.loosen(connection, table, tight=False)
    held = set(connection.execute(select(Pause.tenant_id)).scalars())
    for tenant_id in connection.execute(select(Tenant.tenant_id)).scalars().all():
        if tenant_id not in held:
            connection.execute(insert(Pause).values(tenant_id=tenant_id, id=tenant_id, since=clock.now()))
    for table in (Pause.__tablename__, Tenant.__tablename__):
        schema.loosen(connection, table, tight=True)


def _postgresql(engine: Engine, steps: _Steps) -> None:
    def work(connection: Connection) -> None:
        schema.remove(connection)
        steps.run(connection)

    rebuild(engine, work)


def _sqlite(engine: Engine, steps: _Steps) -> None:
    """The old file must be free: a process that still has it open would go on writing into nothing."""
    if not engine.url.database:
        raise Conflict(msg("A database in memory cannot be restored."))
    target = Path(engine.url.database).resolve()
    aside = target.with_name(f".{target.name}.restoring")
    aside.unlink(missing_ok=True)
    fresh = create_engine(f"sqlite:///{aside}")
    try:
        rebuild(fresh, steps.run)
        fresh.dispose()
        _close(engine)
        with aside.open("rb") as content:
            os.fsync(content.fileno())
        aside.replace(target)
    finally:
        fresh.dispose()
        aside.unlink(missing_ok=True)


def _close(engine: Engine) -> None:
    """Take the write-ahead log into the file, which only the last one who has it open can do."""
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            if driver.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
                raise Conflict(msg("Others have this database open: stop the web server and the workers first."))
    except OperationalError:
        raise Conflict(msg("Others have this database open: stop the web server and the workers first.")) from None
    finally:
        engine.dispose()


def _note(backup: Backup, hold: bool, erased: list[erasures.Line]) -> tuple[int, int, int]:
    """Each office's trail says what happened to it, and people who were erased since are erased again."""
    with database.current().claim() as session:
        offices = list(session.scalars(select(Tenant.tenant_id)))
    lines = [*erased, *backup.erased()]
    for tenant_id in offices:
        dispatch(NoteRestore(tenant_id=tenant_id, actor=SYSTEM, made_at=str(backup.manifest["made_at"]), held=hold,
                             migration=str(backup.manifest["migration"]), erased=erasures.of_office(lines, tenant_id)))
    return len(offices), *_erase_again(offices)


def _erase_again(offices: list[UUID]) -> tuple[int, int]:
    done = waiting = 0
    for tenant_id in offices:
        done += dispatch(EraseAgain(tenant_id=tenant_id, actor=SYSTEM))["erased"]
        with database.current().read(tenant_id) as session:
            waiting += session.scalar(select(func.count()).select_from(PendingErasure)) or 0
    return done, waiting
