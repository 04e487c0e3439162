"""A backup is made while people work, and brings everything back: into the same kind of database and into the other."""

from __future__ import annotations

import json
import random
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, select

from app import backups
from app.backups.commands import ReleaseOffice
from app.backups.model import PendingErasure
from app.cases.commands import ErasePerson, RateCase, WithdrawCase
from app.cases.model import Case, Person
from app.kernel import blobs, database, pauses, sequencer
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.errors import Conflict, Invalid, NotFound, Paused
from app.kernel.unit_of_work import transact
from app.tenancy.attachments import AcceptAttachment, Attachment, ReleaseAttachments, bind
from tests.databases import Copies
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
                    "0000000d49444154789c63f8cfc0f01f0005000201a5f645400000000049454e44ae426082")


@pytest.fixture(autouse=True)
def stores(tmp_path: Path) -> None:
    """Files and the list of erased people of this test only."""
    use_files(tmp_path / "files")


def use_files(folder: Path) -> None:
    blobs.install(blobs.FolderStore(folder))
    backups.erasures.configure(folder / "erased.jsonl")


@contextmanager
def another(copies: Copies, url: str | None = None) -> Iterator[Database]:
    """A database of a machine that knows nothing yet, installed within the block."""
    before, made = database.current(), url or copies.empty()
    engine = create_engine(made)
    try:
        database.install(Database(engine))
        yield database.current()
    finally:
        engine.dispose()
        database.install(before)
        if url is None:
            copies.drop(made)


def contents() -> dict[str, list[Any]]:
    """All rows that a backup keeps, by table, in their neutral form."""
    with database.current().whole() as connection:
        kept = backups.rows.tables(connection)
        if connection.dialect.name == "postgresql":
            backups.rows.take_role(connection, UUID(int=0))
        tenants = [UUID(str(one)) for one in connection.exec_driver_sql("SELECT tenant_id FROM tenant").scalars()]
        return {table.name: sorted(backups.rows.read(connection, table, [*tenants, UUID(int=0)]), key=repr)
                for table in kept}


def attach(office: Office, content: bytes = PNG) -> UUID:
    """A file of the case in hand."""
    sha256 = blobs.current().put(office.tenant_id, content)
    answer = office.send(AcceptAttachment, SYSTEM, file_name="照片.png", sha256=sha256, size=len(content),
                         media_type="image/png")
    found = UUID(answer["attachment_id"])
    transact(office.tenant_id, SYSTEM, lambda uow: bind(uow, [found], case_id=office.case_id))
    return found


def restored(source: Path, **more: Any) -> backups.restoring.Restored:
    with backups.checking.opened(source) as found:
        return backups.restoring.restore(found, **more)


@pytest.fixture(params=["same", "other"])
def copies(request: pytest.FixtureRequest, database_kind: str, templates: Callable[..., Any]) -> Copies:
    """Where it is restored: into the same kind of database, and into the other."""
    kinds = ["sqlite", "postgres"]
    kind = database_kind if request.param == "same" else next(one for one in kinds if one != database_kind)
    found: Copies = templates(kind, "schema")[0]
    return found


def test_everything_comes_back_and_goes_on(office: Office, copies: Copies, tmp_path: Path) -> None:
    to_handling(office)
    attach(office)
    office.work()
    made = backups.archives.write(tmp_path / "one.zip")
    before = contents()
    assert made.manifest["files"] == 1 and {one["name"]: one["rows"] for one in made.manifest["tables"]} == {
        name: len(found) for name, found in before.items()}
    use_files(tmp_path / "elsewhere")
    with another(copies):
        done = restored(made.target)
        after = contents()
        assert done.offices == 1 and done.files == 1
        for name, found in before.items():
            assert [row for row in after[name] if row in found] == found, name
        assert office.events("backup.restored", case_id=None) == []
        with database.current().read(office.tenant_id) as session:
            assert sequencer.broken_link(session) is None
            row = session.scalars(select(Attachment)).one()
        with blobs.current().open(office.tenant_id, row.sha256) as content:
            assert content.read() == PNG
        reply(office)
        office.send(RateCase, token=office.token, rating=5, solved="yes", comment="好")
        office.work()
        assert office.case().status == "closed"
        with database.current().read(office.tenant_id) as session:
            assert sequencer.broken_link(session) is None
    assert office.case().status == "open"
