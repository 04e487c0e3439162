"""The supervisor's page in a browser without scripts: tabs with counts, filters, assigning, an instruction."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from app.cases.model import CaseEntry
from app.kernel import clock
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.test_inbox import open_task, user
from tests.web.visiting import fill


def test_a_supervisor_steps_in(app: Any) -> None:
    ids = fill()
    with clock.use(clock.VirtualClock(clock.now() + timedelta(days=20))):
        chief = Desk(app, "supervisor")
        page = chief.get("/staff/oversight")
        assert str(ids.case_id) in page and "Supervision" in page and not Labels(page).faults()
        assert "Taking in: " in page and "working days late" in page and "路灯坏了" not in page and "赵小敏" not in page
        assert re.search(r'aria-current="page"><b>1</b>Overdue', page)
        empty = chief.get("/staff/oversight?reason=late&unit=LRS")
        assert str(ids.case_id) not in empty and "Nothing fits this filter." in empty and not Labels(empty).faults()
        assert "Nothing of this kind now." in chief.get("/staff/oversight?reason=returned")
        chosen = {"task": str(ids.task_id), "act": "assign", "user_id": str(user("handler_lrs"))}
        wrong = chief.post("/staff/oversight/assign?reason=late", chosen, "/staff/oversight")
        assert wrong.status_code == 409 and "somebody who may do this task" in wrong.text and 'checked' in wrong.text
        given = chief.post("/staff/oversight/assign?reason=late", {**chosen, "user_id": str(user("intake_clerk2"))},
                           "/staff/oversight")
        assert given.status_code == 303 and given.headers["Location"].startswith(f"{HOME}/staff/oversight")
        assert open_task(ids.task_id).claimed_by == user("intake_clerk2")
        own = f"/staff/oversight/{ids.case_id}"
        form = chief.get(f"{own}?next=/staff/oversight%3Freason%3Dlate")
        assert not Labels(form).faults() and "Give it to somebody else" in form
        blank = chief.post(f"{own}/instruct", {"text": " "}, own)
        assert blank.status_code == 422 and "Please write something." in blank.text
        done = chief.post(f"{own}/instruct", {"text": "Please call her <b>today</b>.", "next": "/staff/oversight?reason=late"}, own)
        assert done.status_code == 303 and done.headers["Location"] == f"{HOME}/staff/oversight?reason=late"
        assert "Told: " in chief.get("/staff/oversight")
        loop.until_idle()
        told = Desk(app, "intake_clerk2").get("/staff/messages")
        assert "Instruction on request" in told or "督办：诉求" in told
        case = Desk(app, "intake_clerk2").get(f"/staff/cases/{ids.case_id}")
        assert "Please call her &lt;b&gt;today&lt;/b&gt;." in case and "Instruction" in case


def test_a_supervisors_day_begins_with_what_needs_them(app: Any) -> None:
    ids = fill()
    chief = Desk(app, "supervisor")
    assert chief.client.get(f"{HOME}/staff/begin").headers["Location"].endswith("/staff/today")
    assert Desk(app, "head_lrs").client.get(f"{HOME}/staff/begin").headers["Location"].endswith("/staff/")
    calm = chief.get("/staff/today")
    assert "Nothing waits for you. Good." in calm and re.search(r"<b>1</b>green: in time", calm)
    found = tenant_by_slug("demo")
    assert found is not None
    transact(found.tenant_id, SYSTEM, lambda uow: uow.session.add(CaseEntry(
        tenant_id=uow.tenant_id, id=new_id(), case_id=ids.case_id, kind="return", visibility="staff",
        author_kind="user", at=uow.now)))
    for path in ("/staff/today", "/staff/oversight?reason=returned"):
        page = chief.get(path)
        assert str(ids.case_id) in page and "returned once" in page and "Taking in: " in page, "its running clock is told"
    with clock.use(clock.VirtualClock(clock.now() + timedelta(days=20))):
        page = Desk(app, "supervisor").get("/staff/today")
        assert re.search(r'reason=late"><b>1</b>red: overdue', page) and str(ids.case_id) in page
        assert re.search(r"<b>0</b>green: in time", page) and not Labels(page).faults()
        assert "路灯坏了" not in page and "赵小敏" not in page


def test_an_address_outside_is_not_followed(app: Any) -> None:
    ids, chief = fill(), Desk(app, "supervisor")
    own = f"/staff/oversight/{ids.case_id}"
    for target in ("//evil.example/x", "https://evil.example", "/\\evil.example"):
        page = chief.get(f"{own}?next={target}")
        assert f'href="{HOME}/staff/oversight">Back to the list' in page
        answer = chief.post(f"{own}/instruct", {"text": "x", "next": target}, own)
        assert answer.headers["Location"] == f"{HOME}/staff/oversight"
