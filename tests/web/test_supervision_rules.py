"""Supervision rules and orders in a browser without scripts: publish, see what fired, answer, score."""

from __future__ import annotations

from typing import Any

import pytest

from app.kernel import clock, database
from app.rules.model import RuleFiring, SupervisionOrder
from app.workers import supervision
from tests.factories import demo_of
from tests.integration.play import Office
from tests.integration.test_lifecycle import INTAKE
from tests.web.admin_pages import Desk, Labels, upload
from tests.web.visiting import fill

RULE = """rule: look_at_complaints
title: 新投诉 / A new complaint
shape: match
event: case.dispatched
where: 'module = "CS"'
then:
  - {action: tag, params: {tag: returned_twice}}
  - {action: open_supervision, params: {answer_within: P1D, reason: "请说明情况 / Please explain"}}
"""


@pytest.fixture(autouse=True)
def _alone() -> Any:
    supervision.end()
    yield
    supervision.end()


def test_a_rule_is_published_fires_and_its_order_is_answered(app: Any) -> None:
    admin, page = Desk(app, "administrator"), "/admin/definitions"
    bad = admin.post("/admin/definitions", {"kind": "supervision", "file": upload(
        RULE.replace("module =", "modul ="), "look_at_complaints.yaml")}, page)
    assert bad.status_code == 422 and "line 5" in bad.text and "column 9" in bad.text and "Is it module?" in bad.text
    sent = admin.post("/admin/definitions", {"kind": "supervision", "file": upload(RULE, "look_at_complaints.yaml")}, page)
    assert sent.status_code == 303, sent.text
    ids = fill()
    office = Office(demo_of(database.current()), clock)  # type: ignore[arg-type]  # on the machine's clock
    office.case_id = ids.case_id
    office.do("task_intake", **INTAKE)
    order, unit = office.rows(SupervisionOrder)[0], office.case().unit
    assert office.rows(RuleFiring, RuleFiring.rule == "look_at_complaints")

    listed = Desk(app, "analyst").get("/admin/supervision-rules")
    assert "A new complaint" in listed and "Nobody took it" in listed and "acted: 1" in listed and not Labels(listed).faults()
    one = admin.get("/admin/supervision-rules/look_at_complaints")
    assert office.case().number in one and "opened an order" in one and "case.dispatched" in one and not Labels(one).faults()
    assert f"/staff/cases/{ids.case_id}" not in one  # an administrator reads no cases
    chief, head = Desk(app, "supervisor"), Desk(app, f"head_{str(unit).lower()}")
    assert f"/staff/cases/{ids.case_id}" in chief.get("/admin/supervision-rules/look_at_complaints")
    chief.get("/admin/supervision-rules/nothing_here", 404)

    own = f"/staff/oversight/orders/{order.id}"
    assert own in chief.get("/staff/oversight") and "returned twice" in chief.get(f"/staff/cases/{ids.case_id}")
    assert own in head.get("/staff/oversight/orders")
    Desk(app, "head_pcs" if unit != "PCS" else "head_sfs").get(own, 404)
    form = head.get(own)
    assert "Please explain" in form and not Labels(form).faults() and "Close the order" not in form
    blank = head.post(f"{own}/answer", {"text": " "}, own)
    assert blank.status_code == 422 and "Please write something." in blank.text
    assert head.post(f"{own}/answer", {"text": "We went <there>."}, own).status_code == 303
    seen = chief.get(own)
    assert "We went &lt;there&gt;." in seen and not Labels(seen).faults()
    assert chief.post(f"{own}/verify", {"score": "9"}, own).status_code == 422
    assert chief.post(f"{own}/verify", {"score": "4", "remark": "Good"}, own).status_code == 303
    assert "4 of 5 points" in head.get(own) and own not in chief.get("/staff/oversight")
