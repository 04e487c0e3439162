"""The reference models of the standards' own groups pass the Studio's editors unchanged, and say why they cannot be run."""

from __future__ import annotations

import pytest
from lxml import etree

from app import assemble
from app.dmn.linting import lint as dmn_lint
from app.engine.lint import lint as engine_lint
from tests.bench.bench_roundtrip import SHARED, editors, reference_files, trip
from tests.bench.roundtrip import differences
from tests.bench.whole_dmn import BOXES, whole

EVERY = 9
"""Of the tables; `make bench` takes all."""
OTHER_LOGIC = ("0030", "0034", "0085", "1151", "1152", "1154", "1161")
"""Files with boxes that dmn-js has no editor for, and with strangers' extensions."""
HEAD = b'<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:x="urn:x" id="d">'


class Nothing:
    """A place without any other definition."""

    def has(self, _kind: str, _key: str) -> bool:
        return False

    def data(self, _kind: str, _key: str) -> bytes | None:
        return None


def one(body: bytes) -> bytes:
    return HEAD + body + b"</b:definitions>"


def test_the_comparison_sees_what_counts_and_nothing_else() -> None:
    plain = one(b'<b:process id="p" isExecutable="true"><b:task id="t" name="A" x:own="1"/><b:task id="u"/></b:process>')
    same = (b'<definitions id="d" xmlns:y="urn:x" xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process '
            b'isExecutable="true" id="p">\n <task y:own="1" name="A" id="t" isForCompensation="false"/><task id="u"/></process>'
            b"</definitions>")
    assert differences(plain, same) == []
    for old, new in ((b'name="A"', b'name="B"'), (b' x:own="1"', b""), (b'<b:task id="u"/>', b""), (b'id="u"', b'id="v"'),
                     (b'<b:task id="u"/>', b'<b:task id="u"><b:documentation>w</b:documentation></b:task>'),
                     (b'isExecutable="true"', b"")):
        assert differences(plain, plain.replace(old, new)), (old, new)


def test_reference_files_pass_the_editors_unchanged() -> None:
    if not SHARED.is_dir():
        pytest.skip("the conformance files are not beside this checkout (../shared/conformance)")
    paths = reference_files()
    tables = [path for path in paths if path.suffix == ".dmn"]
    assert len(paths) == len(tables) + 21 > 120
    chosen = [path for path in paths if path.suffix == ".bpmn"]
    chosen += sorted({*tables[::EVERY], *(path for path in tables if path.name.startswith(OTHER_LOGIC))})
    with editors() as page:
        trips = [trip(page, path) for path in chosen]
    assert len(trips) > 30 and [(one.file, one.refused) for one in trips if one.refused] == []
    assert [(one.file, each) for one in trips for each in one.differences] == []
    assert [one.file for one in trips if not one.shown or one.unknown] == []


def test_every_part_of_the_standard_passes_and_a_change_changes_nothing_else() -> None:
    data = whole()
    with editors() as page:
        seen = page.evaluate("xml => window.throughDmn(xml)", data.decode())
        assert seen["unknown"] == [] and seen["shown"]
        assert in_order(data) == in_order(seen["xml"].encode())
        assert seen["xml"].count("<!--") == data.count(b"<!--") == len(BOXES) + 1
        strange = data.replace(b"</list>", b"<beyond a='1'>2</beyond><!-- 3 --></list>").replace(
            b"<input id='i1'", b"<input hint='y' id='i1'")
        seen = page.evaluate("xml => window.throughDmn(xml)", strange.decode())
        assert seen["unknown"] == ["beyond"] and differences(strange, seen["xml"].encode()) == []
        changed = page.evaluate("xml => window.changedDmn(xml, '> 7')", strange.decode())["xml"]
        assert [(one.what, one.before, one.after) for one in differences(strange, changed.encode())] == [("text", "> 1", "> 7")]
        assert changed.count("<!--") == strange.count(b"<!--")
        same = page.evaluate("xml => window.changedDmn(xml, '')", strange.decode())["xml"]
        assert differences(strange, same.encode()) == []


def in_order(data: bytes) -> list[tuple[str, str]]:
    """The elements as they stand, with their ids: schemas prescribe the order."""
    root = etree.fromstring(data, etree.XMLParser(remove_comments=True))
    return [(str(node.tag), node.get("id", "")) for node in root.iter()]


def test_what_cannot_be_executed_says_why_and_nothing_raises() -> None:
    if not SHARED.is_dir():
        pytest.skip("the conformance files are not beside this checkout (../shared/conformance)")
    assemble()
    said = {path.name: dmn_lint(path.read_bytes(), path.name) if path.suffix == ".dmn"
            else engine_lint(path.read_bytes(), path.name, Nothing()) for path in reference_files()}
    refused = {name: [one for one in problems if one.severity == "error"] for name, problems in said.items()}
    assert all(one.message and one.line for problems in refused.values() for one in problems)
    assert not refused["0034-drg-scopes.dmn"], "ids of a stranger's extension are no fault"
    assert not [name for name in refused if name.startswith(OTHER_LOGIC) and refused[name]]
    assert any(refused[name] for name in refused if name.endswith(".bpmn"))
