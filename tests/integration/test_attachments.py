"""Attachments on both databases: stored once by content, counted, bound, forgotten."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.kernel import blobs, clock, outbox
from app.kernel.bus import dispatch
from app.kernel.clock import VirtualClock
from app.kernel.commands import GUEST, SYSTEM, Actor
from app.kernel.database import Database
from app.kernel.errors import Conflict, Forbidden, NotFound, TooLarge
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork, transact
from app.tenancy import attachments
from app.tenancy.attachments import Attachment, ReleaseAttachments, receive
from app.tenancy.commands import CreateTenant, SetTenantSettings
from tests.unit.attachments.files import boxes, jpeg, png

OFFICE, OTHER = UUID(int=501), UUID(int=502)
STAFF = Actor(user_id=UUID(int=1), name="s", roles=frozenset({"handler"}))
RESIDENT = Actor(user_id=UUID(int=2), name="r", roles=frozenset({"resident"}))
NEIGHBOUR = replace(RESIDENT, user_id=UUID(int=3))


@pytest.fixture(autouse=True)
def office(database: Database, tmp_path: Path) -> blobs.FolderStore:
    from app.tenancy import handlers  # noqa: F401  registers the commands

    store = blobs.FolderStore(tmp_path / "files")
    blobs.install(store)
    for tenant_id, slug in ((OFFICE, "one"), (OTHER, "two")):
        dispatch(CreateTenant(tenant_id=tenant_id, actor=SYSTEM, slug=slug, name_zh="街道", name_en="Office"))
    return store


def send(actor: Actor = RESIDENT, data: bytes | None = None, name: str = "a.jpg", tenant: UUID = OFFICE, **more: str) -> UUID:
    return UUID(receive(tenant, actor, jpeg() if data is None else data, name, **more)["attachment_id"])


def bind(actor: Actor, *ids: UUID, case: UUID, tenant: UUID = OFFICE, mark: str | None = None) -> None:
    transact(tenant, actor, lambda uow: attachments.bind(uow, ids, case_id=case, guest_mark=mark))


def row(database: Database, attachment_id: UUID, tenant: UUID = OFFICE) -> Attachment:
    with database.read(tenant) as session:
        return attachments.get(session, attachment_id)


def quotas(**values: int) -> None:
    dispatch(SetTenantSettings(tenant_id=OFFICE, actor=SYSTEM, values={"attachment_quotas": values}))


def test_a_file_lies_under_its_hash_and_comes_back(database: Database, office: blobs.FolderStore) -> None:
    kept = row(database, send(name="../../照片.JPG", declared_type="image/jpeg"))
    assert kept.file_name == "照片.jpg" and kept.sha256 == hashlib.sha256(jpeg()).hexdigest()
    with attachments.open_content(kept) as stream:
        assert stream.read() == jpeg()
    assert list(office.names(OFFICE)) == [kept.sha256] and list(office.names(OTHER)) == []


def test_the_same_content_lies_there_once_but_is_not_shared_between_offices(database: Database, office: blobs.FolderStore) -> None:
    first, second = row(database, send()), row(database, send(NEIGHBOUR))
    assert first.id != second.id and first.sha256 == second.sha256
    assert len(list(office.names(OFFICE))) == 1
    with pytest.raises(NotFound):
        office.open(OTHER, first.sha256)
    with pytest.raises(NotFound):
        row(database, first.id, OTHER)
    for name in ("../../../etc/passwd", "", "g" * 64, first.sha256.upper()):
        with pytest.raises(NotFound):
            office.open(OFFICE, name)


def test_a_repeated_form_makes_one_attachment() -> None:
    first = receive(OFFICE, RESIDENT, jpeg(), "a.jpg", key="k1")
    assert receive(OFFICE, RESIDENT, jpeg(), "a.jpg", key="k1") == first
    with pytest.raises(Conflict):
        receive(OFFICE, RESIDENT, png(), "a.png", key="k1")


def test_security_13_headers_of_a_download(database: Database) -> None:
    headers = attachments.download_headers(row(database, send(name='"><script>.jpg')))
    assert headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"].startswith("attachment;") and headers["Content-Type"] == "image/jpeg"
    assert "<" not in headers["Content-Disposition"]


def test_security_11_a_resident_has_a_quota_of_files_and_of_bytes() -> None:
    quotas(resident_files=2)
    send(), send()
    with pytest.raises(TooLarge):
        send()
    send(NEIGHBOUR), send(STAFF), send(STAFF), send(STAFF)
    quotas(resident_bytes=len(jpeg()) * 3 - 1)
    send(NEIGHBOUR)
    with pytest.raises(TooLarge):
        send(NEIGHBOUR)


def test_security_11_a_visitor_has_a_quota_for_a_day() -> None:
    quotas(resident_files=1)
    with clock.use(VirtualClock(clock.now())) as virtual:
        send(GUEST, guest_mark="a")
        send(GUEST, guest_mark="b")
        for mark in ("a", "b"):
            with pytest.raises(TooLarge):
                send(GUEST, guest_mark=mark)
        send(GUEST)
        with pytest.raises(TooLarge):
            send(GUEST)
        virtual.advance(timedelta(hours=25))
        send(GUEST, guest_mark="a")


def test_security_11_an_office_has_a_quota_of_its_own() -> None:
    quotas(tenant_bytes=len(jpeg()) + 10)
    send(STAFF)
    with pytest.raises(TooLarge):
        send(STAFF)
    send(tenant=OTHER)


def test_security_11_two_at_once_are_not_both_the_last() -> None:
    quotas(resident_files=1)
    results: list[str] = []

    def one() -> None:
        try:
            send()
            results.append("in")
        except TooLarge:
            results.append("out")

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in"] + ["out"] * 5


def test_a_file_belongs_to_one_case_of_its_sender(database: Database) -> None:
    case, other = new_id(), new_id()
    mine, guests = send(), send(GUEST, guest_mark="a")
    for actor, ids, mark in ((NEIGHBOUR, mine, None), (GUEST, mine, "a"), (RESIDENT, new_id(), None), (GUEST, guests, "b"),
                             (STAFF, guests, None)):
        with pytest.raises(NotFound):
            bind(actor, ids, case=case, mark=mark)
    bind(RESIDENT, mine, case=case)
    bind(RESIDENT, mine, case=case)
    bind(GUEST, guests, case=case, mark="a")
    with pytest.raises(Conflict):
        bind(RESIDENT, mine, case=other)
    with pytest.raises(NotFound):
        bind(RESIDENT, mine, case=case, tenant=OTHER)
    with database.read(OFFICE) as session:
        assert [a.id for a in attachments.of_case(session, case)] == [mine, guests]


def test_a_case_has_a_bounded_number_of_files() -> None:
    quotas(case_files=2)
    case = new_id()
    bind(RESIDENT, send(), send(), case=case)
    with pytest.raises(Conflict):
        bind(RESIDENT, send(), case=case)


def test_what_was_never_sent_off_is_forgotten(database: Database, office: blobs.FolderStore) -> None:
    with clock.use(VirtualClock(clock.now())) as virtual:
        case, kept, lost = new_id(), send(data=png(), name="a.png"), send()
        bind(RESIDENT, kept, case=case)
        virtual.advance(timedelta(hours=30))
        fresh = send(data=boxes(b"isom"), name="a.mp4")
        assert dispatch(ReleaseAttachments(tenant_id=OFFICE, actor=SYSTEM)) == {"removed": 1}
        with pytest.raises(NotFound):
            row(database, lost)
        assert len(list(office.names(OFFICE))) == 3
        outbox.tick()
        assert set(office.names(OFFICE)) == {row(database, kept).sha256, row(database, fresh).sha256}


def test_erasing_a_case_keeps_a_content_that_another_needs(database: Database, office: blobs.FolderStore) -> None:
    case, shared, own = new_id(), send(), send(data=png(), name="a.png")
    also = send(NEIGHBOUR)
    bind(RESIDENT, shared, own, case=case)
    with pytest.raises(Forbidden):
        dispatch(ReleaseAttachments(tenant_id=OFFICE, actor=RESIDENT, case_id=case))
    dispatch(ReleaseAttachments(tenant_id=OFFICE, actor=SYSTEM, case_id=case))
    outbox.tick()
    assert list(office.names(OFFICE)) == [row(database, also).sha256]


def test_a_content_that_is_gone_is_not_noted(office: blobs.FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "has", lambda *_: False)
    with pytest.raises(Conflict):
        send()


def test_a_failed_write_leaves_nothing(office: blobs.FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="full"):
        office.put(OFFICE, b"x")
    assert [p for p in office.root.rglob("*") if p.is_file()] == []


def test_accept_works_inside_an_open_transaction(database: Database) -> None:
    def work(uow: UnitOfWork) -> UUID:
        return attachments.accept(uow, png(), "a.png", "image/png").id

    assert row(database, transact(OFFICE, SYSTEM, work)).media_type == "image/png"


def test_files_that_no_request_came_with_are_forgotten_by_the_worker(database: Database) -> None:
    from app.workers import retention

    with clock.use(VirtualClock(clock.now())) as virtual:
        waiting, begun = send(GUEST, guest_mark="m"), clock.now()
        for later, removed in ((timedelta(hours=1), 0), (timedelta(hours=26), 1)):
            virtual.move_to(begun + later)
            retention._next.clear()
            retention._files_next.clear()
            assert retention.tick(clock.now(), "test") == removed
    with pytest.raises(NotFound):
        row(database, waiting)
