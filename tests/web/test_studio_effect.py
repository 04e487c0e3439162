"""What publishing would do, said before it is done; publishing with a move of running cases; what is in force then."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from app import catalog
from app.cases.commands import SubmitCase
from app.catalog.commands import PublishDefinition
from app.engine.model import OpenTaskRow, ProcessInstance
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.studio.commands import BeginDraft, SaveDraft
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill

KEY = "service_request"
PAGE, DONE = f"/studio/publish/process/{KEY}", f"/studio/published/process/{KEY}"


def office() -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def live(kind: str = "process", key: str = KEY) -> Any:
    with database.current().read(office()) as session:
        return catalog.live(session, office(), kind, key)


def renamed(text: str) -> str:
    return text.replace('"task_intake"', '"task_reception"').replace(">task_intake<", ">task_reception<")


def draft(change: Any = renamed, kind: str = "process", key: str = KEY) -> None:
    """Somebody's draft; `change` makes it out of what is in force."""
    begun = dispatch(BeginDraft(tenant_id=office(), actor=SYSTEM, kind=kind, definition_key=key))
    dispatch(SaveDraft(tenant_id=office(), actor=SYSTEM, kind=kind, definition_key=key, revision=begun["revision"],
                       data=change(live(kind, key).data.decode()).encode()))


def revision(page: str) -> str:
    found = re.search(r'name="revision" value="(\d+)"', page)
    assert found
    return found[1]


def pins() -> list[str]:
    with database.current().read(office()) as session:
        return [row.pins[KEY] for row in session.query(ProcessInstance).order_by(ProcessInstance.id)]


def test_the_effect_is_said_and_running_cases_go_over(app: Any) -> None:
    fill()
    before = live().hash
    draft()
    analyst = Desk(app, "analyst")
    page = analyst.get(PAGE)
    assert not Labels(page).faults() and "1 open cases run by earlier versions." in page
    assert "0 can go over, 1 stay." in page and "Take in the request is gone in the new version." in page
    assert 'name="pair.task_intake"' in page and "scenarios end" in page and "See the differences" in page
    answer = analyst.post(PAGE, {"revision": revision(page), "_action": "look", "who": "all", "pair.task_intake": "task_reception"})
    assert answer.status_code == 200 and "1 can go over, 0 stay." in answer.text and live().hash == before
    assert '<option value="task_reception" selected>' in answer.text
    sent = {"revision": revision(page), "who": "all", "pair.task_intake": "task_reception", "_action": "publish"}
    answer = analyst.post(PAGE, sent)
    assert answer.status_code == 422 and live().hash == before, "a reason is needed"
    answer = analyst.post(PAGE, {**sent, "reason": "another desk", "start": "at_once"})
    assert answer.status_code == 303 and "/admin/moving/runs/" in answer.location and live().hash != before
    assert pins() == [before], "nothing goes before all were looked at"
    loop.until_idle()
    run = answer.location.removeprefix(HOME)
    assert pins() == [live().hash] and "1 moved, 0 stayed, 0 failed." in analyst.get(run)
    page = analyst.get(DONE)
    assert "another desk" in page and "Put it back" in page and run in page and not Labels(page).faults()
    # ---- and back: the cases, then the version
    assert "Put version 1 in force again" in analyst.get(run)
    back = analyst.post(f"{run}/back", {"reason": "worse"}, run).location.removeprefix(HOME)
    loop.until_idle()
    analyst.post(f"{back}/start", {}, back)
    loop.until_idle()
    (form,) = re.findall(r'action="/t/demo(/admin/definitions/[^"]+)"', analyst.get(DONE))
    assert analyst.post(form, {}, DONE).status_code == 303
    assert pins() == [before] and live().hash == before


def test_new_cases_only_and_some_by_filter(app: Any) -> None:
    fill()
    dispatch(SubmitCase(tenant_id=office(), actor=GUEST, text="路灯坏了。", name="赵", phone="13911110009", module="LS", service="LS01"))
    loop.until_idle()
    before = live().hash
    draft(lambda text: text.replace('name="居民诉求办理" isExecutable', 'name="居民诉求办理新" isExecutable', 1))
    desk = Desk(app, "analyst")
    page = desk.get(PAGE)
    assert "2 open cases" in page and "2 can go over" in page
    look = {"revision": revision(page), "_action": "look", "who": "some", "services": "LS01"}
    assert "Of 1 that are chosen, 1 were looked at: 1 can go over" in desk.post(PAGE, look).text
    for wrong, status in (({"since": "soon"}, 422), ({"who": "none"}, 422), ({"extra": "1"}, 422), ({"pair.task_intake": "nowhere"}, 200)):
        assert desk.post(PAGE, {**look, **wrong}).status_code == status, wrong
    answer = desk.post(PAGE, {"revision": revision(page), "who": "some", "services": "LS01", "start": "by_hand", "reason": "a try"})
    run = answer.location.removeprefix(HOME)
    loop.until_idle()
    assert "Of 1 cases, 1 can move and 0 stay. Nothing has moved yet." in desk.get(run) and pins() == [before] * 2
    now = live().hash
    draft(lambda text: text.replace('name="居民诉求办理新" isExecutable', 'name="居民诉求办理更新" isExecutable', 1))
    answer = desk.post(PAGE, {"revision": revision(desk.get(PAGE)), "who": "new", "reason": "later"})
    assert answer.location.endswith(DONE) and live().hash not in (before, now) and pins() == [before] * 2
    assert desk.client.get(HOME + PAGE).status_code == 303, "without a draft it leads to what is in force"


def test_a_newer_version_is_shown_and_never_lost(app: Any) -> None:
    fill()
    draft()
    desk = Desk(app, "analyst")
    page = desk.get(PAGE)
    theirs = live().data.decode().replace('name="居民诉求办理" isExecutable', 'name="别人的" isExecutable', 1).encode()
    dispatch(PublishDefinition(tenant_id=office(), actor=SYSTEM, kind="process", definition_key=KEY, data=theirs, reason="theirs"))
    answer = desk.post(PAGE, {"revision": revision(page), "who": "all", "reason": "mine"})
    assert answer.status_code == 409 and live().data == theirs
    assert "See both" in answer.text and ">Publish</button>" not in answer.text


def test_a_draft_with_faults_says_where_and_offers_no_button(app: Any) -> None:
    fill()
    draft(lambda text: text.replace('targetRef="task_intake"', 'targetRef="task_nowhere"', 1))
    desk = Desk(app, "analyst")
    page = desk.get(PAGE)
    assert "With faults it cannot be published." in page and ">Publish</button>" not in page and not Labels(page).faults()


def test_tables_and_forms_say_who_uses_them(app: Any) -> None:
    fill()
    desk = Desk(app, "analyst")
    with database.current().read(office()) as session:
        task = session.query(OpenTaskRow).one()
        form, pinned = task.form_id, task.form_hash
    draft(lambda text: text.replace('"type": "default"', '"type":  "default"', 1), "form", form)
    page = desk.get(f"/studio/publish/form/{form}")
    assert "1 open tasks show this form now." in page and "Take in the request" in page and not Labels(page).faults()
    draft(lambda text: text.replace("<description>", "<description>x ", 1), "decision", "urgency")
    page = desk.get("/studio/publish/decision/urgency")
    assert "What was decided stays as it is" in page and "Open cases of the process" in page and not Labels(page).faults()
    answer = desk.post("/studio/publish/decision/urgency", {"revision": revision(page), "reason": "x"})
    assert answer.location.endswith("/studio/published/decision/urgency")
    with database.current().read(office()) as session:
        assert session.query(OpenTaskRow).one().form_hash == pinned


def test_who_may_only_publish_or_only_look_is_offered_no_more(app: Any) -> None:
    fill()
    draft()
    for login in ("supervisor", "operator"):
        Desk(app, login).get(PAGE, 403)
    assert "Put it back" not in Desk(app, "operator").get(DONE)
