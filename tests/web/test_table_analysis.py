"""What the analysis finds is seen where a table is changed, checked, uploaded and published, in both languages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask

from app import dmn
from tests.web.admin_pages import Desk, Labels
from tests.web.test_decision_tables import fields, in_force

FILE = Path("rules/base/decisions/service_module/service_module.dmn")
PAGE = "/admin/tables/service_module"
WAIT = "/admin/tables/answer_wait"


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app, "administrator")


def with_row(data: bytes, *cells: str) -> bytes:
    sheet = dmn.sheets(data, FILE.name)[0]
    return dmn.written(data, FILE.name, {sheet.id: [*sheet.rows, dmn.Row("", cells)]})[0]


def with_a_row_on_the_page(desk: Desk, page: str, *cells: str) -> tuple[dict[str, str], int]:
    """The fields of the page's form with one row more, and its number from 0."""
    sent = fields(desk.post(page, fields(desk.get(page)) | {"_action": "add:0"}, page=page).text)
    row = int(sent["t0-rows"]) - 1
    return sent | {f"t0-r{row}-c{at}": cell for at, cell in enumerate(cells)}, row


def test_two_rows_for_one_service_are_refused_at_the_row_with_an_example(desk: Desk) -> None:
    sent, row = with_a_row_on_the_page(desk, PAGE, '"PS02", "PS99"', '"PS"', '"help"', "twice")
    answer = desk.post(PAGE, sent | {"_action": "publish", "reason": "x"}, page=PAGE)
    said = "Rows 22 and 41 both match, for example with service = &#34;PS02&#34;; this table allows one row only."
    assert answer.status_code == 422 and said in answer.text and Labels(answer.text).faults() == []
    assert f'id="t0-r{row}-c0" ' in answer.text and f'aria-describedby="t0-r{row}-c0-errors"' in answer.text
    at_the_cell = answer.text.split(f'id="t0-r{row}-c0-errors"')[1].split("</ul>")[0]
    assert said in at_the_cell
    desk.client.get("/t/demo/preferences?lang=zh")
    again = desk.post(PAGE, sent | {"_action": "check"}, page=PAGE)
    assert "第 22 行与第 41 行同时匹配（例如 service = &#34;PS02&#34;），而该表只允许一行匹配。" in again.text


def test_hints_are_shown_and_do_not_refuse(desk: Desk) -> None:
    sent, row = with_a_row_on_the_page(desk, WAIT, '"emergency"', "9", "never comes to this")
    checked = desk.post(WAIT, sent | {"_action": "check"}, page=WAIT)
    said = "Row 4 repeats row 1; both match, for example, with urgency = &#34;emergency&#34;."
    assert checked.status_code == 200 and "It can be published. Please look at this first:" in checked.text
    assert said in checked.text and "Everything holds." not in checked.text and Labels(checked.text).faults() == []
    assert said in checked.text.split(f'id="t0-r{row}-c0-errors"')[1].split("</ul>")[0]
    done = desk.post(WAIT, sent | {"_action": "publish", "reason": "x"}, page=WAIT)
    assert done.status_code == 303
    assert said in desk.get("/admin/definitions/decision/answer_wait")


def test_a_table_with_an_end_for_all_else_holds(desk: Desk) -> None:
    page = desk.post(WAIT, fields(desk.get(WAIT)) | {"_action": "check"}, page=WAIT).text
    assert "Everything holds." in page and "Please look at this first" not in page


@pytest.mark.parametrize("path", ["/admin/definitions/check", "/admin/definitions"])
def test_an_uploaded_file_gets_the_same_verdict_with_its_line(desk: Desk, path: str) -> None:
    data = with_row(FILE.read_bytes(), '"PS02"', '"PS"', '"help"', "twice")
    line = 1 + data[:data.index(b"service_module_table_rule_1\"")].count(b"\n")
    sent = {"file": (io.BytesIO(data), FILE.name), "kind": "decision", "reason": "x"}
    answer = desk.post(path, {name: value for name, value in sent.items() if path.endswith("s") or name != "reason"}, path)
    assert answer.status_code == 422
    assert "Rows 22 and 41 both match, for example with service = &#34;PS02&#34;" in answer.text
    assert f"line {line}, element service_module_table_rule_1" in answer.text
    assert in_force().published_by is None


def test_the_command_that_checks_all_files_names_rows_and_refuses(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(with_row(FILE.read_bytes(), '"PS02"', '"PS"', '"help"', "twice"))
    bad = app.test_cli_runner().invoke(args=["catalog", "check", "--root", str(tmp_path)])
    line = 1 + file.read_bytes()[:file.read_bytes().index(b'"service_module_table_rule_1"')].count(b"\n")
    place = f"{FILE.as_posix()}:{line} service_module_table_rule_1"
    assert bad.exit_code == 1 and place in bad.output and '第 22 行与第 41 行' in bad.output
    file.write_bytes(FILE.read_bytes())
    good = app.test_cli_runner().invoke(args=["catalog", "check", "--root", str(tmp_path)])
    assert good.exit_code == 0 and 'service = "other"' in good.output
