"""Own versions whose base has moved on, and the table of a process's variables."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app import catalog, dmn
from app.catalog import queries
from app.catalog.commands import PublishDefinition
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.model import BASE_TENANT_ID
from app.web.studio.drift import clashes
from tests.web.admin_pages import Desk, Labels
from tests.web.test_security_studio_files import content, office_id

TABLE, KEY = "decision", "answer_wait"
PAGE = f"/studio/drift/{TABLE}/{KEY}"


@pytest.fixture
def desk(app: Any) -> Desk:
    return Desk(app, "administrator")


def put(data: bytes, tenant_id: Any, kind: str = TABLE, key: str = KEY) -> None:
    dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind=kind, definition_key=key, data=data))


def with_cell(data: bytes, row: int, cell: int, text: str) -> bytes:
    (sheet,) = dmn.sheets(data, "")
    rows = list(sheet.rows)
    cells = list(rows[row].cells)
    cells[cell] = text
    rows[row] = dmn.Row(rows[row].id, tuple(cells), rows[row].marks)
    return dmn.written(data, "", {sheet.id: rows})[0]


def drifted() -> list[str]:
    with database.current().read(office_id()) as session:
        return [one.key for one in queries.drift(session, office_id())]


def apart(desk: Desk) -> tuple[bytes, bytes, bytes]:
    """The base then, the base now, the own: both changed the second cell of the first row, each another row besides."""
    then = content(TABLE, KEY)
    now = with_cell(with_cell(then, 0, 1, "7"), 1, 1, "8")
    own = with_cell(then, 0, 1, "9")
    put(own, office_id())
    assert drifted() == []
    put(now, BASE_TENANT_ID)
    assert drifted() == [KEY]
    return then, now, own


def settle(desk: Desk, action: str, reason: str = "") -> Any:
    page = desk.get(PAGE)
    hidden = dict(re.findall(r'<input type="hidden" name="(base|own)" value="([^"]*)"', page))
    return desk.post(PAGE, hidden | {"_action": action, "reason": reason}, page=PAGE)


def test_what_both_changed_is_shown_three_ways_cell_by_cell(desk: Desk) -> None:
    then, now, own = apart(desk)
    assert KEY in desk.get("/studio/drift")
    page = desk.get(PAGE)
    assert Labels(page).faults() == [] and "Both changed the same place" in page
    (clash,) = clashes(TABLE, then, now, own)
    (sheet,) = dmn.sheets(then, "")
    assert (clash.then, clash.now, clash.own) == (sheet.rows[0].cells[1], "7", "9") and " 1 · " in clash.where
    assert page.count("<ins>7</ins>") >= 1 and page.count("<ins>9</ins>") >= 1
    assert desk.client.get("/t/demo/studio/drift/decision/urgency").status_code == 404


def test_texts_are_compared_by_lines() -> None:
    then = b"a\nb\nc\nd\n"
    (clash,) = clashes("form", then, b"a\nB\nc\nd\ne\n", b"a\nX\nc\nd\n")
    assert (clash.where, clash.then, clash.now, clash.own) == ("2", "b", "B", "X")
    assert clashes("form", then, b"a\nB\nc\nd\n", b"a\nB\nc\nD\n") == []
    assert [one.now for one in clashes("form", then, b"a\nb\nc\nd\ne\n", b"a\nb\nc\nd\nf\n")] == ["e"]


def test_the_own_version_is_kept_with_a_reason_until_the_base_moves_again(desk: Desk) -> None:
    then, now, own = apart(desk)
    refused = settle(desk, "keep")
    assert refused.status_code == 422 and "Please say why" in refused.text and drifted() == [KEY]
    assert settle(desk, "keep", "our hours differ").status_code == 303
    assert drifted() == [] and content(TABLE, KEY) == own
    assert "Nothing has fallen behind." in desk.get("/studio/drift")
    put(with_cell(now, 0, 1, "6"), BASE_TENANT_ID)
    assert drifted() == [KEY]
    with database.current().read(office_id()) as session:
        found = queries.three_way(session, office_id(), TABLE, KEY)
    assert found.then is not None and found.then.data == now        # what was seen last is what it is compared with
    put(with_cell(now, 0, 1, "5"), office_id())
    assert drifted() == []                                           # a new version is made beside the base of today


def test_the_shipped_version_is_taken_instead(desk: Desk) -> None:
    _, now, _ = apart(desk)
    assert settle(desk, "take").status_code == 303
    assert content(TABLE, KEY) == now and drifted() == []


def test_a_base_that_moved_while_somebody_looked_is_a_conflict(desk: Desk) -> None:
    _, now, own = apart(desk)
    page = desk.get(PAGE)
    hidden = dict(re.findall(r'<input type="hidden" name="(base|own)" value="([^"]*)"', page))
    put(with_cell(now, 0, 1, "6"), BASE_TENANT_ID)
    for action in ("keep", "take"):
        answer = desk.post(PAGE, hidden | {"_action": action, "reason": "mine"}, page=PAGE)
        assert answer.status_code == 409 and 'value="mine"' in answer.text
    assert content(TABLE, KEY) == own and drifted() == [KEY]


def test_the_variables_of_a_process_are_told_with_writers_and_readers(desk: Desk) -> None:
    page = desk.get("/studio/data/service_request")
    assert Labels(page).faults() == [] and "may be missing" not in page
    row = page.split('<th scope="row"><code>urgency_stated</code>')[1].split("</tr>")[0]
    written, read = row.split("<td>")[1:]
    assert "given at the start" in written and "task_intake" in written and "output mapping" in written
    assert "milestone_taken_in" in read and "property" in read
    assert '<code>service_request</code></a>' in desk.get("/studio/data/unit_work") or "given by" in desk.get("/studio/data/unit_work")
    answer = page.split('<th scope="row"><code>answer</code>')[1].split("</tr>")[0]
    assert "task_intake" in answer.split("<td>")[1] and "form" in answer.split("<td>")[1]     # a field, mapped to reply
    desk.client.get("/t/demo/preferences?lang=zh")
    assert "写入者" in desk.get("/studio/data/follow_up")
    assert desk.client.get("/t/demo/studio/data/nothing").status_code == 404


def test_a_misspelt_variable_is_told_where_a_file_is_checked_and_can_still_be_published(desk: Desk) -> None:
    data = content("process", "service_request").replace(b"=urgency_claimed\"", b"=urgency_clamed\"", 1)
    with database.current().read(office_id()) as session:
        (found,) = queries.verdict(session, office_id(), "process", "service_request", data)
    assert found.severity == "warning" and found.element == "task_decide_first_limit" and found.name
    assert found.text() == "Reads urgency_clamed, which nothing writes and nobody brings. Was urgency_claimed meant?"
    assert catalog.kind_named("process").compile(data, "x")
