"""The task page and the case page without scripts: drafts, the next task, templates, contacts, notes; templates' own pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.cases.casework import CaseContact, TaskDraft
from app.kernel import database
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.integration.test_lifecycle import INTAKE, to_handling
from tests.web.admin_pages import HOME, Desk, Labels


@pytest.fixture
def office(app: Any) -> Iterator[Office]:
    """The demo office behind the web application, on a Monday at ten."""
    with playing(demo_of(database.current())) as made:
        yield made


def take(office: Office, desk: Desk, element: str) -> str:
    """Claim a task; the path of its page."""
    path = f"/staff/tasks/{office.tasks()[element].id}"
    assert desk.post(f"{path}/claim", {}, page="/staff/account").status_code == 303
    return path


def test_a_draft_is_kept_by_a_button_offered_again_and_thrown_away(app: Any, office: Office) -> None:
    to_handling(office)
    desk = Desk(app, "handler_lrs")
    path = take(office, desk, "task_handle")
    form = office.tasks()["task_handle"].form_hash
    sent = {"action": "reply", "reply": "写了一半", "_form_hash": form}
    closed = desk.post(path, {**sent, "_action": "keep"})
    assert closed.status_code == 303 and "scope=mine" in closed.location
    page = desk.get(path)
    assert "写了一半" in page and "Your draft, kept at" in page and not Labels(page).faults()
    assert "写了一半" in desk.get(f"/staff/cases/{office.case_id}")
    kept = desk.post(f"{path}/draft", {**sent, "reply": "写了更多"}, page=path)
    assert kept.json == {"text": "kept at 10:00"} and "写了更多" in desk.get(path)
    desk.post(f"{path}/release", {}, page=path)
    assert "写了更多" not in desk.get(path) and not office.rows(TaskDraft)


def test_what_was_typed_before_another_finished_the_task_stays_readable(app: Any, office: Office) -> None:
    office.submit()
    office.work()
    first, second = Desk(app, "intake_clerk"), Desk(app, "intake_clerk2")
    path = take(office, first, "task_intake")
    form = office.tasks()["task_intake"].form_hash
    first.post(f"{path}/draft", {"cause": "我写的原因", "_form_hash": form}, page=path)
    assert "我写的原因" not in second.get(path), "a draft is its writer's"
    first_row = office.tasks()["task_intake"]
    Desk(app, "supervisor").post(f"{path}/release", {}, page="/staff/account")
    take(office, second, "task_intake")
    seen = first.get(path)
    assert "我写的原因" in seen and "You typed this while the task was yours" in seen
    second.post(path, {**INTAKE, "_form_hash": form})
    assert str(first_row.id) not in {str(row.id) for row in office.tasks().values()}
    over = first.client.get(HOME + path)
    assert over.status_code == 409 and "我写的原因" in over.text
    late = first.post(path, {**INTAKE, "cause": "还在写", "_form_hash": form}, page="/staff/account")
    assert late.status_code == 409 and "还在写" in late.text


def test_finishing_opens_the_next_task_or_offers_one_or_says_that_there_is_none(app: Any, office: Office) -> None:
    desk = Desk(app, "intake_clerk")
    cases = []
    for text in ("一号楼漏水。Leak.", "二号楼停电。No light.", "三号楼噪音。Noise."):
        cases.append((office.submit(text), office.number))
        office.work()
    tasks = [office.tasks(case_id)["task_intake"] for case_id, _number in cases]

    def finish(row: Any) -> Any:
        return desk.post(f"/staff/tasks/{row.id}", {**INTAKE, "_form_hash": row.form_hash})

    for row in tasks[:2]:
        desk.post(f"/staff/tasks/{row.id}/claim", {}, page="/staff/account")
    answer = finish(tasks[0])
    assert answer.location.endswith(f"/staff/tasks/{tasks[1].id}"), "the one held already"
    answer = finish(tasks[1])
    assert answer.location.endswith(f"/staff/cases/{cases[1][0]}?after=1")
    page = desk.client.get(answer.location).text
    assert "Next in your inbox: " in page and cases[2][1] in page and f"/staff/tasks/{tasks[2].id}/claim" in page
    assert page.count('role="status"') == 1, "one message"
    desk.post(f"/staff/tasks/{tasks[2].id}/claim", {}, page="/staff/account")
    answer = finish(tasks[2])
    assert "/staff/?scope=group" in answer.location
    assert "Nothing else is waiting for you" in desk.client.get(answer.location).text


def test_a_template_goes_into_the_field_without_scripts_in_the_residents_language(app: Any, office: Office) -> None:
    office.submit("Lights are out. 路灯坏了。", locale="en")
    office.work()
    submit, office.submit = office.submit, lambda *_a, **_k: office.case_id  # type: ignore[method-assign,assignment]
    to_handling(office)
    office.submit = submit  # type: ignore[method-assign]
    desk = Desk(app, "handler_lrs")
    path = take(office, desk, "task_handle")
    page = desk.get(path)
    assert 'value="reply done_on_site reply"' in page and 'value="reply ask_place reply"' not in page
    sent = {"action": "reply", "reply": "My own words.", "_action": "reply done_on_site reply"}
    filled = desk.post(path, sent).text
    assert "My own words.\nGood day. What you told us about" in filled and office.number in filled
    assert "{number}" not in filled and not Labels(filled).faults()


def test_contacts_and_notes_are_refused_at_their_field_and_keep_what_was_typed(app: Any, office: Office) -> None:
    to_handling(office)
    desk, case = Desk(app, "handler_lrs"), f"/staff/cases/{office.case_id}"
    wrong = desk.post(f"{case}/contacts", {"contact_channel": "visit", "with_whom": "王先生", "said": "约了周五",
                                           "next_try_on": "2026-02-31"}, page=case)
    assert wrong.status_code == 422 and "约了周五" in wrong.text and "王先生" in wrong.text
    good = {"contact_channel": "visit", "reached": "no", "said": "家里没人", "tell_resident": "on"}
    assert desk.post(f"{case}/contacts", good, page=case).status_code == 303
    assert len(office.rows(CaseContact)) == 1
    visitor = app.test_client()
    visitor.get(f"{HOME}/preferences?lang=en")
    told = visitor.get(f"{HOME}/c/{office.token}").text
    assert "We came to see you and did not find you in." in told and "家里没人" not in told
    refused = desk.post(f"{case}/notes", {"text": "@xiaowang 看一下 <b>"}, page=case)
    assert refused.status_code == 422 and "@xiaowang 看一下 &lt;b&gt;" in refused.text and "xiaowang" in refused.text
    assert not Labels(refused.text).faults()
    desk.post(f"{case}/notes", {"text": "@head_lrs <i>看</i>"}, page=case)
    page = desk.get(case)
    assert '<span class="mention">@head_lrs</span> (' in page and "&lt;i&gt;看&lt;/i&gt;" in page
    people = desk.client.get(f"{HOME}{case}/colleagues").json
    assert {"login": "head_lrs", "name": office.demo.actors["head_lrs"].name} in people
    assert not [one for one in people if one["login"] in ("provider_wbs", "head_wbs", "administrator")]


def test_the_head_of_an_outside_firm_reads_the_firms_cases_only(app: Any, office: Office) -> None:
    to_handling(office)
    desk = Desk(app, "head_wbs")
    desk.get(f"/staff/cases/{office.case_id}", status=404)
    assert f"/staff/cases/{office.case_id}" not in desk.get(f"/staff/cases?q={office.number}")


def test_an_administrator_keeps_templates_and_sees_how_they_read(app: Any, office: Office) -> None:
    desk = Desk(app, "administrator")
    words = {"code": "lift", "name_zh": "电梯", "text_zh": "诉求 {number} 已报修。", "modules": "CS", "services": "CS03，CS04",
             "field": "reply", "active": "on"}
    preview = desk.post("/admin/replies/new", {**words, "_action": "preview"}).text
    assert "-0001 已报修。" in preview and "电梯" in preview and not Labels(preview).faults()
    wrong = desk.post("/admin/replies/new", {**words, "text_zh": "{phone}"})
    assert wrong.status_code == 422 and "{phone}" in wrong.text and "{number}, {service}" in wrong.text
    assert desk.post("/admin/replies/new", words).status_code == 303
    assert desk.post("/admin/replies/new", words).status_code == 422, "the code is taken"
    edit = {name: value for name, value in words.items() if name != "code"}
    desk.post("/admin/replies/lift/edit", {**edit, "text_zh": "新的说法 {date}"})
    page = desk.get("/admin/replies/lift/edit")
    assert "version 2" in page and "version 1" in page and "诉求 {number} 已报修。" in page
    desk.get("/admin/replies/nothing/edit", status=404)
