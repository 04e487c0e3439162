"""Supervision rules and orders in a browser without scripts: publish, see what fired, answer, score."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.cases.model import Case, every
from app.kernel import clock, database
from app.rules.model import RuleFiring
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
  - {action: open_supervision, params: {level: listed, reason: "请说明情况 / Please explain"}}
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
    with database.current().read(office.tenant_id) as session:
        order = session.scalars(every(select(Case).where(Case.nature == "order"))).one()
    unit = office.case().unit
    assert office.rows(RuleFiring, RuleFiring.rule == "look_at_complaints")

    listed = Desk(app, "analyst").get("/admin/supervision-rules")
    assert "A new complaint" in listed and "Nobody took it" in listed and "acted: 1" in listed and not Labels(listed).faults()
    one = admin.get("/admin/supervision-rules/look_at_complaints")
    assert office.case().number in one and "opened an order" in one and "case.dispatched" in one and not Labels(one).faults()
    assert f"/staff/cases/{ids.case_id}" not in one  # an administrator reads no cases
    chief, head = Desk(app, "supervisor"), Desk(app, f"head_{str(unit).lower()}")
    assert f"/staff/cases/{ids.case_id}" in chief.get("/admin/supervision-rules/look_at_complaints")
    chief.get("/admin/supervision-rules/nothing_here", 404)

    own, case = f"/staff/cases/{order.id}", f"/staff/cases/{ids.case_id}"
    assert own in chief.get("/staff/oversight") and "returned twice" in chief.get(case) and own in chief.get(case)
    assert own in head.get("/staff/oversight/orders") and own not in head.get("/staff/cases")
    Desk(app, "head_pcs" if unit != "PCS" else "head_sfs").get(own, 404)
    Desk(app, "head_pcs" if unit != "PCS" else "head_sfs").get(f"/staff/oversight/orders/{order.id}", 404)
    shown = head.get(own)
    assert "Please explain" in shown and "Listed order" in shown and case in shown and not Labels(shown).faults()
    assert "Log a contact" not in shown and "The resident may read this" not in shown
    task = f"/staff/tasks/{office.tasks(order.id)['task_answer'].id}"
    assert "Please explain" in head.get("/staff/") and order.number in head.get("/staff/")
    assert head.post(f"{task}/claim", {}, task).status_code == 303
    form = head.get(task)
    assert "What happened, and what is done about it" in form and not Labels(form).faults()
    digest = {"_form_hash": office.tasks(order.id)["task_answer"].form_hash}
    assert head.post(task, {**digest, "order_answer": " "}, task).status_code == 422
    assert head.post(task, {**digest, "order_answer": "We went <there>."}, task).status_code == 303
    seen = chief.get(own)
    assert "We went &lt;there&gt;." in seen and not Labels(seen).faults()
    look = f"/staff/tasks/{office.tasks(order.id)['task_verify'].id}"
    digest = {"_form_hash": office.tasks(order.id)["task_verify"].form_hash}
    assert chief.post(f"{look}/claim", {}, look).status_code == 303
    assert chief.post(look, {**digest, "verdict": "accept", "score": "9"}, look).status_code == 422
    assert chief.post(look, {**digest, "verdict": "accept", "score": "4"}, look).status_code == 303
    assert "4 of 5 points" in head.get(own) and own not in chief.get("/staff/oversight")


def test_a_supervisor_opens_an_order_by_hand(app: Any) -> None:
    chief, page = Desk(app, "supervisor"), "/staff/oversight/orders"
    assert "Open an order" in chief.get(page) and "Open an order" not in Desk(app, "head_wbs").get(page)
    bad = chief.post(page, {"text": " ", "number": "X-1", "unit": "", "level": "order"}, page)
    assert bad.status_code == 422 and "There is no such request." in bad.text and not Labels(bad.text).faults()
    sent = chief.post(page, {"text": "Yard of house 3", "number": "", "unit": "WBS", "level": "order"}, page)
    assert sent.status_code == 303 and "/staff/cases/" in sent.headers["Location"]
    assert "Yard of house 3" in Desk(app, "head_wbs").get(page)
    assert Desk(app, "head_wbs").post(page, {"text": "x", "unit": "WBS", "level": "order"}, page).status_code == 403
