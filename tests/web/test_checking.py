"""A file's verdict without putting it in force: who may ask, what is said, and that nothing is stored."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from app.catalog.model import DefinitionVersion
from app.kernel import database
from app.tenancy.queries import tenant_by_slug
from tests.web.admin_pages import Desk, Labels

PAGE = "/admin/definitions/check"
RETURN = Path("processes/base/follow_up/follow_up.bpmn")
TABLE = Path("rules/base/decisions/follow_up/follow_up.dmn")


def versions() -> int:
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        return session.query(DefinitionVersion).count()


def checked(desk: Desk, data: bytes, name: str, kind: str = "process") -> Any:
    answer = desk.post(PAGE, {"file": (io.BytesIO(data), name), "kind": kind}, PAGE)
    assert not Labels(answer.text).faults()
    return answer


@pytest.fixture
def reader(app: Any) -> Desk:
    """Somebody who may read definitions and not publish them."""
    return Desk(app, "supervisor")


def test_what_is_in_force_passes_with_all_its_scenarios(reader: Desk) -> None:
    before = versions()
    for path, kind in ((RETURN, "process"), (TABLE, "decision"), (Path("forms/base/handle.form"), "form")):
        answer = checked(reader, path.read_bytes(), path.name)
        assert answer.status_code == 200 and "It could be put in force." in answer.text, path
        assert "byte for byte" in answer.text and "Put it in force" not in answer.text
        assert ("scenarios were tried, and all went as told." in answer.text) is (kind != "form"), answer.text
    assert versions() == before


def test_a_change_is_shown_with_what_went_otherwise(reader: Desk) -> None:
    data = TABLE.read_bytes().replace(b"<text>? = false</text>", b"<text>true</text>")
    answer = checked(reader, data, TABLE.name)
    assert "went otherwise than told" in answer.text and "Against what is in force" in answer.text
    assert "This cell also holds where the value is not known." in answer.text and "hint" in answer.text
    diagram = RETURN.read_text(encoding="utf-8")
    other = diagram.replace('candidateGroups="=follow_up.by"', 'candidateGroups="handler"')
    assert other != diagram
    answer = checked(reader, other.encode(), RETURN.name)
    assert answer.status_code == 200 and "went otherwise than told" in answer.text


def test_a_fault_has_file_line_and_element_in_the_readers_language_and_the_text_stays(reader: Desk) -> None:
    before = versions()
    bad = TABLE.read_text(encoding="utf-8").replace("<text>? = false</text>", "<text>&lt; &lt;</text>", 1)
    line = next(number for number, text in enumerate(bad.splitlines(), 1) if "&lt; &lt;" in text)
    answer = checked(reader, bad.encode(), TABLE.name)
    assert answer.status_code == 422 and "It would be refused" in answer.text
    assert f"line {line}" in answer.text and "element follow_up_rule_2" in answer.text
    assert "&amp;lt; &amp;lt;" in answer.text  # the text is kept to be mended
    mended = reader.post(PAGE, {"kind": "decision", "name": "follow_up", "source": TABLE.read_text().replace("\n", "\r\n")}, PAGE)
    assert mended.status_code == 200 and "byte for byte" in mended.text
    reader.client.get("/t/demo/preferences?lang=zh")
    chinese = checked(reader, bad.encode(), TABLE.name)
    assert "将被拒绝" in chinese.text and f"第 {line} 行" in chinese.text
    assert versions() == before


def test_only_who_may_publish_is_offered_it_and_gets_it(app: Any, reader: Desk) -> None:
    admin, before = Desk(app, "administrator"), versions()
    changed = TABLE.read_text(encoding="utf-8").replace("? = false", "? = false or ? = null")
    shown = checked(admin, changed.encode(), TABLE.name)
    assert "Put it in force" in shown.text
    sent = {"kind": "decision", "name": "follow_up", "source": changed.replace("\n", "\r\n"), "reason": "x"}
    refused = reader.client.post("/t/demo/admin/definitions/checked", data={**reader.marks(PAGE), **sent})
    assert refused.status_code == 403 and versions() == before
    assert admin.post("/admin/definitions/checked", sent, PAGE).status_code == 303
    assert versions() == before + 1
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        row = session.query(DefinitionVersion).filter_by(tenant_id=found.tenant_id, key="follow_up").one()
        assert row.data == changed.encode()


@pytest.mark.parametrize(("fields", "says"), [
    ({}, "Please choose a file."), ({"kind": "nothing", "source": "x", "name": "x"}, "no kind of definition"),
    ({"kind": "process", "source": "x", "name": "../../etc/passwd"}, "It would be refused"),
    ({"kind": "process", "source": "x", "name": "x", "tenant_id": "1"}, "not known here")])
def test_odd_forms_are_answered_with_words(reader: Desk, fields: dict[str, str], says: str) -> None:
    answer = reader.post(PAGE, fields, PAGE)
    assert answer.status_code == 422 and says in answer.text
