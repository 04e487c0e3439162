"""Files that change in the folders come into force by themselves; what is refused changes nothing and is said."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from app import catalog
from app.catalog import handlers  # noqa: F401  registers the commands
from app.kernel import clock, pauses
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.events import StoredEvent
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import transact
from app.tenancy.model import Tenant
from app.workers.folders import RETRY, Watch
from tests.unit.catalog.samples import OFFICE, put, toy, use_toys

NOW = clock.now()


@pytest.fixture(autouse=True)
def toys(database: Database) -> Iterator[None]:
    back = use_toys()
    yield
    back()


def live(database: Database, key: str, tenant: object = BASE_TENANT_ID) -> bytes | None:
    with database.read(tenant) as session:  # type: ignore[arg-type]
        found = catalog.live(session, tenant, "toy", key)  # type: ignore[arg-type]
    return found.data if found else None


def office(database: Database) -> None:
    with database.write(OFFICE) as session:
        session.add(Tenant(tenant_id=OFFICE, slug="river", name_zh="河", name_en="River"))
        session.commit()


def test_a_changed_file_comes_into_force_once_it_is_at_rest(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a", "x:1")
    watch = Watch(tmp_path)
    assert (watch.tick(NOW), watch.tick(NOW), watch.tick(NOW)) == (0, 1, 0), "seen, at rest and published, known"
    assert live(database, "a") == toy("a", "x:1")
    put(tmp_path, "a", "x:22")
    assert watch.tick(NOW) == 0
    put(tmp_path, "a", "x:333")  # still being written
    assert (watch.tick(NOW), watch.tick(NOW)) == (0, 1)
    assert live(database, "a") == toy("a", "x:333")
    (tmp_path / "toys" / "base" / "a" / "a.toy").unlink()
    assert (watch.tick(NOW), watch.tick(NOW)) == (0, 0)
    assert live(database, "a") == toy("a", "x:333"), "a file that goes takes nothing out of force"


def test_a_file_of_the_same_length_in_the_same_second_is_seen(database: Database, tmp_path: Path) -> None:
    path, watch = put(tmp_path, "a", "x:1"), Watch(tmp_path)
    watch.tick(NOW), watch.tick(NOW)
    told = path.stat()
    path.write_bytes(toy("a", "x:2"))
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns + 1))
    assert (watch.tick(NOW), watch.tick(NOW)) == (0, 1)


def test_a_bad_file_is_refused_once_said_and_tried_again_when_it_changes(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a", "x:1")
    watch = Watch(tmp_path)
    watch.tick(NOW), watch.tick(NOW)
    put(tmp_path, "a", "bad:1")
    put(tmp_path, "b", "x:1")
    assert [watch.tick(NOW) for _ in range(4)] == [0, 0, 0, 0]
    assert live(database, "a") == toy("a", "x:1") and live(database, "b") is None, "all that is new, or nothing"
    with database.read(BASE_TENANT_ID) as session:
        refused = list(session.scalars(select(StoredEvent).where(StoredEvent.type == "definition.refused")))
        assert [one.data for one in refused] == [{"kind": "toy", "key": "toys/base/a/a.toy", "problems": 1}]
        waits = catalog.waiting(session, BASE_TENANT_ID, tmp_path)
    assert [(one.place(), one.message) for one in waits] == [("toys/base/a/a.toy:2 it", "it says bad")]
    put(tmp_path, "a", "x:mended")
    assert (watch.tick(NOW), watch.tick(NOW)) == (0, 2)
    with database.read(BASE_TENANT_ID) as session:
        assert catalog.waiting(session, BASE_TENANT_ID, tmp_path) == []


def test_a_file_that_cannot_be_read_is_tried_again_later(
        database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a", "x:1")
    watch, broken, whole = Watch(tmp_path), [True], Path.read_bytes

    def read(path: Path) -> bytes:
        if broken and path.suffix == ".toy":
            raise PermissionError(path)
        return whole(path)
    monkeypatch.setattr(Path, "read_bytes", read)
    assert [watch.tick(NOW) for _ in range(3)] == [0, 0, 0]
    broken.clear()
    assert watch.tick(NOW + RETRY / 2) == 0
    assert watch.tick(NOW + RETRY) == 1 and live(database, "a") == toy("a", "x:1")


def test_an_offices_own_files_wait_while_it_is_suspended(database: Database, tmp_path: Path) -> None:
    office(database)
    transact(OFFICE, SYSTEM, lambda uow: pauses.put(uow.session, OFFICE, clock.now()))
    put(tmp_path, "a", "x:own", folder="tenants/river")
    put(tmp_path, "b", "x:1", folder="tenants/nobody")
    watch = Watch(tmp_path)
    assert [watch.tick(NOW) for _ in range(3)] == [0, 0, 0]
    transact(OFFICE, SYSTEM, lambda uow: pauses.lift(uow.session, OFFICE))
    assert (watch.tick(NOW), watch.tick(NOW)) == (1, 0)
    assert live(database, "a", OFFICE) == toy("a", "x:own")
