"""The pages of demand without scripts: candidates, one topic, the month, the residents' page, the file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

from app.cases.model import Case
from app.kernel import clock
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill


def wave() -> None:
    """One request of CS01 a day for twelve weeks, then fifteen yesterday."""
    found = tenant_by_slug("demo")
    assert found is not None

    def write(uow: Any) -> None:
        ages = [*range(2, 86), *([1] * 15)]
        uow.session.add_all([Case(
            tenant_id=uow.tenant_id, id=new_id(), number=f"W-{at:04}", channel="web", text="秘密的话", service="CS01", module="CS",
            kind="complaint", token_hash=f"{at:064}", submitted_at=uow.now - timedelta(days=age), phase_at=uow.now,
            status="closed", rating=1 if at % 2 else None) for at, age in enumerate(ages)])
    transact(found.tenant_id, SYSTEM, write)


def address(page: str) -> str:
    found = re.search(rf'href="{HOME}(/staff/demand/[0-9a-f-]{{36}})"', page)
    assert found, page
    return found[1]


def test_from_the_comparison_to_the_month(app: Any) -> None:
    fill()
    wave()
    chief = Desk(app, "supervisor")
    empty = chief.get("/staff/demand")
    assert "No topic stands here." in empty and not Labels(empty).faults()
    assert chief.post("/staff/demand/compute", {}, "/staff/demand").status_code == 303
    page = chief.get("/staff/demand")
    assert "1 new topics" in page and "asked for more than before" in page and "Why this rank" in page and not Labels(page).faults()
    own = address(page)
    one = chief.get(own)
    assert not Labels(one).faults() and "Requests behind it" in one and "W-0098" in one and "秘密的话" not in one
    assert "residents asked in the last" in one and "that it is no chance" in one
    rows = list(csv.reader(io.StringIO(chief.client.get(f"{HOME}/staff/demand/topics.csv").text.lstrip("\ufeff"))))
    assert len(rows) == 2 and len(rows[0]) == len(rows[1]) and float(rows[1][12]) > 0
    proposed = chief.post("/staff/demand/new", {"code": "service:LS10", "note": "大件垃圾"}, "/staff/demand/new")
    assert proposed.status_code == 303
    wrong = chief.post("/staff/demand/new", {"code": "service:XX", "note": ""}, "/staff/demand/new")
    assert wrong.status_code == 422 and "Please write something." in wrong.text and not Labels(wrong.text).faults()
    other = proposed.headers["Location"].rsplit("/", 1)[1]
    asked = {"month": "2026-11", "theme_zh": "洁净家园", "theme_en": "A clean home", "act": "publish",
             "topic_0": own.rsplit("/", 1)[1], "question_zh_0": "为什么垃圾多了", "question_en_0": "Why is there more litter?", "unit_0": "LRS"}
    few = chief.post("/staff/demand/months", asked, "/staff/demand/months")
    assert few.status_code == 422 and "2 or 3 different topics" in few.text and 'value="洁净家园"' in few.text
    assert not Labels(few.text).faults()
    both = {**asked, "topic_1": other, "question_zh_1": "大件垃圾放哪里", "unit_1": "LRS"}
    assert chief.post("/staff/demand/months", both, "/staff/demand/months").status_code == 303
    months = chief.get("/staff/demand/months?month=2026-11")
    question = re.search(r"/staff/demand/questions/([0-9a-f-]{36})", months)
    assert question and not Labels(months).faults()
    written = chief.post(f"/staff/demand/questions/{question[1]}", {"progress_zh": "已增设", "progress_en": "Points <b>added</b>",
                                                                  "month": "2026-11"}, "/staff/demand/months")
    assert written.status_code == 303
    public = Desk.__new__(Desk)
    public.client = app.test_client()
    public.client.get(f"{HOME}/preferences?lang=en")
    shown = public.get("/monthly")
    assert "A clean home" in shown and "Why is there more litter?" in shown and "Points &lt;b&gt;added" in shown and "W-00" not in shown
    assert not Labels(shown).faults() and "/monthly" in public.get("/published")


def test_a_topic_is_taken_up_and_its_task_is_in_the_inbox(app: Any) -> None:
    fill()
    wave()
    chief, leader, analyst = (Desk(app, login) for login in ("supervisor", "leader", "analyst"))
    assert analyst.post("/staff/demand/compute", {}, "/staff/demand").status_code == 303
    own = address(leader.get("/staff/demand"))
    plain = analyst.get(own)
    assert "Begin supply adjustment" not in plain and 'href="/t/demo/staff/cases' not in plain
    blank = leader.post(f"{own}/drop", {"reason": " "}, own)
    assert blank.status_code == 422 and not Labels(blank.text).faults()
    assert leader.post(f"{own}/take", {"unit": "LRS"}, own).status_code == 303
    page = leader.get(own)
    assert "taken up" in page and "Supply adjustment" in page and "Where it is changed" in page
    inbox = chief.get("/staff/")
    assert "XQ-2" in inbox and not Labels(inbox).faults()
    (task,) = {one for one in re.findall(rf"{HOME}(/staff/tasks/[0-9a-f-]{{36}})", inbox) if "XQ-2" in chief.get(one)}
    assert chief.post(f"{task}/claim", {}, task).status_code == 303
    form = chief.get(task)
    assert "What is behind it" in form and "were expected" in form and not Labels(form).faults()
    with clock.use(clock.VirtualClock(clock.now() + timedelta(days=1))):
        loop.until_idle()
