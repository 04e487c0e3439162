"""The inbox in a browser without scripts: filters in the address, several at once, handing over, absence, messages."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any
from uuid import UUID

from app.auth.queries import staff
from app.cases import queries
from app.cases.queries import inbox, inbox_order
from app.engine.model import OpenTaskRow
from app.kernel import clock, database
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill


def rows(text: str) -> list[str]:
    """Task ids in the order of the page."""
    return re.findall(r'data-task="([^"]+)"', text)


def open_task(task_id: UUID) -> OpenTaskRow:
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        return session.query(OpenTaskRow).filter_by(id=task_id).one()


def user(login: str) -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        return next(row.user_id for row in staff(session) if row.login == login)


def test_the_filter_lives_in_the_address_and_becomes_a_tab(app: Any) -> None:
    ids, clerk = fill(), Desk(app, "intake_clerk")
    assert rows(clerk.get("/staff/")) == [str(ids.task_id)]
    empty = clerk.get("/staff/?scope=group&urgency=emergency&sort=age")
    assert not rows(empty) and "Nothing fits this filter." in empty and not Labels(empty).faults()
    assert clerk.post("/staff/views?urgency=emergency&sort=age", {"name": ""}, "/staff/?sort=age").status_code == 422
    answer = clerk.post("/staff/views?urgency=emergency&sort=age", {"name": "Pressing"}, "/staff/?sort=age")
    assert answer.status_code == 303
    saved = clerk.get(answer.headers["Location"].removeprefix(HOME))
    assert "Pressing" in saved and "This view: Pressing" in saved and not Labels(saved).faults()
    view = re.search(r"/staff/views/([0-9a-f-]+)/default", saved)
    assert view
    clerk.post(f"/staff/views/{view[1]}/default?urgency=emergency&sort=age", {}, "/staff/?sort=age")
    plain = clerk.client.get(f"{HOME}/staff/")
    assert plain.status_code == 302 and "urgency=emergency" in plain.headers["Location"]
    assert rows(clerk.get("/staff/?scope=group")) == [str(ids.task_id)]
    clerk.post(f"/staff/views/{view[1]}/delete", {}, "/staff/?sort=age")
    assert "Pressing" not in clerk.get("/staff/?scope=group")


def test_several_at_once_and_what_became_of_each(app: Any) -> None:
    first, second = fill(), fill(phone="13911110003")
    clerk, other, chief = Desk(app, "intake_clerk"), Desk(app, "intake_clerk2"), Desk(app, "supervisor")
    both = {"task": [str(first.task_id), str(second.task_id)]}
    assert clerk.post("/staff/tasks/bulk?scope=group", {"act": "claim"}, "/staff/?scope=group").status_code == 303
    assert other.post(f"/staff/tasks/{first.task_id}/claim", {}, "/staff/").status_code == 303
    mixed = clerk.post("/staff/tasks/bulk?scope=group", {"act": "claim", **both}, "/staff/?scope=group")
    assert mixed.status_code == 409 and "Taken: 1 task." in mixed.text and "is working on this task" in mixed.text
    assert open_task(second.task_id).claimed_by == user("intake_clerk")
    assert open_task(first.task_id).claimed_by == user("intake_clerk2")
    refused = clerk.post("/staff/tasks/bulk", {"act": "assign", "user_id": str(user("intake_clerk3")), **both}, "/staff/")
    assert refused.status_code == 403
    given = chief.post("/staff/tasks/bulk?scope=all", {"act": "assign", "user_id": str(user("intake_clerk3")), **both},
                       "/staff/?scope=all")
    assert given.status_code == 303
    assert {open_task(one.task_id).claimed_by for one in (first, second)} == {user("intake_clerk3")}
    wrong = chief.post("/staff/tasks/bulk?scope=all", {"act": "assign", "user_id": str(user("handler_lrs")), **both},
                       "/staff/?scope=all")
    assert wrong.status_code == 409 and "somebody who may do this task" in wrong.text
    assert chief.post("/staff/tasks/bulk?scope=all", {"act": "release", **both}, "/staff/?scope=all").status_code == 303
    assert open_task(first.task_id).claimed_by is None


def test_handing_over_says_who_is_away_and_the_bell_rings(app: Any) -> None:
    ids, clerk, colleague = fill(), Desk(app, "intake_clerk"), Desk(app, "intake_clerk2")
    today = clock.now().date()
    answer = colleague.post("/staff/absences", {"from_on": str(today - timedelta(days=1)), "until_on": "", "substitute_id": ""},
                            "/staff/account")
    assert answer.status_code == 422 and "Please choose a date." in answer.text
    away = {"from_on": str(today - timedelta(days=1)), "until_on": str(today + timedelta(days=2)),
            "substitute_id": str(user("intake_clerk3"))}
    assert colleague.post("/staff/absences", away, "/staff/account").status_code == 303
    clerk.post(f"/staff/tasks/{ids.task_id}/claim", {}, "/staff/")
    page = f"/staff/tasks/{ids.task_id}/hand-over"
    assert "Hand over" in clerk.get(f"/staff/tasks/{ids.task_id}") and not Labels(clerk.get(page)).faults()
    sent = {"user_id": str(user("intake_clerk2")), "text": "Please ring her."}
    warned = clerk.post(f"/staff/tasks/{ids.task_id}/delegate", sent, page)
    assert warned.status_code == 422 and "is away until" in warned.text and "Please ring her." in warned.text
    assert f'name="instead" value="{user("intake_clerk3")}"' in warned.text
    clerk.post(f"/staff/tasks/{ids.task_id}/follow-up", {"on": str(today + timedelta(days=3))}, page)
    assert "look again" in clerk.get("/staff/?scope=mine")
    assert clerk.post(f"/staff/tasks/{ids.task_id}/follow-up", {"on": "31.12."}, page).status_code == 422
    clerk.post(f"/staff/tasks/{ids.task_id}/delegate", {**sent, "instead": str(user("intake_clerk3"))}, page)
    assert open_task(ids.task_id).claimed_by == user("intake_clerk3")
    loop.until_idle()
    receiver = Desk(app, "intake_clerk3")
    messages = receiver.get("/staff/messages")
    assert "Please ring her." in messages and not Labels(messages).faults()
    unread = re.findall(r'name="message" value="([^"]+)"', messages)
    assert receiver.post("/staff/messages/read", {"message": unread}, "/staff/messages").status_code == 303
    assert 'name="message"' not in receiver.get("/staff/messages")


def test_an_administrator_enters_and_ends_an_absence(app: Any) -> None:
    admin, today = Desk(app, "administrator"), clock.now().date()
    page = f"/admin/people/{user('handler_lrs')}"
    sent = {"from_on": str(today), "until_on": str(today + timedelta(days=1)), "substitute_id": str(user("intake_clerk"))}
    assert admin.post(f"{page}/absence", {**sent, "until_on": str(today - timedelta(days=9))}, page).status_code == 422
    assert admin.post(f"{page}/absence", sent, page).status_code == 303
    shown = admin.get(page)
    absence = re.search(r"/staff/absences/([0-9a-f-]+)/end", shown)
    assert absence and not Labels(shown).faults()
    assert Desk(app, "handler2_lrs").post(f"/staff/absences/{absence[1]}/end", {}, "/staff/account").status_code == 404
    assert admin.post(f"/staff/absences/{absence[1]}/end", {"next": page}, page).status_code == 303
    assert "/end" not in admin.get(page)


def test_the_list_is_sent_anew_only_when_something_happened(app: Any) -> None:
    ids, clerk = fill(), Desk(app, "intake_clerk")
    mark = re.search(r'data-mark="([^"]+)"', clerk.get("/staff/?scope=group"))
    assert mark
    quiet = clerk.client.get(f"{HOME}/staff/inbox/live?scope=group", headers={"If-None-Match": f'"{mark[1]}"'})
    assert (quiet.status_code, quiet.data) == (304, b"")
    Desk(app, "intake_clerk2").post(f"/staff/tasks/{ids.task_id}/claim", {}, "/staff/")
    fresh = clerk.client.get(f"{HOME}/staff/inbox/live?scope=group", headers={"If-None-Match": f'"{mark[1]}"'})
    assert fresh.status_code == 200 and "with 赵敏" in fresh.text and "<html" not in fresh.text
    assert rows(fresh.text) == [str(ids.task_id)] and fresh.headers["ETag"] != f'"{mark[1]}"'


def test_security_24_a_providers_pages_name_no_case_of_others(app: Any) -> None:
    ids, provider = fill(), Desk(app, "provider_wbs")
    for path in ("/staff/", "/staff/?scope=all", "/staff/?scope=unit", "/staff/?q=路灯", "/staff/inbox/live?scope=all",
                 "/staff/messages", "/staff/account"):
        text = provider.get(path)
        assert not rows(text) and str(ids.case_id) not in text and "路灯坏了" not in text
    one = {"act": "claim", "task": [str(ids.task_id)]}
    answer = provider.post("/staff/tasks/bulk", one, "/staff/account")
    assert answer.status_code == 409 and "no longer open" not in answer.headers.get("Location", "")
    assert open_task(ids.task_id).claimed_by is None


def test_a_long_list_is_turned_page_by_page_and_says_that_it_is_long(app: Any, monkeypatch: Any) -> None:
    for module in (inbox, inbox_order, queries):
        monkeypatch.setattr(module, "MOST_COUNTED", 2)
    monkeypatch.setattr(queries, "inbox_page", partial(queries.inbox_page, size=1))
    ids = [str(fill(phone=f"1391111000{number}").task_id) for number in range(4)]
    clerk, shown, address = Desk(app, "intake_clerk"), [], "/staff/?scope=group&sort=age"
    for number in range(1, 5):
        page = clerk.get(address)
        assert "more than 2 open" in page and '<span class="number">2+</span>' in page and f"<span>Page {number}</span>" in page
        assert not Labels(page).faults() and (">Earlier page<" in page) == (number > 1)
        shown += rows(page)
        live = re.search(r'data-live="([^"]+)"', page)
        assert live and rows(clerk.get(unescape(live[1]).removeprefix(HOME))) == shown[-1:], "what is kept fresh is this page"
        found = re.search(r'href="([^"]+)">Next page<', page)
        address = unescape(found[1]).removeprefix(HOME) if found else ""
        assert ("after=" in address) == (number < 4)
    assert shown == ids and not address
    back = re.search(r'href="([^"]+)">Earlier page<', page)
    assert back and "before=" in back[1]
    assert rows(clerk.get(unescape(back[1]).removeprefix(HOME))) == [ids[2]]
