"""A changed table is tried on past cases from the pages: beside the draft, for each reader as far as they may see."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.cli.demo import office as demo_office
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST
from app.tenancy.queries import tenant_by_slug
from app.web.admin import past_cases
from app.workers import loop
from tests.web.admin_pages import Desk, Labels, upload
from tests.web.test_decision_tables import fields, in_force

PAGE, CHECK = "/admin/tables/time_limit", "/admin/definitions/check"
LIMITS = Path("rules/base/decisions/time_limit/time_limit.dmn")
LAST_ACCEPT = "t0-r3-c2"
"""The amount of the last row of the limit to accept: 2 working hours."""


def submitted(tenant_id: UUID, count: int = 2) -> list[str]:
    """Numbers of new requests, each with its first limits decided."""
    made = [dispatch(SubmitCase(tenant_id=tenant_id, actor=GUEST, text="路灯坏了。", name="赵", phone=f"1391111000{at}"))
            for at in range(count)]
    loop.until_idle()
    return [one["number"] for one in made]


@pytest.fixture
def numbers(any_app: Any) -> list[str]:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    return submitted(tenant.tenant_id)


def page_fields(page: str) -> dict[str, str]:
    """As a browser would send them, the trial too."""
    mark = re.search(r'name="tried" value="([^"]+)"', page)
    return fields(page) | ({"tried": mark[1]} if mark else {})


def grant(desk_role: str, extra: str) -> None:
    """Give somebody a second role."""
    from app.auth.model import Membership, User
    from app.kernel.commands import SYSTEM
    from app.kernel.unit_of_work import transact

    tenant = tenant_by_slug("demo")
    assert tenant is not None

    def write(uow: Any) -> None:
        user = uow.session.query(User).filter_by(login=desk_role).one()
        uow.session.add(Membership(tenant_id=uow.tenant_id, user_id=user.id, role=extra))
    transact(tenant.tenant_id, SYSTEM, write)


def test_the_button_shows_what_would_change_beside_the_draft_which_stays(any_app: Any, numbers: list[str]) -> None:
    desk = Desk(any_app, "administrator")
    page = desk.get(PAGE)
    assert "Try on past cases" in page and fields(page)[LAST_ACCEPT] == "2"
    sent = fields(page) | {LAST_ACCEPT: "3", "reason": "council", "_action": "past", "days": "7"}
    tried = desk.post(PAGE, sent, page=PAGE)
    assert tried.status_code == 200, tried.text
    assert not Labels(tried.text).faults()
    assert "2 of 2 decisions of the last 7 days were asked again." in tried.text
    assert "The same: 0. Different: 2." in tried.text and "Taking in" in tried.text
    assert fields(tried.text)[LAST_ACCEPT] == "3" and 'value="council"' in tried.text
    assert re.search(r"In dates of open cases.*?Taking in</th><td>2</td><td>0</td><td>2</td>", tried.text, re.S)
    assert '<option value="7" selected>' in tried.text
    moved = desk.post(PAGE, page_fields(tried.text) | {LAST_ACCEPT: "4", "_action": "check"}, page=PAGE)
    assert "2 would be different" in moved.text and "It was changed since then." in moved.text
    refused = desk.post(PAGE, page_fields(tried.text) | {"_action": "publish", "reason": ""}, page=PAGE)
    assert refused.status_code == 422 and "Tried on the last 7 days, 2 answers" in refused.text
    assert "changed since then" not in refused.text
    before = in_force().hash
    done = desk.post(PAGE, page_fields(refused.text) | {"_action": "publish", "reason": "x"}, page=PAGE)
    assert done.status_code == 303 and in_force().hash != before
    assert "Tried on the last 7 days, 2 answers: 2 would be different" in desk.get("/admin/definitions/decision/time_limit")


def test_a_table_that_does_not_hold_is_not_tried_and_odd_days_are_refused(any_app: Any, numbers: list[str]) -> None:
    desk = Desk(any_app, "administrator")
    sent = fields(desk.get(PAGE)) | {"_action": "past", "days": "30"}
    wrong = desk.post(PAGE, sent | {LAST_ACCEPT: "2 +"}, page=PAGE)
    assert wrong.status_code == 422 and "were asked again" not in wrong.text
    for days in ("31", "", "-1", "x"):
        odd = desk.post(PAGE, sent | {"days": days}, page=PAGE)
        assert odd.status_code == 422 and "Please choose one of the options." in odd.text
    forged = desk.post(PAGE, sent | {"_action": "check", "tried": "<script>.1.1.1.1"}, page=PAGE)
    assert forged.status_code == 200 and "Tried on" not in forged.text and "<script>.1" not in forged.text


def test_security_23_counts_for_who_may_not_read_cases_and_examples_for_who_may(any_app: Any, numbers: list[str]) -> None:
    changed = LIMITS.read_bytes().replace(b"<text>2</text>", b"<text>3</text>")
    for role, sees in (("analyst", False), ("administrator", False), ("supervisor", True)):
        desk = Desk(any_app, role)
        verdict = desk.post(CHECK, {"file": upload(changed, LIMITS.name), "kind": "decision"}, CHECK)
        assert "Try on past cases" in verdict.text and "were asked again" not in verdict.text
        tried = desk.post(CHECK, {"kind": "decision", "name": "time_limit", "source": changed.decode(), "_action": "past",
                                  "days": "365"}, CHECK)
        assert tried.status_code == 200 and not Labels(tried.text).faults()
        assert "2 of 2 decisions of the last 365 days were asked again." in tried.text
        assert all((number in tried.text) is sees for number in numbers), role
        assert ("shown to whoever may read cases" in tried.text) is not sees
        if sees:
            link = re.search(r'href="/t/demo(/staff/cases/[0-9a-f-]+)">' + numbers[0], tried.text)
            assert link is not None and numbers[0] in desk.get(link[1])
            assert "Put it in force" not in tried.text
        assert ('name="tried"' in tried.text) is (role != "supervisor")
    handler = Desk(any_app, "handler_lrs")
    mark = handler.marks("/staff/account")
    assert handler.client.post(f"/t/demo{CHECK}", data={**mark, "_action": "past", "days": "7"}).status_code == 403
    assert handler.client.post(f"/t/demo{PAGE}", data={**mark, "_action": "past", "days": "7"}).status_code == 403


def test_security_23_who_may_publish_and_read_cases_sees_examples_beside_the_draft(any_app: Any, numbers: list[str]) -> None:
    desk = Desk(any_app, "administrator")
    sent = fields(desk.get(PAGE)) | {LAST_ACCEPT: "3", "_action": "past", "days": "30"}
    assert numbers[0] not in desk.post(PAGE, sent, page=PAGE).text
    grant("administrator", "supervisor")
    tried = desk.post(PAGE, sent, page=PAGE)
    assert numbers[0] in tried.text and numbers[1] in tried.text and "Examples: 2" in tried.text


def test_security_21_cases_of_another_office_are_never_counted(any_app: Any, numbers: list[str]) -> None:
    theirs = submitted(demo_office.create("other"), 3)
    desk = Desk(any_app, "supervisor")
    changed = LIMITS.read_text().replace("<text>2</text>", "<text>3</text>")
    sent = {"kind": "decision", "name": "time_limit", "source": changed, "_action": "past", "days": "7"}
    tried = desk.post(CHECK, sent, CHECK)
    assert "2 of 2 decisions" in tried.text
    with database.current().read(UUID(str(tenant_by_slug("other").tenant_id))) as session:  # type: ignore[union-attr]
        ids = [str(one.id) for one in session.query(Case)]
    assert len(ids) == 3 == len(theirs) and not any(one in tried.text for one in ids)


def test_a_page_asks_only_so_many_and_says_how_to_ask_all(any_app: Any, numbers: list[str],
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    assert (past_cases.MOST, past_cases.DAYS) == (10_000, (7, 30, 90, 365)) and past_cases.SECONDS <= 20
    desk = Desk(any_app, "administrator")
    sent = fields(desk.get(PAGE)) | {LAST_ACCEPT: "3", "_action": "past", "days": "30"}
    monkeypatch.setattr(past_cases, "MOST", 1)
    cut = desk.post(PAGE, sent, page=PAGE).text
    assert "1 of 2 decisions" in cut and "It ended at the most that a page asks" in cut and "flask rehearse decision time_limit" in cut
    monkeypatch.setattr(past_cases, "SECONDS", 0.0)
    monkeypatch.setattr(past_cases, "MOST", 10)
    assert "The time for a page was over" in desk.post(PAGE, sent, page=PAGE).text


def test_it_is_told_in_chinese(any_app: Any, numbers: list[str]) -> None:
    desk = Desk(any_app, "administrator")
    sent = fields(desk.get(PAGE)) | {LAST_ACCEPT: "3", "_action": "past", "days": "30"}
    desk.client.get("/t/demo/preferences?lang=zh")
    told = desk.post(PAGE, sent, page=PAGE).text
    assert "已重新试算 2 次" in told and "were asked again" not in told and "用历史诉求试算" in told


RULE = """rule: new_one
title: 新来的 / A new one
shape: match
event: case.submitted
then: [{action: tag, params: {tag: new}}]
"""


def test_a_rule_is_tried_on_the_check_page_and_many_firings_warn(any_app: Any, numbers: list[str]) -> None:
    from app.kernel.commands import SYSTEM
    from app.tenancy.commands import SetTenantSettings

    desk = Desk(any_app, "supervisor")
    sent = {"kind": "supervision", "name": "new_one", "source": RULE, "_action": "past", "days": "7"}
    tried = desk.post(CHECK, sent, CHECK)
    assert tried.status_code == 200 and not Labels(tried.text).faults(), tried.text
    assert "2 events of the last 7 days were looked at; old and new rule fire 2 times together." in tried.text
    assert "The rule fires" in tried.text and all(number in tried.text for number in numbers)
    assert "Please look at the examples" not in tried.text
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    dispatch(SetTenantSettings(tenant_id=tenant.tenant_id, actor=SYSTEM, values={"rule_firings_many": 1}))
    warned = desk.post(CHECK, sent, CHECK)
    assert "The rule would have fired 2 times in 7 days, which is more than 1." in warned.text


def test_a_look_at_a_changed_calendar_shows_running_and_ended_clocks(any_app: Any, numbers: list[str]) -> None:
    from app.kernel import clock

    desk = Desk(any_app, "administrator")
    day = (clock.now() + timedelta(hours=8)).date()
    page = f"/admin/calendar/{day.year}"
    values = {"kind": "rest", "name": "x", "source": "x", "_action": "look", "begun_from": "0"}
    for ahead in range(7):  # one of the next days is a working day on which the limit counts
        looked = desk.post(f"{page}/day", values | {"on": (day + timedelta(days=ahead)).isoformat()}, page=page)
        if "In dates of open cases" in looked.text:
            break
    assert looked.status_code == 200 and not Labels(looked.text).faults()
    assert "clocks that run, or ended in the last 90 days, were replayed." in looked.text
    assert "Clocks that run move when the change is saved" in looked.text
