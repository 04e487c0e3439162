"""Figures on a diagram as a page: the table without scripts, the way to the cases, periods and versions, the file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.insight.queries import Heat
from app.kernel import clock
from app.web.studio.heat_rows import Row, largest
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
    for query in ("against=before", "against=year", "", "first=2026-01-01&last=2026-12-31"):
        assert "before: 0" in desk.get(f"{PAGE}?{query}"), "as many days before are the usual comparison"
    assert "before: 0" not in desk.get(f"{PAGE}?against=nothing")
    versions = re.findall(r'<option value="([0-9a-f]{64})"', page)
    assert "before: 1" in desk.get(f"{PAGE}?version={versions[0]}&against={versions[0]}")
    wrong = desk.get(f"{PAGE}?first=2026-02-30&last=x", 422)
    assert "Please choose a date." in wrong and not Labels(wrong).faults()
    for query in ("version=x", "against=x", f"version={'0' * 64}"):
        desk.get(f"{PAGE}?{query}", 404)
    desk.get("/studio/heat/nothing", 404)
    assert "<bpmn:definitions" in desk.client.get(f"{HOME}{PAGE}/diagram").get_json()["xml"]


def test_two_periods_that_somebody_chooses(app: Any) -> None:
    ids, desk = fill(), Desk(app, "supervisor")
    today = clock.now().date()
    days = (f"first=2024-02-01&last=2024-02-29&against=days&first_before={today - timedelta(days=3)}"
            f"&last_before={today + timedelta(days=1)}")
    page = desk.get(f"{PAGE}?{days}&draw=change&by=passages")
    assert not Labels(page).faults() and 'value="change" selected' in page and 'value="days" selected' in page
    row = re.search(r'<tr data-element="start_submitted".*?</tr>', page, re.DOTALL)
    assert row and "before: 1" in row[0] and 'data-passages-change="-1.0"' in row[0] and "▼ -100%" in row[0]
    before = re.search(r'href="([^"]*through=start_submitted[^"]*)">before: 1', row[0])
    assert before and str(ids.case_id) in desk.get(before[1].replace("&amp;", "&").removeprefix(HOME))
    largest = re.search(r'<section class="card heat-largest" data-largest="passages".*?</section>', page, re.DOTALL)
    assert largest and " hidden" not in largest[0].split(">")[0] and "0 a day" in largest[0]
    assert f"last_before={today + timedelta(days=1)}" in page.split("studio/heat/service_request.csv?")[1].split('"')[0]
    for query, field in (("first_before=2026-13-01&last_before=2026-01-02", "first_before"),
                         ("first_before=2026-02-01&last_before=2026-01-02", "last_before"), ("", "first_before")):
        wrong = desk.get(f"{PAGE}?against=days&{query}", 422)
        assert not Labels(wrong).faults() and re.search(f'id="c-{field}"[^>]*aria-invalid="true"', wrong), query
    both = desk.get(f"{PAGE}?against=days&first=x&last=y&first_before=x&last_before=y", 422)
    assert both.count('aria-invalid="true"') == 4


def test_counts_of_unequal_periods_are_compared_by_the_day() -> None:
    steady = Row("a", "a", "a", "userTask", Heat(passages=30, overdue=3, rework=6, median=60.0, most=100.0),
                 Heat(passages=90, overdue=9, rework=9, median=30.0, most=0.0), days=10, days_before=30)
    assert [steady.change(one) for one in ("passages", "overdue", "rework", "median", "most")] == [0, 0, 1, 1, None]
    assert steady.is_new("most") and not steady.is_new("median") and steady.change("live") is None
    few = replace(steady, id="b", now=Heat(passages=4, median=9e9), before=Heat(passages=4, median=1.0))
    slow = replace(steady, id="c", now=Heat(passages=30, median=9_000.0))
    flow = replace(slow, id="d", type="sequenceFlow")
    assert [one.id for one in largest([steady, few, slow, flow], "median")] == ["c", "a"]
    assert largest([steady], "passages") == [] and largest([steady], "live") == []
    assert largest([replace(steady, before=None)], "median") == []


def test_the_file_for_a_spreadsheet(app: Any) -> None:
    fill()
    answer = Desk(app, "analyst").client.get(f"{HOME}{PAGE}.csv?against=before")
    assert answer.status_code == 200 and answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    begun = next(one for one in rows if one["Element"] == "start_submitted")
    assert begun["Passages"] == "1" and begun["Passages before"] == "0" and float(begun["Passages a day"]) > 0
    assert begun["Change of passages a day, percent"] == "" and begun["First day before"] < begun["First day"]
    for name in ("Nine of ten before, working minutes", "Overdue before", "Rework before", "Change of the median, percent"):
        assert name in begun
    alone = Desk(app, "analyst").client.get(f"{HOME}{PAGE}.csv?against=nothing")
    assert "Passages before" not in alone.text and "Passages a day" in alone.text
    assert Desk(app, "analyst").client.get(f"{HOME}{PAGE}.csv?against=days").status_code == 422


def test_security_16_names_on_the_picture_are_text(app: Any) -> None:
    fill()
    publish("process", "unit_work", other_process(EVIL))
    page = Desk(app, "analyst").get("/studio/heat/unit_work")
    assert EVIL not in page
    address = f"/staff/cases?process={EVIL}&through={EVIL}"
    found = Desk(app, "supervisor").get(address)
    assert EVIL not in found and "&lt;img" in found
