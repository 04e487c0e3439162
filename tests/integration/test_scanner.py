"""Files and a real virus scanner (clamd): turned away, let through, queued while it is down, removed when found later."""

from __future__ import annotations

import json
import re
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.kernel import blobs, database
from app.kernel.commands import GUEST
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.events import StoredEvent
from app.offices import archives
from app.tenancy import attachments
from app.tenancy.attachments import Attachment, scanner
from app.workers import scans
from tests import clamd
from tests.clamd import EICAR, SIGNATURE
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.unit.attachments.files import png
from tests.web.admin_pages import HOME, Desk, upload


@pytest.fixture
def office(any_app: Any) -> Iterator[Office]:
    with playing(demo_of(database.current())) as made:
        yield made


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a scanner would listen; whoever wants one starts it. It is taken out again for the tests that follow."""
    clamd.needed()
    monkeypatch.setattr(scans, "_next", [])  # the clocks of all tests show the same minutes
    scanner.configure({"CLAMD": str(tmp_path / "clamd.sock")})
    yield str(tmp_path / "clamd.sock")
    scanner.install(None)


def send(office: Office, data: bytes, name: str) -> UUID:
    return UUID(attachments.receive(office.tenant_id, GUEST, data, name)["attachment_id"])


def get(office: Office, attachment_id: UUID) -> Attachment:
    with database.current().read(office.tenant_id) as session:
        return attachments.get(session, attachment_id)


def test_security_14_a_harmful_file_is_turned_away_at_the_door_and_on_record(
        any_app: Any, office: Office, address: str, tmp_path: Path) -> None:
    with clamd.running(tmp_path):
        with pytest.raises(Invalid) as refused:
            send(office, EICAR, "letter.txt")
        assert "file" in (refused.value.fields or {})
        clean = send(office, png(), "door.png")
        desk = Desk(any_app, "intake_clerk")
        case_id = office.submit("门坏了", attachment_ids=(clean,))
        office.work()
        answer = desk.client.post(f"{HOME}/photos", data={**desk.marks("/submit"), "photo": upload(EICAR, "a.txt")})
        assert answer.status_code == 422 and SIGNATURE not in answer.text
    assert get(office, clean).scan == "clean"
    assert [row.sha256 for row in office.rows(Attachment, Attachment.file_name.in_(("letter.txt", "a.txt")))] == []
    blocked = office.rows(StoredEvent, StoredEvent.type == "attachment.blocked")
    assert [one.current()["signature"] for one in blocked] == [SIGNATURE] * 2
    page = desk.get(f"/staff/cases/{case_id}")
    assert f"/files/{clean}" in page


def test_security_14_while_the_scanner_is_down_files_wait_and_nobody_can_open_them(
        any_app: Any, office: Office, address: str, tmp_path: Path) -> None:
    good, bad = send(office, png(), "door.png"), send(office, EICAR, "letter.txt")
    with pytest.raises(Conflict):
        get(office, good)
    case_id = office.submit("门坏了", attachment_ids=(good, bad))
    office.work()
    office.wait(hours=6)
    supervisor, clerk = Desk(any_app, "supervisor"), Desk(any_app, "intake_clerk")
    page = clerk.get(f"/staff/cases/{case_id}")
    assert page.count("being checked for viruses") == 2 and f"/files/{good}" not in page
    assert clerk.client.get(f"{HOME}/staff/cases/{case_id}/files/{good}").status_code == 409
    assert "being checked for viruses" in clerk.client.get(f"{HOME}/c/{office.token}").text
    incidents = supervisor.get("/staff/incidents")
    assert "Files that wait for the virus scanner: 2" in incidents and "no answer" in incidents
    assert re.search(r"FileNotFoundError|ConnectionRefusedError", incidents), "the reason is told"
    sha256 = office.rows(Attachment, Attachment.id == bad)[0].sha256
    with clamd.running(tmp_path):
        assert supervisor.post("/staff/incidents/files", {}, page="/staff/incidents").status_code == 303
        office.wait(minutes=1)
    assert get(office, good).scan == "clean"
    with pytest.raises(NotFound):
        get(office, bad)
    assert not blobs.current().has(office.tenant_id, sha256), "the content is gone"
    page = clerk.get(f"/staff/cases/{case_id}")
    assert f"/files/{good}" in page and f"/files/{bad}" not in page and "letter.txt" in page
    assert "the virus scanner found something harmful in it" in page
    assert clerk.client.get(f"{HOME}/staff/cases/{case_id}/files/{bad}").status_code == 404
    assert [one.current()["signature"] for one in office.events("attachment.infected", case_id)] == [SIGNATURE]
    assert "Nothing has stopped." in supervisor.get("/staff/incidents")


def test_security_14_no_export_holds_a_file_that_nobody_may_open(
        any_app: Any, office: Office, address: str, tmp_path: Path) -> None:
    unseen = send(office, EICAR, "letter.txt")
    with database.current().snapshot(office.tenant_id) as session:
        archives.write(session, office.tenant_id, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as opened:
        manifest = json.loads(opened.read("manifest.json"))
        assert manifest["unchecked_files"] == [str(unseen)]
        assert not [name for name in opened.namelist() if str(unseen) in name]


def test_security_14_files_are_asked_about_again_without_anybody(
        any_app: Any, office: Office, address: str, tmp_path: Path) -> None:
    waiting = send(office, png(), "door.png")
    office.wait(hours=1)
    tries = office.rows(Attachment, Attachment.id == waiting)[0].scan_tries
    assert tries >= 1
    with clamd.running(tmp_path):
        office.wait(hours=1)
    assert get(office, waiting).scan == "clean"


def test_security_14_a_lost_content_holds_up_no_other_file(
        any_app: Any, office: Office, address: str, tmp_path: Path) -> None:
    lost, good = send(office, b"soon lost", "lost.txt"), send(office, png(), "door.png")
    blobs.current().remove(office.tenant_id, office.rows(Attachment, Attachment.id == lost)[0].sha256)
    with clamd.running(tmp_path):
        office.wait(minutes=1)
    assert get(office, good).scan == "clean"
    row = office.rows(Attachment, Attachment.id == lost)[0]
    assert row.scan == "waiting" and "not there" in (row.scan_note or "") and row.scan_at > office.clock.now()


def test_security_14_a_scanner_that_never_answers_keeps_no_resident_waiting(
        any_app: Any, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "DOOR_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, says nothing
        scanner.configure({"CLAMD": f"127.0.0.1:{silent.getsockname()[1]}"})
        try:
            began = time.monotonic()
            kept = send(office, png(), "door.png")
            assert time.monotonic() - began < 5
            assert office.rows(Attachment, Attachment.id == kept)[0].scan == "waiting"
        finally:
            scanner.install(None)


def test_without_a_scanner_nothing_is_asked_and_nothing_held_back(any_app: Any, office: Office) -> None:
    assert get(office, send(office, png(), "door.png")).scan == "off"


@pytest.mark.parametrize("wrong", ["clamd", "clamd:", ":3310", "host:port"])
def test_a_wrong_address_keeps_the_process_from_starting(wrong: str) -> None:
    with pytest.raises(ValueError, match="CLAMD"):
        scanner.configure({"CLAMD": wrong})
