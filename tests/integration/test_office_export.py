"""The export of everything: no table forgotten, no secret taken along, nothing of another office; on both databases."""

from __future__ import annotations

import hashlib
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.auth.commands import SignIn
from app.config import ROOT
from app.kernel import blobs, sequencer
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.database import Database
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.events import StoredEvent
from app.kernel.ids import new_id
from app.kernel.model import Base
from app.kernel.unit_of_work import UnitOfWork, transact
from app.offices import archives
from app.offices.commands import CreateOffice, RequestExport, SaveTerm, SuspendOffice, TakeExport
from app.offices.model import OfficeExport
from app.tenancy import attachments
from app.tenancy.model import Place
from app.workers import loop
from tests.integration.play import Office
from tests.integration.test_lifecycle import to_handling
from tests.integration.test_offices import TERM, VALUES
from tests.unit.attachments.files import png

NO_SECRETS = {"notification.is_secret", "search_document.tokens"}
"""Columns that only sound like secrets."""
SOUNDS_SECRET = re.compile(r"password|secret|token|session_key|(code|key|token)_hash|email_code\b|guest_mark")
INSTALLATION = {"lease", "installation_secret"}
CONTENTS = {"blob_piece"}
"""What the archive has as files."""

NEWEST = max((ROOT / "migrations" / "versions").glob("[0-9]*.py")).name[:4]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    blobs.install(blobs.FolderStore(tmp_path / "files"))
    archives.configure(tmp_path / "exports")
    yield tmp_path


def test_every_table_is_exported_or_marked_as_secret() -> None:
    named = {table.name for table in archives.tables()}
    assert named == set(Base.metadata.tables) - INSTALLATION - CONTENTS and len(named) > 40
    whole = {one["table"] for one in archives.left_out() if len(one) == 1}
    assert whole == {"command_answer", "phone_code", "rate_count", "sign_in_lock", "sign_in_session"}


def test_security_42_every_column_that_sounds_like_a_secret_is_left_out() -> None:
    out = {(one["table"], one.get("column")) for one in archives.left_out()}
    left = [f"{table.name}.{column.name}" for table in archives.tables() for column in table.columns
            if SOUNDS_SECRET.search(column.name) and not {(table.name, column.name), (table.name, None)} & out]
    assert set(left) <= NO_SECRETS
    assert {("user", "password_hash"), ("service_case", "token_hash"), ("contact_profile", "stop_token")} <= out


def export(office: Office, tenant_id: UUID | None = None) -> UUID:
    owner = tenant_id or office.tenant_id
    answer = dispatch(RequestExport(tenant_id=owner, actor=office.who("operator")))
    office.work()
    return UUID(answer["export_id"])


def test_everything_is_there_once_and_true(demo_database: Database, office: Office, store: Path) -> None:
    to_handling(office)
    office.send(SignIn, login="administrator", password=office.demo.password)
    attachments.receive(office.tenant_id, GUEST, png(), "照片.png")
    other = new_id()
    dispatch(CreateOffice(tenant_id=other, actor=office.who("operator"), values=VALUES, term=TERM,
                          first_password="a long enough one", starters=("units", "services")))
    attachments.receive(other, GUEST, b"their own text", "b.txt")
    office.work()
    file = archives.opened(office.tenant_id, export(office))
    with zipfile.ZipFile(file) as opened, demo_database.read(office.tenant_id) as session:
        assert opened.testzip() is None
        manifest = json.loads(opened.read("manifest.json"))
        assert {one["name"] for one in manifest["members"]} | {"manifest.json"} == set(opened.namelist())
        for one in manifest["members"]:
            data = opened.read(one["name"])
            assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"]), one["name"]
        _same_rows(opened, manifest, session, office.tenant_id)
        assert manifest["schema_revision"] == NEWEST and manifest["missing_files"] == []
        names = opened.namelist()
        pictures = [name for name in names if name.startswith("files/")]
        assert [opened.read(name) for name in pictures] == [_stored(session, pictures[0])]
        assert "definitions/processes/base/service_request/service_request.bpmn" in names
        assert "definitions/rules/base/decisions/handling_unit/handling_unit.dmn" in names
        assert "示范街道" in opened.read("README.md").decode()
        everything = b"".join(opened.read(name) for name in names)
    for secret in (b"argon2", office.token.encode(), b"their own text", "新街道".encode()):
        assert secret not in everything
    assert str(other).encode() not in everything


def _stored(session: Any, name: str) -> bytes:
    row = attachments.get(session, UUID(Path(name).stem))
    with attachments.open_content(row) as content:
        return content.read()


def _same_rows(opened: zipfile.ZipFile, manifest: dict[str, Any], session: Any, tenant_id: UUID) -> None:
    """As many as the database has, all of this office; what the export itself writes afterwards apart."""
    after = {"event", "event_number", "office_export", "delivery"}
    for name, count in manifest["tables"].items():
        lines = opened.read(f"data/{name}.jsonl").splitlines()
        rows = [json.loads(line) for line in lines]
        assert len(rows) == count and {row["tenant_id"] for row in rows} <= {str(tenant_id)}, name
        table = Base.metadata.tables[name]
        if name not in after and name != "notification":
            query = select(func.count()).select_from(table).where(table.c.tenant_id == tenant_id)
            assert session.scalar(query) == count, name
    assert manifest["tables"]["service_case"] == 1 and manifest["tables"]["user"] > 40
    head = session.execute(select(sequencer.EventNumber.hash).where(
        sequencer.EventNumber.number == manifest["event_chain"]["number"])).scalar_one()
    assert head == manifest["event_chain"]["sha256"]


def test_security_21_the_export_reads_as_the_applications_own_role(demo_database: Database, office: Office) -> None:
    """PostgreSQL: the second lock is on; the snapshot does not change while others write."""
    if demo_database.dialect != "postgresql":
        pytest.skip("SQLite has no roles")
    with demo_database.snapshot(office.tenant_id) as session:
        assert session.scalar(text("SELECT current_user")) == "yikou_app"
        assert session.scalar(text("SHOW transaction_isolation")) == "repeatable read"
        assert session.scalar(text("SELECT count(*) FROM unit WHERE tenant_id <> :own"), {"own": office.tenant_id}) == 0
        before = session.scalar(text("SELECT count(*) FROM service_case"))
        office.submit()
        assert session.scalar(text("SELECT count(*) FROM service_case")) == before
        for table in archives.tables():
            session.execute(select(table).limit(1))


def test_an_export_is_kept_for_a_while_and_whoever_takes_it_is_written_down(
        demo_database: Database, office: Office, store: Path) -> None:
    export_id, boss = export(office), office.who("administrator")
    dispatch(TakeExport(tenant_id=office.tenant_id, actor=boss, export_id=export_id))
    taken = [row for row in office.rows(StoredEvent) if row.type == "office.export_taken"]
    assert [row.actor_id for row in taken] == [boss.user_id]
    for role in ("supervisor", "leader", "handler", "intake_clerk"):
        with pytest.raises(Forbidden):
            dispatch(TakeExport(tenant_id=office.tenant_id, actor=office.who(role), export_id=export_id))
        with pytest.raises(Forbidden):
            dispatch(RequestExport(tenant_id=office.tenant_id, actor=office.who(role)))
    file = archives.path(office.tenant_id, export_id)
    assert file.is_file() and file.stat().st_mode & 0o077 == 0
    office.clock.advance(timedelta(days=7, minutes=1))
    with pytest.raises(NotFound):
        dispatch(TakeExport(tenant_id=office.tenant_id, actor=boss, export_id=export_id))
    office.work()
    assert not file.exists() and office.rows(OfficeExport)[0].state == "gone"


def test_one_at_a_time_and_a_failure_is_tried_again_then_said(
        demo_database: Database, office: Office, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = RequestExport(tenant_id=office.tenant_id, actor=office.who("administrator"))
    dispatch(ask)
    with pytest.raises(Conflict):
        dispatch(ask)

    def broken(*_args: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(archives, "write", broken)
    for _ in range(4):
        loop.until_idle()
        office.clock.advance(timedelta(minutes=1))
    row = office.rows(OfficeExport)[0]
    assert (row.state, row.attempts, row.last_error) == ("failed", 3, "OSError")
    monkeypatch.undo()
    assert office.rows(OfficeExport, OfficeExport.id == export(office))[0].state == "ready"


def test_a_suspended_office_can_still_be_exported(demo_database: Database, office: Office, store: Path) -> None:
    operator = office.who("operator")
    dispatch(SaveTerm(tenant_id=office.tenant_id, actor=operator, term=TERM | {"most_staff": ""}))
    dispatch(SuspendOffice(tenant_id=office.tenant_id, actor=SYSTEM, reason="x"))
    assert archives.opened(office.tenant_id, export(office)).is_file()


def test_a_lost_file_is_named_and_does_not_stop_the_export(demo_database: Database, office: Office, store: Path) -> None:
    kept = attachments.receive(office.tenant_id, GUEST, png(), "a.png")["attachment_id"]
    with demo_database.read(office.tenant_id) as session:
        blobs.current().remove(office.tenant_id, attachments.get(session, UUID(kept)).sha256)
    with zipfile.ZipFile(archives.opened(office.tenant_id, export(office))) as opened:
        assert json.loads(opened.read("manifest.json"))["missing_files"] == [kept]


def test_memory_does_not_grow_with_the_office(demo_database: Database, office: Office, store: Path) -> None:
    """40 MB of files and 4,000 rows pass through less than 8 MB."""
    def fill(uow: UnitOfWork) -> None:
        for number in range(10):
            data = bytes([number]) * (4 * 1024 * 1024)
            uow.session.add(attachments.Attachment(
                tenant_id=uow.tenant_id, id=new_id(), sha256=blobs.current().put(uow.tenant_id, data), size=len(data),
                media_type="text/plain", file_name="a.txt", uploader_kind="staff", created_at=uow.now))
        for _ in range(4000):
            uow.session.add(Place(tenant_id=uow.tenant_id, id=new_id(), kind="building", code=str(new_id()), name="楼" * 200))

    transact(office.tenant_id, SYSTEM, fill)
    tracemalloc.start()
    with demo_database.snapshot(office.tenant_id) as session:
        _sha256, size = archives.write(session, office.tenant_id, archives.path(office.tenant_id, new_id()))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 40 * 1024 * 1024 and peak < 8 * 1024 * 1024, peak
