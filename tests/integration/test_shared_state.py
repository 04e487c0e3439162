"""Nothing that two machines need lies on one of them: files, exports, the key of cookies, the order of migrations."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text

from app import create_app
from app.cli.demo.office import PASSWORD
from app.cli.migrate import alone
from app.cli.worker import wait_for_tables
from app.config import settings
from app.kernel import blob_rows, blobs, database, network
from app.kernel.blobs import CHUNK
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST
from app.kernel.database import Database
from app.kernel.errors import NotFound
from app.offices import archives
from app.offices.commands import RequestExport, TakeExport
from app.tenancy import attachments
from tests.databases import ROOT
from tests.integration.play import Office
from tests.unit.attachments.files import png

HERE, THERE = UUID(int=1), UUID(int=2)
NOWHERE = "/dev/null/nowhere"
"""No process can write below it, root neither."""


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 17])
def test_a_content_of_any_size_comes_back_from_rows(database: Database, size: int) -> None:
    store, data = blob_rows.RowStore(), os.urandom(size)
    sha256 = store.put(HERE, data)
    assert sha256 == store.put(HERE, data) == hashlib.sha256(data).hexdigest()
    with store.open(HERE, sha256) as stream:
        assert stream.read() == data
    assert store.has(HERE, sha256) and not store.has(THERE, sha256) and list(store.names(HERE)) == [sha256]
    with pytest.raises(NotFound):
        store.open(THERE, sha256)
    store.remove(THERE, sha256)
    assert store.has(HERE, sha256)
    store.remove(HERE, sha256)
    assert not store.has(HERE, sha256) and list(store.names(HERE)) == []


def test_a_content_that_lost_a_piece_is_never_handed_out_as_whole(database: Database) -> None:
    store = blob_rows.RowStore()
    sha256 = store.put(HERE, os.urandom(2 * CHUNK))
    stream = store.open(HERE, sha256)
    assert stream.read(10)
    store.remove(HERE, sha256)
    with pytest.raises(OSError, match="ended early"):
        stream.read()


def test_twelve_machines_that_keep_the_same_content_at_once_keep_it_once(database: Database) -> None:
    if database.dialect != "postgresql":
        pytest.skip("SQLite is one machine's")
    store, data, faults = blob_rows.RowStore(), os.urandom(2 * CHUNK), list[BaseException]()

    def put() -> None:
        try:
            store.put(HERE, data)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=put) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read(HERE) as session:
        assert not faults and session.scalar(text("SELECT count(*) FROM blob_piece")) == 2


def test_files_of_the_machine_that_was_alone_are_read_and_brought_over(database: Database, tmp_path: Path) -> None:
    folder = blobs.FolderStore(tmp_path)
    sha256, store = folder.put(HERE, b"from before"), blob_rows.RowStore(before=folder)
    with store.open(HERE, sha256) as stream:
        assert stream.read() == b"from before"
    assert store.left(HERE) == 1 and store.take_over(HERE) == 1 and store.left(HERE) == store.take_over(HERE) == 0
    folder.remove(HERE, sha256)
    assert store.has(HERE, sha256), "another machine finds it now"


def test_an_export_made_by_one_machine_is_taken_from_another(demo_database: Database, office: Office,
                                                             tmp_path: Path) -> None:
    blobs.install(blob_rows.RowStore())
    archives.configure(None)
    attachments.receive(office.tenant_id, GUEST, png(), "a.png")
    ask = {"tenant_id": office.tenant_id, "actor": office.who("administrator")}
    export_id = UUID(dispatch(RequestExport(**ask))["export_id"])
    office.work()
    taken = dispatch(TakeExport(**ask, export_id=export_id))
    whole = tmp_path / "all.zip"
    with archives.content(office.tenant_id, export_id, taken["sha256"]) as stream:
        whole.write_bytes(stream.read())
    assert whole.stat().st_size == taken["size"]
    with zipfile.ZipFile(whole) as opened:
        assert opened.testzip() is None and sum(name.endswith(".png") for name in opened.namelist()) == 1
        assert "data/blob_piece.jsonl" not in opened.namelist(), "contents stand under files/ once"
    archives.drop(office.tenant_id, export_id, taken["sha256"])
    with pytest.raises(NotFound):
        archives.content(office.tenant_id, export_id, taken["sha256"])


_engines: list[Any] = []


def made(url: str, **more: str) -> Any:
    app = create_app({"DATABASE_URL": url, "INSTANCE_PATH": NOWHERE, "TESTING": True, **more})
    _engines.append(database.current().engine)
    return app


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, templates: Any) -> Any:
    for name in ("SECRET_KEY", "YIKOU_ENV", "ATTACHMENTS_PATH", "EXPORTS_PATH", "INSTANCE_PATH"):
        monkeypatch.delenv(name, raising=False)
    copies, template = templates("postgres", "demo")
    url = copies.copy(template)
    yield url
    while _engines:
        _engines.pop().dispose()
    copies.drop(url)


def test_a_database_address_is_all_that_a_machine_needs(bare: str) -> None:
    """Two applications, neither with a folder or a key: a cookie of one is good at the other, and so is a file."""
    first, second = made(bare), made(bare)
    for app in (first, second):
        app.config["WTF_CSRF_ENABLED"] = False
        assert app.test_client().get("/ready").status_code == 200
    assert first.config["SECRET_KEY"] == second.config["SECRET_KEY"] and len(first.config["SECRET_KEY"]) > 40
    client = first.test_client()
    answer = client.post("/t/demo/staff/sign-in", data={"login": "administrator", "password": PASSWORD})
    assert answer.status_code == 303
    cookie = client.get_cookie("yikou", path="/t/demo/")
    assert cookie is not None
    other = second.test_client()
    assert other.get("/t/demo/staff/account").status_code == 302, "to the page of signing in"
    other.set_cookie("yikou", cookie.value, path="/t/demo/")
    assert other.get("/t/demo/staff/account").status_code == 200


def test_an_application_that_starts_before_its_tables_takes_the_shared_key_later(templates: Any, bare: str) -> None:
    copies, _template = templates("postgres", "schema")
    empty = copies.empty()
    app = made(empty)
    before = app.config["SECRET_KEY"]
    assert app.test_client().get("/ready").status_code == 503
    assert app.config["SECRET_KEY"] == before and app.config["SECRET_KEY_SHARED"]
    stop, done = threading.Event(), list[bool]()
    worker = threading.Thread(target=lambda: done.append(wait_for_tables(stop, 0.05)))
    worker.start()
    time.sleep(0.2)
    assert not done, "a worker waits for its tables"
    from app.cli.migrate import upgrade

    with app.app_context():
        upgrade()
    worker.join(10)
    assert done == [True]
    assert app.test_client().get("/ready").status_code == 200 and app.config["SECRET_KEY"] != before
    _engines.pop().dispose()
    copies.drop(empty)


def test_a_release_that_runs_stays_ready_while_a_newer_one_has_migrated(bare: str) -> None:
    app = made(bare)
    for version, status in (("9999", 200), ("0001", 503)):
        with database.current().engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        assert app.test_client().get("/ready").status_code == status


def test_machines_that_start_at_once_migrate_one_after_the_other(templates: Any, tmp_path: Path) -> None:
    copies, _template = templates("postgres", "schema")
    url = copies.empty()
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_PATH": NOWHERE}
    words = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    machines = [subprocess.Popen(words, cwd=ROOT, env=environment, stderr=subprocess.PIPE) for _ in range(3)]
    told = [machine.communicate(timeout=120)[1].decode() for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0, 0], told
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM installation_secret")).scalar_one() == 1
    engine.dispose()
    copies.drop(url)


def test_who_prepares_an_installation_is_alone(bare: str) -> None:
    engine, order = create_engine(bare), list[str]()

    def second() -> None:
        with alone(engine):
            order.append("second")

    with alone(engine):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.3)
        order.append("first")
    thread.join(10)
    engine.dispose()
    assert order == ["first", "second"]


def test_both_sides_give_up_a_network_that_was_cut(bare: str) -> None:
    options = settings({"DATABASE_URL": f"{bare}?tcp_user_timeout=7000"})["SQLALCHEMY_ENGINE_OPTIONS"]
    assert "tcp_user_timeout" not in options["connect_args"] and options["connect_args"]["connect_timeout"] == 3
    here = Database(create_engine(f"{bare}?tcp_user_timeout=7000", **options))
    with here.read(HERE) as session:
        def shown(name: str) -> Any:
            return session.scalar(text(f"SHOW {name}"))

        assert (shown("tcp_keepalives_idle"), shown("tcp_keepalives_interval"), shown("tcp_keepalives_count")) == (
            "5", "2", "3")
        assert shown("tcp_user_timeout") == "7000" and shown("client_connection_check_interval") == "10s"
        parameters = session.connection().connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
        assert parameters["tcp_user_timeout"] == "7000" and parameters["keepalives_idle"] == "5"
    here.engine.dispose()
    assert network.engine_options("sqlite://") == {}


def test_security_42_the_key_of_cookies_is_read_by_no_role_that_works_for_offices(bare: str) -> None:
    made(bare)
    for opened in (database.current().read(HERE), database.current().claim()):
        with opened as session, pytest.raises(Exception, match="permission denied"):
            session.execute(text("SELECT value FROM installation_secret"))


def test_the_readiness_command_names_what_lies_on_one_machine(bare: str, tmp_path: Path) -> None:
    def told(**more: str) -> tuple[int, str]:
        result = made(bare, **more).test_cli_runner().invoke(args=["ready"], env={"LC_ALL": "en_GB.UTF-8"})
        return result.exit_code, result.output

    assert told() == (0, "The database has the tables of this release.\n")
    code, said = told(ATTACHMENTS_PATH=str(tmp_path), SECRET_KEY="x" * 40)
    assert code == 0 and "the same folder on every machine" in said and "SECRET_KEY is set" in said
    code, said = told(EXPORTS_PATH=str(tmp_path / "none"))
    assert code == 1 and "there is no such folder" in said


def test_addresses_as_hosting_services_write_them_are_understood(tmp_path: Path) -> None:
    found = settings({"DATABASE_URL": "postgres://somebody@host/name", "INSTANCE_PATH": NOWHERE})
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql://somebody@host/name"
