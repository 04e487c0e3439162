"""The page of what processes begin by, its form for a message by hand, and the live parts of a run's page."""

from __future__ import annotations

from typing import Any

from app.cases.starts.model import MessageByHand
from app.catalog.commands import PublishDefinition
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.integration.test_start_triggers import MESSAGE, diagram, timer
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.test_moving_cases import KEY, PAGE, chosen, publish
from tests.web.visiting import fill

STARTS = "/admin/starts"


def test_starts_are_listed_and_a_message_is_sent_by_hand(app: Any) -> None:
    fill()
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    dispatch(PublishDefinition(tenant_id=tenant.tenant_id, actor=SYSTEM, kind="process", definition_key="round",
                               data=diagram(MESSAGE, timer("timeCycle", "0 0 9 * * *")), reason="x"))
    loop.until_idle()
    desk = Desk(app, "administrator")
    assert STARTS in desk.get("/admin/definitions")
    page = desk.get(STARTS)
    assert "Round" in page and "0 0 9 * * *" in page and "never" in page and not Labels(page).faults()
    assert page.count('aria-current="true">Rules and processes') == 1, "the tab it belongs to is marked"
    answer = desk.post(f"{STARTS}/messages", {"name": "storm", "variables": "{", "reason": "x"}, STARTS)
    assert answer.status_code == 422 and "This is no JSON" in answer.text and 'value="x"' in answer.text
    assert desk.post(f"{STARTS}/messages", {"name": "storm", "extra": "1", "reason": "x"}, STARTS).status_code == 422
    assert desk.post(f"{STARTS}/messages", {"name": "storm", "reason": ""}, STARTS).status_code == 422
    assert desk.post(f"{STARTS}/messages", {"name": "storm", "variables": '{"a": 1}', "reason": "gauge"}, STARTS).status_code == 303
    loop.until_idle()
    page = desk.get(STARTS)
    assert "Who waits for a message" in page and "<code>stop</code>" in page and "gauge" in page
    link = page.split("name=stop&amp;key=")[1].split("#")[0]
    shown = desk.get(f"{STARTS}?name=stop&key={link}")
    assert '<option value="stop" selected>' in shown and f'value="{link}"' in shown
    assert desk.post(f"{STARTS}/messages", {"name": "stop", "key": link, "reason": "help"}, STARTS).status_code == 303
    assert "on its way to 1 processes" in desk.get(STARTS)
    loop.until_idle()
    assert f"<code>{link}</code></td><td><a" not in desk.get(STARTS), "it waits no more"
    with database.current().read(tenant.tenant_id) as session:
        assert session.query(MessageByHand).count() == 2
    assert "Message sent to processes by hand" in desk.get("/admin/audit")
    analyst = Desk(app, "analyst").get(STARTS)
    assert "Round" in analyst and "Send a message by hand" not in analyst and "Who waits" not in analyst


def test_the_page_of_a_run_pauses_and_tells_how_far_it_is(app: Any) -> None:
    fill()
    publish()
    desk = Desk(app, "analyst")
    assert 'aria-current="true">Rules and processes' in desk.get(PAGE)
    run = desk.post(PAGE, {**chosen(desk.get(PAGE)), "reason": "better", "pair.task_intake": "task_reception"}
                    ).location.removeprefix(HOME)
    assert desk.post(f"{run}/pause", {"reason": ""}, run).status_code == 422
    answer = desk.post(f"{run}/pause", {"reason": "", "extra": "1"}, run)
    assert answer.status_code == 422
    assert desk.post(f"{run}/pause", {"reason": "a complaint"}, run).status_code == 303
    loop.until_idle()
    page = desk.get(run)
    assert "0 of 1 cases were looked at." in page and "a complaint" in page and not Labels(page).faults()
    assert desk.post(f"{run}/pause", {"reason": "x"}, run).status_code == 409
    first = desk.client.get(f"{HOME}{run}/progress")
    assert first.status_code == 200 and 'id="run-how"' in first.text and "<html" not in first.text
    assert desk.client.get(f"{HOME}{run}/progress", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert desk.post(f"{run}/resume", {"reason": "settled"}, run).status_code == 303
    assert "data-going" in desk.get(f"{run}/progress")
    loop.until_idle()
    again = desk.client.get(f"{HOME}{run}/progress", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200 and "1 can move" in again.text and "data-going" not in again.text
    desk.post(f"{run}/start", {}, run)
    loop.until_idle()
    page = desk.get(run)
    assert "Put version 1 in force again" in page, "the version that the cases came from is not in force"
    assert KEY in page
