"""Administrators change decision tables in the browser; the next case follows."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app import dmn
from app.cases.commands import SubmitCase
from app.catalog import live
from app.deadlines.model import Deadline
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import Desk, Labels

PAGE = "/admin/tables/time_limit"


@pytest.fixture
def desk(any_app: Any) -> Desk:
    return Desk(any_app, "administrator")


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the tables on a page."""
    found = dict(re.findall(r'name="(begun_from|t\d+-rows|t\d+-r\d+-id)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea rows="1" name="(t\d+-r\d+-c\d+)"[^>]*>(.*?)</textarea>', page, re.S))
    for name, inside in re.findall(r'<select name="(t\d+-r\d+-c\d+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return {name: html.unescape(value) for name, value in found.items()}


def in_force() -> Any:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    with database.current().read(tenant.tenant_id) as session:
        found = live(session, tenant.tenant_id, "decision", "time_limit")
    assert found is not None
    return found


def cell(page: str, part: str = "output") -> str:
    """The name of the first output cell with a number in it."""
    tables = dmn.sheets(in_force().data, "x")
    for at, sheet in enumerate(tables):
        for number, column in enumerate(sheet.columns):
            if column.part == part and sheet.rows[0].cells[number].isdecimal():
                return f"t{at}-r0-c{number}"
    raise AssertionError("no number in the tables")


def test_a_limit_is_changed_seen_published_with_a_reason_and_taken_back(desk: Desk) -> None:
    before = in_force()
    page = desk.get(PAGE)
    assert Labels(page).faults() == [] and "time_limit" in desk.get("/admin/tables")
    sent = fields(page) | {cell(page): "7"}
    checked = desk.post(PAGE, sent | {"_action": "check"}, page=PAGE)
    assert checked.status_code == 200 and "What you have changed" in checked.text and "<ins>7</ins>" in checked.text
    assert re.search(r"scenarios were asked; [1-9]\d* are answered differently", checked.text)
    assert in_force().hash == before.hash
    refused = desk.post(PAGE, sent | {"_action": "publish", "reason": " "}, page=PAGE)
    assert refused.status_code == 422 and "Please say why" in refused.text and ">7</textarea>" in refused.text
    done = desk.post(PAGE, sent | {"_action": "publish", "reason": "Council decision 12"}, page=PAGE)
    assert done.status_code == 303
    assert in_force().hash != before.hash
    one = desk.get("/admin/definitions/decision/time_limit")
    assert "Council decision 12" in one
    desk.post("/admin/definitions/decision/time_limit/withdraw", {}, page="/admin/definitions/decision/time_limit")
    assert in_force().hash == before.hash


def test_a_cell_that_does_not_hold_is_marked_and_the_rest_is_kept(desk: Desk) -> None:
    page = desk.get(PAGE)
    sent, name = fields(page), cell(page)
    other = next(one for one in sent if one.endswith(name.rsplit("-", 1)[1]) and one != name and "-r1-" in one)
    answer = desk.post(PAGE, sent | {name: "7 +", other: "9", "_action": "publish", "reason": "x"}, page=PAGE)
    assert answer.status_code == 422
    assert re.search(rf'id="{name}"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r"<li>position 4: The expression ends where a value is expected", answer.text)
    assert ">7 +</textarea>" in answer.text and fields(answer.text)[other] == "9"
    assert in_force().published_by is None
    assert "Definition refused" in desk.get("/admin/audit")


def test_rows_are_added_copied_moved_and_removed(desk: Desk) -> None:
    page = desk.get(PAGE)
    sent = fields(page)
    rows = int(sent["t0-rows"])
    added = fields(desk.post(PAGE, sent | {"_action": "add:0"}, page=PAGE).text)
    assert added["t0-rows"] == str(rows + 1) and added[f"t0-r{rows}-c0"] == ""
    copied = fields(desk.post(PAGE, sent | {"_action": "copy:0:0"}, page=PAGE).text)
    assert copied["t0-r1-c0"] == sent["t0-r0-c0"] and copied["t0-rows"] == str(rows + 1)
    moved = fields(desk.post(PAGE, sent | {"_action": "down:0:0"}, page=PAGE).text)
    assert moved["t0-r1-id"] == sent["t0-r0-id"] and moved["t0-r0-id"] == sent["t0-r1-id"]
    gone = fields(desk.post(PAGE, sent | {"_action": "remove:0:0"}, page=PAGE).text)
    assert gone["t0-rows"] == str(rows - 1) and gone["t0-r0-id"] == sent["t0-r1-id"]
    for bad in ("up:99:0", "remove:0:9999", "drop:0:0", "add:²"):
        assert desk.post(PAGE, sent | {"_action": bad}, page=PAGE).status_code == 422
    assert desk.post(PAGE, sent | {"t0-rows": "999999"}, page=PAGE).status_code == 422
    assert desk.post(PAGE, sent | {"tenant_id": "x"}, page=PAGE).status_code == 422


def test_what_somebody_else_published_meanwhile_is_shown_before_it_is_written_over(desk: Desk) -> None:
    page = desk.get(PAGE)
    sent, name = fields(page), cell(page)
    other = next(one for one in sent if "-r1-" in one and one.endswith(name.rsplit("-", 1)[1]) and one[:2] == name[:2])
    first = {"_action": "publish", "reason": "first", name: "7"}
    assert desk.post(PAGE, sent | first, page=PAGE).status_code == 303
    late = desk.post(PAGE, sent | {"_action": "publish", "reason": "second", other: "9"}, page=PAGE)
    assert late.status_code == 409 and "Somebody else published" in late.text
    assert "<del>7</del>" in late.text and "<ins>9</ins>" in late.text and 'value="second"' in late.text
    again = desk.post(PAGE, fields(late.text) | {"_action": "publish", "reason": "second"}, page=PAGE)
    assert again.status_code == 303


def test_the_next_case_follows_a_changed_limit_without_a_restart(desk: Desk) -> None:
    """Every amount of the limit to accept becomes 97, whatever its unit."""
    office = tenant_by_slug("demo")
    assert office is not None
    before = replied(office.tenant_id)
    page = desk.get(PAGE)
    sent = fields(page)
    for at, sheet in enumerate(dmn.sheets(in_force().data, "x")):
        if "accept" in sheet.id or "accept" in sheet.name:
            labels = [column.expression for column in sheet.columns]
            for row in range(len(sheet.rows)):
                sent[f"t{at}-r{row}-c{labels.index('amount')}"] = "97"
    done = desk.post(PAGE, sent | {"_action": "publish", "reason": "a trial"}, page=PAGE)
    assert done.status_code == 303, done.text
    after = replied(office.tenant_id)
    assert after - before > timedelta(days=3)


def replied(tenant_id: UUID) -> timedelta:
    """How long the office has to accept a new request."""
    answer = dispatch(SubmitCase(tenant_id=tenant_id, actor=GUEST, text="路灯坏了。", name="赵", phone="13911110009"))
    loop.until_idle()
    with database.current().read(tenant_id) as session:
        row = session.query(Deadline).filter_by(case_id=UUID(answer["case_id"]), name="accept").one()
        return row.due_at - row.started_at


def test_plain_cells_are_chosen_from_lists_and_rows_read_as_sentences(desk: Desk) -> None:
    page = desk.get("/admin/tables/handling_unit")
    first = re.search(r'<select name="t0-r0-c2".*?</select>', page, re.S)
    assert first is not None and 'value="&#34;LRS&#34;"' in first[0] and "selected" in first[0]
    assert re.search(r"When Service: LI01 [^.]*, then Unit: [^.]*Dispatch at once: yes", page)
    assert "In all other cases: Unit:" in page and "How to read and fill in a table" in page
    free = desk.post("/admin/tables/handling_unit", fields(page) | {"_action": "free"}, page="/admin/tables/handling_unit")
    assert '<select name="t' not in free.text and 'name="free" value="1"' in free.text
    assert fields(free.text)["t0-r0-c2"] == fields(page)["t0-r0-c2"]
