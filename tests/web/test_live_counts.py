"""Counts on the page of a process: the table without scripts, the data for the drawing, the way to the cases."""

from __future__ import annotations

import re
from typing import Any

from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill


def test_who_may_see_cases_gets_from_a_count_to_them(app: Any) -> None:
    ids = fill()
    chief, analyst = Desk(app, "supervisor"), Desk(app, "analyst")
    page = chief.get("/admin/definitions/process/service_request")
    assert "1 open case is pinned to this version." in page and "Take in the request" in page and not Labels(page).faults()
    link = re.search(r'href="([^"]*/staff/cases\?[^"]*at=task_intake[^"]*)"', page)
    assert link
    found = chief.get(link[1].replace("&amp;", "&").removeprefix(HOME))
    assert str(ids.case_id) in found and "task_intake" in found
    other = chief.get(link[1].replace("&amp;", "&").removeprefix(HOME).replace("at=task_intake", "at=task_dispatch"))
    assert str(ids.case_id) not in other
    numbers = analyst.get("/admin/definitions/process/service_request")
    assert "1 open case is pinned to this version." in numbers and "/staff/cases" not in numbers
    assert "路灯坏了" not in numbers and "赵小敏" not in numbers
    counts = re.search(r'data-counts="([^"]+)"', numbers)
    assert counts
    for desk, may in ((chief, True), (analyst, False)):
        elements = {one["id"]: one for one in desk.client.get(counts[1]).get_json()["elements"]}
        assert (elements["task_intake"]["live"], elements["task_intake"]["stopped"]) == (1, 0)
        assert bool(elements["task_intake"]["cases"]) is may and elements["task_intake"]["says"].startswith("Take in")


def test_a_decision_has_no_counts(app: Any) -> None:
    ids, analyst = fill(), Desk(app, "analyst")
    answer = analyst.client.get(f"{HOME}/admin/definitions/versions/{ids.version_id}/counts")
    assert answer.status_code == 200 and answer.get_json() == {"elements": []}
    assert "Here now" not in analyst.get("/admin/definitions/decision/review")
