"""Figures on a diagram as a page: the table without scripts, the way to the cases, periods and versions, the file."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.test_studio_differences import EVIL, other_process, publish
from tests.web.visiting import fill

PAGE = "/studio/heat/service_request"


def test_figures_and_the_way_to_the_cases(app: Any) -> None:
    ids, chief, analyst = fill(), Desk(app, "supervisor"), Desk(app, "analyst")
    page = chief.get(PAGE)
    assert not Labels(page).faults()
    row = re.search(r'<tr data-element="task_intake".*?</tr>', page, re.DOTALL)
    assert row and 'data-live="1"' in row[0] and "Take in the request" in row[0]
    here = re.search(r'href="([^"]*staff/cases\?[^"]*at=task_intake[^"]*)"', row[0])
    assert here and str(ids.case_id) in chief.get(here[1].replace("&amp;", "&").removeprefix(HOME))
    begun = re.search(r'<tr data-element="start_submitted".*?</tr>', page, re.DOTALL)
    assert begun and 'data-passages="1"' in begun[0]
    link = re.search(r'href="([^"]*through=start_submitted[^"]*)"', begun[0])
    assert link
    address = link[1].replace("&amp;", "&").removeprefix(HOME)
    found = chief.get(address)
    assert str(ids.case_id) in found and "Cases that went through service_request / start_submitted" in found
    early = re.sub(r"first=[\d-]+&last=[\d-]+", "first=2020-01-01&last=2020-01-31", address)
    assert str(ids.case_id) not in chief.get(early)
    plain = analyst.get(PAGE)
    assert 'data-live="1"' in plain and "/staff/cases?" not in plain and "路灯坏了" not in plain


def test_another_period_and_another_version(app: Any) -> None:
    fill()
    desk = Desk(app, "analyst")
    page = desk.get(f"{PAGE}?first=2020-01-01&last=2020-01-31&against=before")
    assert 'data-passages="0"' in page and 'data-live="1"' in page  # what is here now is no matter of days
    assert "before: 0" in desk.get(f"{PAGE}?against=before") and "before: 0" in desk.get(f"{PAGE}?against=year")
    versions = re.findall(r'<option value="([0-9a-f]{64})"', page)
    assert "before: 1" in desk.get(f"{PAGE}?version={versions[0]}&against={versions[0]}")
    wrong = desk.get(f"{PAGE}?first=2026-02-30&last=x", 422)
    assert "Please choose a date." in wrong and not Labels(wrong).faults()
    for query in ("version=x", "against=x", f"version={'0' * 64}"):
        desk.get(f"{PAGE}?{query}", 404)
    desk.get("/studio/heat/nothing", 404)
    assert "<bpmn:definitions" in desk.client.get(f"{HOME}{PAGE}/diagram").get_json()["xml"]


def test_the_file_for_a_spreadsheet(app: Any) -> None:
    fill()
    answer = Desk(app, "analyst").client.get(f"{HOME}{PAGE}.csv?against=before")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    begun = next(one for one in rows if one["Element"] == "start_submitted")
    assert begun["Passages"] == "1" and begun["Passages before"] == "0"


def test_security_16_names_on_the_picture_are_text(app: Any) -> None:
    fill()
    publish("process", "unit_work", other_process(EVIL))
    page = Desk(app, "analyst").get("/studio/heat/unit_work")
    assert EVIL not in page
    address = f"/staff/cases?process={EVIL}&through={EVIL}"
    found = Desk(app, "supervisor").get(address)
    assert EVIL not in found and "&lt;img" in found
