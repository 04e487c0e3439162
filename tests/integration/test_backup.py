"""A backup is made while people work, and brings everything back: into the same kind of database and into the other."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import OperationalError

from app import backups
from app.backups.commands import ReleaseOffice
from app.backups.model import ErasedPerson, PendingErasure
from app.cases.commands import ErasePerson, RateCase, SubmitCase, WithdrawCase
from app.cases.model import Case, Person
from app.engine.model import TimerRow
from app.kernel import blobs, database, outbox, pauses, sequencer
from app.kernel.commands import SYSTEM
from app.kernel.database import Database
from app.kernel.errors import Conflict, Paused
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import transact
from app.tenancy.attachments import AcceptAttachment, Attachment, ReleaseAttachments, bind
from app.tenancy.queries import tenants
from app.workers import retention as worker
from tests.databases import Copies
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

MOST = 40
"""Requests that are handed in while backups are made; each is brought to its end afterwards."""
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
    with database.current().engine.connect() as connection:  # as whoever sees all rows, whatever the policies say
        assert {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() for name in before} == {
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


def test_a_backup_under_load_is_one_moment(office: Office, copies: Copies, tmp_path: Path) -> None:
    """Writers submit and workers step while it is made; what it holds is whole, and each of its cases ends."""
    seed = random.randrange(10**6)
    print("seed", seed)
    chance, stop, failures = random.Random(seed), threading.Event(), list[BaseException]()
    tokens: dict[UUID, str] = {}

    def write(number: int) -> None:
        while not stop.is_set() and len(tokens) < MOST:
            try:
                answer = office.send(SubmitCase, text=f"第{number}件 {chance.random()}", name="王女士", phone=f"1390000{number:04}",
                                     module="CS", service="CS01")
                tokens[UUID(answer["case_id"])] = answer["token"]
                if chance.random() < 0.5:
                    office.send(WithdrawCase, token=answer["token"], reason="自己处理好了")
                outbox.tick(10)
            except OperationalError:
                continue                                           # SQLite was busy for longer than it waits
            except BaseException as error:
                failures.append(error)
                return

    for _ in range(3):
        case_id = office.submit()
        tokens[case_id] = office.token
    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    made = [backups.archives.write(tmp_path / f"{number}.zip") for number in range(3)]
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    sizes = [_count(one, "service_case") for one in made]
    assert sizes == sorted(sizes) and sizes[0] >= 3, sizes
    with another(copies):
        restored(made[-1].target)
        with database.current().read(office.tenant_id) as session:
            stored = session.scalar(select(func.count()).select_from(StoredEvent).where(
                StoredEvent.type == "case.submitted"))
            assert stored == session.scalar(select(func.count()).select_from(Case)) == sizes[-1]
        office.work()
        for case in office.rows(Case, Case.status == "open"):
            office.send(WithdrawCase, token=tokens[case.id], reason="自己处理好了")
        office.work()
        assert {row.status for row in office.rows(Case)} == {"closed"}
        with database.current().read(office.tenant_id) as session:
            assert sequencer.broken_link(session) is None
            assert sequencer.head(session)[0] == session.scalar(select(func.count()).select_from(StoredEvent))


def _count(made: backups.archives.Made, table: str) -> int:
    return int(next(one["rows"] for one in made.manifest["tables"] if one["name"] == table))


def test_a_file_that_is_removed_meanwhile_is_in_the_backup(office: Office, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    office.submit()
    attach(office)
    office.work()
    real = backups.rows.read

    def removing(connection: Any, table: Any, tenants: Any) -> Any:
        """Between the snapshot and the files, as another process would."""
        yield from real(connection, table, tenants)
        if table.name == "attachment":
            threading.Thread(target=remove).start()
            removed.wait(20)

    removed = threading.Event()

    def remove() -> None:
        try:
            office.send(ReleaseAttachments, SYSTEM, case_id=office.case_id)
            office.work()
        finally:
            removed.set()

    monkeypatch.setattr(backups.rows, "read", removing)
    made = backups.archives.write(tmp_path / "one.zip")
    assert made.manifest["files"] == 1 and made.manifest["missing_files"] == []
    store = blobs.FolderStore(tmp_path / "files")
    assert not list(store.names(office.tenant_id)) and not (tmp_path / "files" / ".aside").exists()


def test_a_file_that_was_lost_before_is_named(office: Office, tmp_path: Path) -> None:
    office.submit()
    attach(office)
    (row,) = office.rows(Attachment)
    blobs.current().remove(office.tenant_id, row.sha256)
    made = backups.archives.write(tmp_path / "one.zip")
    assert made.manifest["missing_files"] == [f"{office.tenant_id}/{row.sha256}"] and made.manifest["files"] == 0


def test_a_restore_asks_before_it_replaces_and_can_hold(office: Office, tmp_path: Path) -> None:
    office.submit()
    first = office.case_id
    office.work()
    source = backups.archives.write(tmp_path / "one.zip").target
    office.submit()
    second = office.case_id
    with pytest.raises(Conflict, match="replace"):
        restored(source)
    assert {row.id for row in office.rows(Case)} == {first, second}
    done = restored(source, replace=True, hold=True)
    assert done.offices == 1 and {row.id for row in office.rows(Case)} == {first}
    with pytest.raises(Paused):
        office.submit()
    office.wait(days=2)
    with database.current().read(office.tenant_id) as session:
        assert pauses.since(session, office.tenant_id) is not None
    timers = office.rows(TimerRow, TimerRow.due_at <= office.clock.now())
    office.send(ReleaseOffice, SYSTEM)
    with pytest.raises(Conflict):
        office.send(ReleaseOffice, SYSTEM)
    office.work()
    fired = {row.id for row in timers}
    assert not office.rows(TimerRow, TimerRow.id.in_(fired), TimerRow.due_at <= office.clock.now())
    kinds = [event.type for event in office.rows(StoredEvent, StoredEvent.type.startswith("backup."))]
    assert kinds == ["backup.restored", "backup.released"]
    assert office.submit() and office.number


def test_who_was_erased_since_is_erased_again(office: Office, copies: Copies, tmp_path: Path) -> None:
    office.submit(name="欧阳测试", phone="13911112222")
    token, person = office.token, office.case().person_id
    office.work()
    early = backups.archives.write(tmp_path / "early.zip").target      # the request is open
    office.send(WithdrawCase, token=token, reason="自己处理好了")
    office.work()
    late = backups.archives.write(tmp_path / "late.zip").target        # it is closed
    office.send(ErasePerson, office.who("administrator"), person_id=person)
    office.work()
    assert [one["person_id"] for one in backups.erasures.kept()] == [str(person)]
    list_of_later = backups.erasures.kept()
    use_files(tmp_path / "new machine")
    with another(copies):
        done = restored(late, erased=list_of_later)
        assert (done.erased, done.waiting) == (1, 0) and office.rows(Person)[0].name is None
    with another(copies):
        done = restored(early, erased=list_of_later)
        assert (done.erased, done.waiting) == (0, 1) and office.rows(Person)[0].name == "欧阳测试"
        office.send(WithdrawCase, token=token, reason="又撤回")
        office.work()
        worker._next.clear()
        worker.tick(office.clock.now(), "one")
        assert office.rows(Person)[0].name is None and not office.rows(PendingErasure)
        with database.current().read(office.tenant_id) as session:
            assert sequencer.broken_link(session) is None


def test_a_machine_without_the_list_knows_it_from_the_database(office: Office, copies: Copies, tmp_path: Path) -> None:
    """Also from the one that is given up by the restore; and the list stays whole in the one that takes its place."""
    office.submit(name="欧阳测试", phone="13911112222")
    token, person = office.token, office.case().person_id
    before = backups.archives.write(tmp_path / "before.zip").target
    office.send(WithdrawCase, token=token, reason="自己处理好了")
    office.work()
    closed = backups.archives.write(tmp_path / "closed.zip").target
    office.send(ErasePerson, office.who("administrator"), person_id=person)
    office.work()
    after = backups.archives.write(tmp_path / "after.zip").target
    use_files(tmp_path / "second machine")
    assert [one["person_id"] for one in backups.erasures.kept()] == [str(person)]
    with another(copies):
        assert restored(after).erased == 0 and office.rows(Person)[0].name is None
        use_files(tmp_path / "third machine")
        done = restored(closed, replace=True)
        assert (done.erased, done.waiting) == (1, 0) and office.rows(Person)[0].name is None
        assert [row.id for row in office.rows(ErasedPerson)] == [person]
        assert restored(before, replace=True).waiting == 1
        assert [one["person_id"] for one in backups.erasures.kept()] == [str(person)]


def test_the_shell_takes_another_machines_list(any_app: Any, tmp_path: Path) -> None:
    runner, target, listed = any_app.test_cli_runner(), tmp_path / "all.zip", tmp_path / "erased.jsonl"
    assert runner.invoke(args=["backup", str(target)]).exit_code == 0
    listed.write_text("nothing of the kind\n")
    told = runner.invoke(args=["restore", str(target), "--replace", "--erased", str(listed)])
    assert told.exit_code == 1 and "erased.jsonl" in told.output
    tenant, person = tenants()[0].tenant_id, uuid4()
    listed.write_text(f'{{"tenant_id": "{tenant}", "person_id": "{person}", "at": "2026-01-02T03:04:05+00:00"}}\n{{"ten')
    told = runner.invoke(args=["restore", str(target), "--replace", "--erased", str(listed)])
    assert told.exit_code == 0, told.output
    assert [one["person_id"] for one in backups.erasures.kept()] == [str(person)]


def test_the_shell_backs_up_verifies_restores_and_releases(any_app: Any, tmp_path: Path) -> None:
    runner, target = any_app.test_cli_runner(), tmp_path / "all.zip"
    told = runner.invoke(args=["backup", str(target)])
    assert told.exit_code == 0 and target.stat().st_mode & 0o777 == 0o600, told.output
    assert runner.invoke(args=["backup", "--verify", str(target)]).exit_code == 0
    target.with_name("half.zip").write_bytes(target.read_bytes()[:-100])
    assert runner.invoke(args=["backup", "--verify", str(target.with_name("half.zip"))]).exit_code == 1
    assert runner.invoke(args=["restore", str(target)]).exit_code == 1
    told = runner.invoke(args=["restore", str(target), "--replace", "--hold", "--erased", str(target)])
    assert told.exit_code == 0, told.output
    assert runner.invoke(args=["release"]).exit_code == 0
    assert runner.invoke(args=["release", "demo"]).exit_code == 1
    assert "messages" in runner.invoke(args=["retention", "demo"]).output
