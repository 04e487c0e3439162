"""Packages of definitions, in and out: what would change is shown first, all of it comes in force or nothing, and a ZIP
file of a stranger does no harm."""

from __future__ import annotations

import io
import re
import stat
import struct
import time
import tracemalloc
import zipfile
from typing import Any

import pytest

from app import catalog
from app.catalog.commands import PublishDefinition
from app.catalog.queries import effective, listing
from app.config import ROOT
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import DefinitionError
from app.studio import packages
from app.tenancy.queries import tenant_by_slug
from tests.hostile_xml import ATTACKS
from tests.pace import measured
from tests.web.admin_pages import Desk, Labels
from tests.web.test_security_uploads import BPMN, DMN, multipart

PAGE = "/studio/packages"
BASE = ROOT / "processes/base"


@pytest.fixture
def desk(app: Any) -> Desk:
    return Desk(app, "administrator")


def office_id() -> Any:
    office = tenant_by_slug("demo")
    assert office is not None
    return office.tenant_id


def in_force() -> dict[tuple[str, str], str]:
    with database.current().read(office_id()) as session:
        return {(one.kind, one.key): one.hash for one in listing(session, office_id())}


def content(kind: str, key: str) -> bytes:
    with database.current().read(office_id()) as session:
        return effective(session, office_id(), kind, key).data


def send(desk: Desk, data: bytes, name: str = "package.zip") -> Any:
    body, content_type = multipart(desk.marks(PAGE), name, data)
    return desk.client.post(f"/t/demo{PAGE}", data=body, content_type=content_type)


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], **how: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how.get("pack", zipfile.ZIP_DEFLATED)) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def bring(desk: Desk, data: bytes, reason: str = "from next door") -> Any:
    shown = send(desk, data)
    assert shown.status_code == 200, shown.text
    assert Labels(shown.text).faults() == []
    hidden = dict(re.findall(r'<input type="hidden" name="(package|stands)" value="([^"]*)"', shown.text))
    return desk.post(f"{PAGE}/import", hidden | {"reason": reason}, page=PAGE)


def test_a_process_is_taken_along_with_all_it_needs_and_is_the_same_next_door(desk: Desk) -> None:
    answer = desk.client.get("/t/demo/studio/package/follow_up")
    assert answer.mimetype == "application/zip" and "attachment" in answer.headers["Content-Disposition"]
    found = {(one.kind, one.key): one.data for one in packages.unpack(answer.data)}
    assert ("form", "return_visit") in found and ("decision", "visit_result") in found
    assert found["process", "follow_up"] == (BASE / "follow_up/follow_up.bpmn").read_bytes()
    assert any(kind == "message" for kind, _ in found)
    assert answer.data == desk.client.get("/t/demo/studio/package/follow_up").data
    shown = send(desk, answer.data)
    assert "Everything in the package is in force already." in shown.text and "Put it in force" not in shown.text
    assert desk.client.get("/t/demo/studio/package/nothing").status_code == 404


def test_the_shell_writes_the_same_package(app: Any, tmp_path: Any) -> None:
    target = tmp_path / "out.zip"
    run = app.test_cli_runner()
    done = run.invoke(args=["catalog", "package", "follow_up", str(target), "--tenant", "demo"])
    assert done.exit_code == 0, done.output
    assert target.read_bytes() == Desk(app, "administrator").client.get("/t/demo/studio/package/follow_up").data
    assert run.invoke(args=["catalog", "package", "nothing", str(target)]).exit_code == 1


def test_what_is_new_changed_and_equal_is_shown_and_comes_in_force_together(desk: Desk) -> None:
    before = in_force()
    process = content("process", "ask_resident").replace(b"ask_resident", b"ask_again")
    table = content("decision", "answer_wait").replace(b"</definitions>", b"<!-- longer --></definitions>")
    data = zipped(("process/ask_again.bpmn", process), ("decision/answer_wait.dmn", table),
                  ("decision/urgency.dmn", content("decision", "urgency")))
    shown = send(desk, data).text
    assert [shown.count(f">{word}</span>") for word in ("new", "changed", "the same")] == [1, 1, 1]
    assert in_force() == before
    assert bring(desk, data).status_code == 303
    after = in_force()
    assert {name for name in after if after[name] != before.get(name)} == {("process", "ask_again"), ("decision", "answer_wait")}
    assert content("process", "ask_again") == process and content("decision", "answer_wait") == table
    assert "from next door" in desk.get("/admin/definitions/process/ask_again")


def test_nothing_comes_in_force_when_one_is_refused_or_no_reason_is_given(desk: Desk) -> None:
    before = in_force()
    good = content("process", "ask_resident").replace(b"ask_resident", b"ask_again")
    broken = good.replace(b"ask_again", b"ask_twice").replace(b"userTask", b"complexGateway").replace(b"endEvent", b"transaction")
    data = zipped(("process/ask_again.bpmn", good), ("process/ask_twice.bpmn", broken))
    shown = send(desk, data)
    assert "It would be refused as a whole." in shown.text and "process/ask_twice.bpmn" in shown.text
    hidden = {"package": __import__("base64").b64encode(data).decode(), "stands": "x"}
    assert desk.post(f"{PAGE}/import", hidden | {"reason": "r"}, page=PAGE).status_code in (409, 422)
    assert bring(desk, zipped(("process/ask_again.bpmn", good)), reason=" ").status_code == 422
    assert in_force() == before


def test_a_reference_into_nothing_is_named(desk: Desk) -> None:
    process = content("process", "ask_resident").replace(b"ask_resident", b"ask_again")
    process = process.replace(b"</bpmn:process>", b'<bpmn:userTask id="u"><bpmn:extensionElements><zeebe:formDefinition '
                              b'formId="no_such_form"/></bpmn:extensionElements></bpmn:userTask></bpmn:process>')
    shown = send(desk, zipped(("process/ask_again.bpmn", process)))
    assert "Neither in the package nor in this office:" in shown.text and "no_such_form" in shown.text


def test_what_changed_since_the_report_is_a_conflict_and_loses_nothing(desk: Desk) -> None:
    data = zipped(("decision/urgency.dmn", content("decision", "urgency").replace(b"</definitions>", b"<!-- a --></definitions>")))
    shown = send(desk, data).text
    hidden = dict(re.findall(r'<input type="hidden" name="(package|stands)" value="([^"]*)"', shown))
    dispatch(PublishDefinition(tenant_id=office_id(), actor=SYSTEM, kind="decision", definition_key="urgency", data=content(
        "decision", "urgency").replace(b"</definitions>", b"<!-- b --></definitions>")))
    answer = desk.post(f"{PAGE}/import", hidden | {"reason": "mine"}, page=PAGE)
    assert answer.status_code == 409 and "Somebody else published a version meanwhile." in answer.text
    assert 'value="mine"' in answer.text and b"<!-- b -->" in content("decision", "urgency")


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("process/p.bpmn")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def over_each_other() -> bytes:
    """Two directory entries for the same bytes, so that a small file holds any number of large ones."""
    one = zipped(("process/a.bpmn", b"x" * 3000), pack=zipfile.ZIP_STORED)
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    directory = one[start:end]
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory) * 2, start, 0)
    return one[:start] + directory + directory.replace(b"process/a", b"process/b") + tail


def lying() -> bytes:
    data = bytearray(zipped(("process/p.bpmn", b"y" * 4000)))
    at = data.index(b"PK\x01\x02")
    data[at + 24:at + 28] = struct.pack("<L", 100)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(zipped(("process/p.bpmn", b"y")))
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


HOSTILE = {
    "no ZIP": lambda: b"<definitions/>",
    "empty": lambda: b"",
    "no entries": lambda: zipped(),
    "truncated": lambda: zipped(("process/p.bpmn", b"x" * 5000))[:-40],
    "bytes over the limit": lambda: zipped(("process/p.bpmn", __import__("random").Random(1).randbytes(1_100_000))),
    "bomb": lambda: zipped(("process/p.bpmn", b"0" * 4_900_000)),
    "many bombs": lambda: zipped(*((f"process/p{n}.bpmn", b"0" * 4_000_000) for n in range(12))),
    "too many entries": lambda: zipped(*((f"form/f{n}.form", b"{}") for n in range(201))),
    "way up": lambda: zipped(("../../etc/cron.d/x", b"x")),
    "way up below a kind": lambda: zipped(("process/../../x.bpmn", b"x")),
    "absolute": lambda: zipped(("/process/p.bpmn", b"x")),
    "drive": lambda: zipped(("C:\\process\\p.bpmn", b"x")),
    "backslash": lambda: zipped(("process\\p.bpmn", b"x")),
    "folder": lambda: zipped(("process/", b"")),
    "NUL in a name": lambda: zipped(("process/pX.bpmn", b"x")).replace(b"pX.bpmn", b"p\0.bpmn"),
    "wrong kind": lambda: zipped(("supervision/p.yaml", b"x")),
    "wrong ending": lambda: zipped(("process/p.dmn", b"x")),
    "file of scenarios": lambda: zipped(("process/scenarios.yaml", b"x")),
    "ZIP inside": lambda: zipped(("process/p.zip", zipped(("process/p.bpmn", b"x")))),
    "picture": lambda: zipped(("form/p.svg", b"<svg onload='x'/>")),
    "name twice": lambda: zipped(("process/p.bpmn", b"x"), ("process/p.bpmn", b"y")),
    "name twice but for capitals": lambda: zipped(("process/p.bpmn", b"x"), ("process/P.bpmn", b"y")),
    "link": lambda: zipped((link(), b"/etc/passwd")),
    "encrypted": encrypted,
    "other packing": lambda: zipped(("process/p.bpmn", b"x" * 500), pack=zipfile.ZIP_LZMA),
    "entries over each other": over_each_other,
    "lie about the size": lying,
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", HOSTILE)
def test_security_10_a_hostile_zip_is_refused_in_time_with_its_place(app: Any, name: str) -> None:
    with app.app_context():
        data = HOSTILE[name]()
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(DefinitionError) as caught:
        packages.unpack(data)
    spent, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 1 and most < 100_000_000
    assert all(one.text() for one in caught.value.problems)
    if name in ("way up", "link", "name twice", "wrong kind", "bomb", "encrypted"):
        assert all(one.file for one in caught.value.problems)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_security_10_the_page_refuses_in_words_and_stores_nothing(desk: Desk) -> None:
    before = in_force()
    for name in ("way up", "bomb", "link", "no ZIP", "bytes over the limit"):
        answer = send(desk, HOSTILE[name]())
        assert answer.status_code == 422, name
        assert "The package was refused. What was in force stays in force." in answer.text
    assert "../../etc/cron.d/x" in send(desk, HOSTILE["way up"]()).text
    for sent in ("", "no base64!", "QUJD"):
        answer = desk.post(f"{PAGE}/import", {"package": sent, "stands": "", "reason": "r"}, page=PAGE)
        assert answer.status_code == 422
    assert in_force() == before


@pytest.mark.parametrize("kind", ["process", "decision"])
def test_security_04_05_a_package_with_hostile_xml_is_refused_in_time_with_its_place(desk: Desk, kind: str) -> None:
    before, ending = in_force(), {"process": "bpmn", "decision": "dmn"}[kind]
    for name, make in ATTACKS.items():
        data = make().replace(BPMN, DMN) if kind == "decision" else make()
        package = zipped((f"{kind}/p.{ending}", data))
        with measured() as spent:
            answer = send(desk, package)
        assert spent[0] < 3, name
        assert answer.status_code == 422 or "It would be refused as a whole." in answer.text, name
        assert f"{kind}/p.{ending}" in answer.text or len(package) > packages.MOST_BYTES, name
    assert in_force() == before


def test_security_04_large_files_are_refused_by_the_linter_within_a_second_and_100_mb(app: Any) -> None:
    """5 MB and 100,000 elements, as a draft's check and a package's ask: the verdict has the place and no tree is built."""
    many = ATTACKS["60,000 elements"]().replace(b"<a/>", b"<a/><a/>")
    large = ATTACKS["empty"]() + b"<a>" + b"x" * 5_000_100 + b"</a>"
    for data in (many, large):
        tracemalloc.start()
        with measured() as spent:
            found = catalog_verdict(app, data)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert [one.severity for one in found] == ["error"] and found[0].file
        assert spent[0] < 1 and most < 100_000_000


@pytest.mark.parametrize("kind", ["process", "decision"])
def test_security_04_05_each_attack_on_the_check_of_a_draft_is_answered_in_time_with_the_place(app: Any, kind: str) -> None:
    """What the page of a draft asks after each change, without the page around it."""
    for name, make in ATTACKS.items():
        data = make().replace(BPMN, DMN) if kind == "decision" else make()
        with measured() as spent:
            found = catalog_verdict(app, data, kind)
        assert spent[0] < 1, name
        assert found and all(one.severity == "error" and one.file and (one.line or one.element) for one in found), (name, found)


def catalog_verdict(app: Any, data: bytes, kind: str = "process") -> list[Any]:
    from app.catalog.queries import verdict

    with database.current().read(office_id()) as session:
        return verdict(session, office_id(), kind, "p", data)


def test_security_07_a_package_is_known_by_what_its_files_say_inside(desk: Desk) -> None:
    before, data = in_force(), content("process", "ask_resident")
    twice = data.replace(b"</bpmn:process>", b'<bpmn:task id="ask_resident"/></bpmn:process>')
    for name, sent in (("process/other.bpmn", data), ("process/ask_resident.bpmn", twice)):
        shown = send(desk, zipped((name, sent)))
        assert "It would be refused as a whole." in shown.text, name
    assert catalog.kind_named("process").identify(data) == "ask_resident"
    assert in_force() == before


def test_security_15_no_picture_or_page_travels_in_a_package_and_names_are_shown_as_text(desk: Desk) -> None:
    assert send(desk, HOSTILE["picture"]()).status_code == 422
    name = "<svg onload=alert(1)>"
    shown = send(desk, zipped((name, b"x"))).text
    assert name not in shown and "&lt;svg onload=alert(1)&gt;" in shown
    process = content("process", "ask_resident").replace(b"ask_resident", b"ask_again").replace(
        b'isExecutable="true"', b'isExecutable="true" xmlns:svg="http://www.w3.org/2000/svg"', 1).replace(
        b"</bpmn:process>", b'<bpmn:textAnnotation id="t"><bpmn:text>&lt;svg onload="alert(2)"&gt;</bpmn:text></bpmn:textAnnotation></bpmn:process>')
    shown = send(desk, zipped(("process/ask_again.bpmn", process))).text
    assert '<svg onload="alert(2)">' not in shown
