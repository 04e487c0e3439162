"""The catalog on both databases: versions, the live one, offices over the base, reload, all or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import catalog
from app.catalog import in_force, queries
from app.catalog.commands import PublishDefinition, PublishFolder, WithdrawDefinition
from app.catalog.model import DefinitionLive, DefinitionVersion
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM, Actor
from app.kernel.database import Database
from app.kernel.errors import DefinitionError, Forbidden, NotFound, TooLarge
from app.kernel.events import StoredEvent
from app.kernel.model import BASE_TENANT_ID
from tests.unit.catalog import samples
from tests.unit.catalog.samples import OFFICE, OTHER, publish, publish_files, put, toy, use_toys, work


@pytest.fixture(autouse=True)
def toys(database: Database) -> Iterator[None]:
    from app.catalog import handlers  # noqa: F401  registers the commands

    back = use_toys()
    yield
    back()


def current(database: Database, key: str, tenant: object = OFFICE) -> catalog.Published | None:
    with database.read(tenant) as session:
        return catalog.live(session, tenant, "toy", key)


def test_each_new_content_is_a_version_and_older_content_comes_back(database: Database) -> None:
    first, second = publish("a", "x:1"), publish("a", "x:2")
    assert (first.version, second.version) == (1, 2)
    assert current(database, "a") == second
    assert publish("a", "x:2") == second
    again = publish("a", "x:1")
    assert (again.id, again.version) == (first.id, 1)
    assert current(database, "a") == first
    with database.read(BASE_TENANT_ID) as session:
        assert session.scalar(select(func.count()).select_from(DefinitionVersion)) == 2
        assert [e.type for e in session.scalars(select(StoredEvent))] == ["definition.published"] * 3
        newest = queries.history(session, BASE_TENANT_ID, "toy", "a")
        assert [(e.version, e.live) for e in newest] == [(2, False), (1, True)]


def test_an_office_sees_its_own_version_first_and_never_anothers(database: Database) -> None:
    base, own = publish("a", "x:1"), publish("a", "x:2", tenant=OFFICE)
    assert own.base_hash == base.hash
    assert current(database, "a") == own
    assert current(database, "a", OTHER) == base
    publish("b", tenant=OFFICE)
    assert current(database, "b", OTHER) is None
    with database.read(OTHER) as session:
        with pytest.raises(NotFound):
            catalog.compiled_by_hash(session, OTHER, own.hash)
        with pytest.raises(NotFound):
            queries.version(session, OTHER, own.id)
        with pytest.raises(NotFound):
            catalog.compiled(session, OTHER, "toy", "b")
        assert catalog.compiled_by_hash(session, OTHER, base.hash)[1] == {"id": "a", "x": "1"}
        assert [(e.key, e.own) for e in queries.listing(session, OTHER)] == [("a", False)]
    with database.read(OFFICE) as session:
        assert [(e.key, e.own, e.version) for e in queries.listing(session, OFFICE)] == [("a", True, 1), ("b", True, 1)]
    work(OFFICE, lambda uow: catalog.withdraw(uow, "toy", "a"))
    assert current(database, "a") == base
    with pytest.raises(NotFound):
        work(OFFICE, lambda uow: catalog.withdraw(uow, "toy", "a"))


def test_a_bad_file_leaves_the_running_version(database: Database) -> None:
    good = publish("a", "x:1")
    for data in (toy("a", "bad:1"), toy("a", "needs:nothing"), toy("other"), b"boom", b"", b"\xff"):
        with pytest.raises(DefinitionError) as caught:
            work(BASE_TENANT_ID, lambda uow, data=data: catalog.publish(uow, "toy", "a", data))
        assert caught.value.problems[0].file == "toys/base/a/a.toy"
        assert caught.value.problems[0].line
    with pytest.raises(TooLarge):
        work(BASE_TENANT_ID, lambda uow: catalog.publish(uow, "toy", "a", toy("a", "x:" + "y" * 1000)))
    with pytest.raises(NotFound):
        work(BASE_TENANT_ID, lambda uow: catalog.publish(uow, "unknown", "a", b""))
    assert current(database, "a") == good


def test_files_that_refer_to_each_other_come_together_or_not_at_all(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a", "needs:b")
    put(tmp_path, "b", "needs:a")
    put(tmp_path, "c", "bad:1")
    with pytest.raises(DefinitionError) as caught:
        publish_files(tmp_path)
    assert [p.place() for p in caught.value.problems] == ["toys/base/c/c.toy:2 it"]
    assert current(database, "a") is None
    put(tmp_path, "c", "needs:a")
    report = publish_files(tmp_path)
    assert [p.key for p in report.published] == ["a", "b", "c"]
    again = publish_files(tmp_path)
    assert (again.published, [d.key for d in again.unchanged], again.kept) == ([], ["a", "b", "c"], [])


def test_a_folder_never_takes_back_what_was_published_later(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a", "x:1")
    publish_files(tmp_path)
    later = publish("a", "x:2")
    report = publish_files(tmp_path)
    assert ([d.key for d in report.kept], report.published) == (["a"], [])
    assert current(database, "a") == later
    put(tmp_path, "a", "x:3")
    assert [p.version for p in publish_files(tmp_path).published] == [3]


def test_a_file_that_cannot_be_named_stops_the_whole_folder(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a")
    put(tmp_path, "b").write_bytes(b"boom")
    with pytest.raises(DefinitionError):
        publish_files(tmp_path)
    assert current(database, "a") is None


def test_drift_of_an_override_shows(database: Database, tmp_path: Path) -> None:
    put(tmp_path, "a", "x:1")
    publish_files(tmp_path)
    put(tmp_path, "a", "x:own", folder="tenants/river")
    assert publish_files(tmp_path, OFFICE, "tenants/river").drift == []
    changed = publish("a", "x:2")
    with database.read(OFFICE) as session:
        (found,) = catalog.drift(session, OFFICE)
    assert (found.key, found.base) == ("a", changed.hash)
    assert publish_files(tmp_path, OFFICE, "tenants/river").drift == [found]


def test_export_writes_what_is_in_force_and_only_changes(database: Database, tmp_path: Path) -> None:
    publish("a", "x:1")
    publish("a", "x:own", tenant=OFFICE)
    with database.read(OFFICE) as session:
        written = catalog.export(session, OFFICE, tmp_path, "tenants/river")
        assert [p.relative_to(tmp_path).as_posix() for p in written] == ["toys/tenants/river/a/a.toy"]
        assert written[0].read_bytes() == toy("a", "x:own")
        assert catalog.export(session, OFFICE, tmp_path, "tenants/river") == []


def test_an_object_is_compiled_once_for_each_content(database: Database) -> None:
    publish("a", "x:1")
    samples.compiled.clear()
    for _ in range(3):
        with database.read(OFFICE) as session:
            published, made = catalog.compiled(session, OFFICE, "toy", "a")
            assert catalog.compiled_by_hash(session, OFFICE, published.hash)[1] is made
    assert samples.compiled == [toy("a", "x:1")]


def test_a_change_shows_in_the_next_transaction_and_not_before_its_commit(database: Database) -> None:
    first = publish("a", "x:1")
    assert current(database, "a") == first

    class Stop(Exception):
        pass

    def change(uow: object) -> None:
        second = catalog.publish(uow, "toy", "a", toy("a", "x:2"))
        assert catalog.live(uow.session, BASE_TENANT_ID, "toy", "a") == second
        assert current(database, "a") == first
        raise Stop

    with pytest.raises(Stop):
        work(BASE_TENANT_ID, change)
    third = publish("a", "x:3")
    assert third.version == 2
    assert current(database, "a") == third
    with database.read(OFFICE) as session:
        seen = catalog.live(session, OFFICE, "toy", "a")
        publish("a", "x:4")
        assert catalog.live(session, OFFICE, "toy", "a") == seen
    assert current(database, "a").data == toy("a", "x:4")


def test_lookups_ask_the_database_once_for_each_transaction(database: Database) -> None:
    from sqlalchemy import event

    publish("a", "x:1")
    current(database, "a")
    asked: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def count(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if "definition" in statement:
            asked.append(statement)

    with database.read(OFFICE) as session:
        for _ in range(10):
            catalog.compiled(session, OFFICE, "toy", "a")
            catalog.live(session, OFFICE, "toy", "missing")
    assert len(asked) == 2


def test_security_35_a_thousand_reloads_stay_flat(database: Database) -> None:
    threads = threading.active_count()
    for number in range(1000 if database.dialect == "sqlite" else 200):  # memory is the process's, not the server's
        publish("a", f"x:{number % 400}")
        current(database, "a")
    assert threading.active_count() == threads
    assert len(in_force._compiled) <= 256
    assert len(in_force._found) <= 4096
    assert current(database, "a").data == toy("a", "x:199")


def test_publishers_at_once_take_turns(database: Database) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            for round_ in range(5):
                publish("a", f"x:{number}.{round_}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read(BASE_TENANT_ID) as session:
        versions = sorted(session.scalars(select(DefinitionVersion.version)))
        assert versions == list(range(1, 21))
        assert session.scalar(select(func.count()).select_from(DefinitionLive)) == 1
        assert catalog.generation(session, BASE_TENANT_ID) == (20, 20)


def test_commands_ask_for_the_right(database: Database, tmp_path: Path) -> None:
    admin = Actor(name="a", roles=frozenset({"administrator"}))
    clerk = Actor(name="c", roles=frozenset({"intake_clerk"}))
    answer = dispatch(PublishDefinition(tenant_id=OFFICE, actor=admin, kind="toy", definition_key="a", data=toy("a")))
    assert answer["version"] == 1
    for command in (PublishDefinition(tenant_id=OFFICE, actor=clerk, kind="toy", definition_key="a", data=toy("a")),
                    WithdrawDefinition(tenant_id=OFFICE, actor=clerk, kind="toy", definition_key="a"),
                    PublishFolder(tenant_id=OFFICE, actor=clerk, root=str(tmp_path))):
        with pytest.raises(Forbidden):
            dispatch(command)
    assert dispatch(WithdrawDefinition(tenant_id=OFFICE, actor=admin, kind="toy", definition_key="a")) is None
    put(tmp_path, "b")
    answer = dispatch(PublishFolder(tenant_id=BASE_TENANT_ID, actor=SYSTEM, root=str(tmp_path), key="k"))
    assert answer["published"] == [{"kind": "toy", "key": "b", "version": 1}]
    assert dispatch(PublishFolder(tenant_id=BASE_TENANT_ID, actor=SYSTEM, root=str(tmp_path), key="k")) == answer
