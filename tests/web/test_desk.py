"""The intake desk's page without scripts: look up, take over, take in, answer, join, the next request of a call."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from app.auth import policy
from app.cases import queries
from app.cases.model import Case
from app.kernel import database
from app.knowledge.queries import item
from app.tenancy.queries import tenant_by_slug
from app.web.staff import known
from tests.web.admin_pages import HOME, Desk

PHONE = "13911112222"
TOLD = {"c-phone": PHONE, "c-name": "赵小敏", "c-text": "六号楼门口的垃圾三天没人清。", "c-service": "CS01", "c-kind": "complaint", "_do": "accept"}


def cases_of(phone: str = PHONE) -> list[Case]:
    office = tenant_by_slug("demo")
    assert office is not None
    with database.current().read(office.tenant_id) as session:
        query = session.query(Case).order_by(Case.id)
        return [one for one in query if phone is None or one.person_id or one.anonymous]


def send(desk: Desk, **more: str) -> UUID:
    """Take a request in; the id of its case, from where the answer leads."""
    answer = desk.post("/staff/new", {**TOLD, **more})
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[-2000:]
    found = re.search(r"/staff/new\?case=([0-9a-f-]{36})$", answer.headers["Location"])
    assert found, answer.headers["Location"]
    return UUID(found[1])


@pytest.fixture
def clerk(app: Any) -> Desk:
    """Signed in at the intake desk."""
    return Desk(app, "intake_clerk")


def test_the_same_page_shows_the_request_with_its_unit_and_an_empty_form(clerk: Desk) -> None:
    page = clerk.get(f"/staff/new?case={send(clerk)}")
    assert "is taken in" in page and "Reply by" in page and 'name="c-phone"' in page
    assert PHONE not in page, "the next caller's form starts empty"


def test_a_known_caller_is_looked_up_and_taken_over_by_buttons(clerk: Desk) -> None:
    send(clerk, **{"c-place_text": "六号楼"})
    looked = clerk.post("/staff/new", {"c-phone": "2222", "_action": "look_up"}).text
    assert "赵小敏" in looked and "Being handled" in looked
    value = re.search(r'value="(set c-name=[^"]+)"', looked)
    assert value
    taken = clerk.post("/staff/new", {"c-phone": "2222", "_action": value[1].replace("&amp;", "&")}).text
    assert f'value="{PHONE}"' in taken and 'value="赵小敏"' in taken and 'value="六号楼"' in taken


def test_what_is_known_follows_the_words_and_says_where_it_goes(clerk: Desk) -> None:
    send(clerk)
    page = clerk.client.post(HOME + "/staff/new/known", data={**clerk.marks("/staff/new"), **TOLD, "_part": "who"}).text
    assert "<html" not in page and "Goes to" in page and "Reply by" in page and "Row " in page
    assert "Open requests like this" in page and "赵小敏" in page
    words_only = clerk.client.post(HOME + "/staff/new/known", data={**clerk.marks("/staff/new"), **TOLD}).text
    assert 'data-part="who"' not in words_only


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(clerk: Desk) -> None:
    answer = clerk.post("/staff/new", {**TOLD, "c-text": "", "c-phone": "12"})
    assert answer.status_code == 422 and 'id="c-phone-errors"' in answer.text and 'value="赵小敏"' in answer.text
    answer = clerk.post("/staff/new", {**TOLD, "_do": "answer_now", "c-answer": "周六有人清。", "c-rating": "5"})
    assert answer.status_code == 422 and "周六有人清。" in answer.text and "Please choose one of the options" in answer.text


def test_a_consultation_is_closed_and_its_answer_kept_as_a_draft(clerk: Desk) -> None:
    case_id = send(clerk, **{"_do": "answer_now", "c-answer": "周末开放到晚上八点。", "c-rating": "5", "c-solved": "yes",
                             "c-kind": "consultation", "c-service": "LI06", "c-question": "周末开放到几点？"})
    case = next(one for one in cases_of() if one.id == case_id)
    assert (case.status, case.outcome, case.rating) == ("closed", "satisfied", 5)
    assert "The answer waits in the knowledge base" in clerk.get(f"/staff/new?case={case_id}")
    office = tenant_by_slug("demo")
    assert office is not None
    with database.current().read(office.tenant_id) as session:
        draft = item(session, f"D{case.number}")
    assert draft is not None and not draft.active and draft.answer_zh == "周末开放到晚上八点。" and draft.service_code == "LI06"


def test_what_a_unit_needs_is_not_asked_for_an_answer(clerk: Desk) -> None:
    told = {"c-service": "LS10", "c-kind": "help", "c-text": "大件垃圾什么时候收？"}
    assert clerk.post("/staff/new", {**TOLD, **told}).status_code == 422
    send(clerk, **told, **{"_do": "answer_now", "c-answer": "每周六上午。"})


def test_another_thing_keeps_the_caller_and_both_cases_say_so(clerk: Desk) -> None:
    first = send(clerk)
    page = clerk.get(f"/staff/new?same_call={first}")
    assert f'value="{PHONE}"' in page and 'value="赵小敏"' in page and "三天没人清" not in page
    second = send(clerk, **{"c-same_call": str(first), "c-text": "还有，楼道灯不亮。"})
    numbers = {one.id: one.number for one in cases_of()}
    assert numbers[second] in clerk.get(f"/staff/cases/{first}") and numbers[first] in clerk.get(f"/staff/cases/{second}")


def test_joining_says_first_what_it_does_and_can_be_undone(clerk: Desk) -> None:
    one, other = send(clerk), send(clerk, **{"c-text": "六号楼门口垃圾没人清，第四天了。"})
    numbers = {case.id: case.number for case in cases_of()}
    page = clerk.get(f"/staff/cases/{other}/join?number={numbers[one]}")
    assert f"When {numbers[one]} is answered, the caller of {numbers[other]} is told too" in page
    assert f"{numbers[one]} follows {numbers[other]}" in page, "the other way too"
    path = f"/staff/cases/{other}/join"
    assert clerk.post(path, {"number": numbers[one], "way": "other"}).status_code == 303
    assert "Take apart" in clerk.get(f"/staff/cases/{one}") and numbers[one] in clerk.get(f"/staff/cases/{other}")
    assert clerk.post(path, {"number": numbers[one], "way": "this"}).status_code == 409
    assert clerk.post(path, {"number": "19990101-0001", "way": "this"}).status_code == 422
    assert clerk.post(f"/staff/cases/{one}/join/undo", {}, page=f"/staff/cases/{one}").status_code == 303
    assert "Take apart" not in clerk.get(f"/staff/cases/{one}")


def test_a_dispatcher_registers_too_and_the_desk_takes_it_in(app: Any, clerk: Desk) -> None:
    dispatcher = Desk(app, "dispatcher")
    assert "Or answer it now" not in dispatcher.get("/staff/new")
    case_id = send(dispatcher)
    assert next(one for one in cases_of() if one.id == case_id).phase == "intake"
    assert "Take in the request" in clerk.get("/staff/")
    assert "Next:" not in dispatcher.get(f"/staff/new?case={case_id}")


def test_the_dispatchers_task_opens_on_the_page_and_stays_there_with_its_faults(app: Any, clerk: Desk) -> None:
    case_id = send(clerk, **{"c-service": "CS05"})
    dispatcher = Desk(app, "dispatcher")
    page = dispatcher.get(f"/staff/new?case={case_id}")
    path = re.search(r'action="/t/demo(/staff/new/tasks/[0-9a-f-]+)"', page)
    form_hash = re.search(r'name="_form_hash" value="([0-9a-f]+)"', page)
    assert path and form_hash
    where = f"/staff/new?case={case_id}"
    wrong = dispatcher.post(path[1], {"unit": "NOWHERE", "urgency": "normal", "_form_hash": form_hash[1]}, page=where)
    assert wrong.status_code == 422 and "Dispatch" in wrong.text
    good = dispatcher.post(path[1], {"unit": "FGS", "urgency": "normal", "_form_hash": form_hash[1]}, page=where)
    assert good.status_code == 303 and good.headers["Location"].endswith(where)
    late = dispatcher.post(path[1], {"unit": "FGS", "urgency": "normal", "instruction": "尽快"}, page=where)
    assert late.status_code == 409 and "尽快" in late.text


def test_security_07_looking_people_up_is_bounded_and_never_shows_unnamed_requests(clerk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    send(clerk, **{"c-anonymous": "on", "c-text": "匿名反映的事"})
    monkeypatch.setattr(known, "LOOK_UPS_PER_HOUR", 1)
    first = clerk.post("/staff/new", {"c-phone": PHONE, "_action": "look_up"})
    assert "Nobody has asked with this before" in first.text and "匿名反映的事" not in first.text
    assert clerk.post("/staff/new", {"c-phone": PHONE, "_action": "look_up"}).status_code == 429
    send(clerk)
    assert "三天没人清" not in clerk.post("/staff/new", {"c-phone": PHONE, "c-text": "", "_do": "accept"}).text, "nor by a fault"
    assert clerk.post("/staff/new/known", {"c-phone": PHONE, "_part": "who"}, page="/staff/new").status_code == 429


def test_security_07_each_look_up_stands_in_the_audit_trail_without_what_was_looked_for(app: Any, clerk: Desk) -> None:
    send(clerk)
    clerk.post("/staff/new", {"c-phone": PHONE, "_action": "look_up"})
    trail = Desk(app, "administrator").get("/admin/audit")
    assert "Caller looked up" in trail and PHONE not in trail


def test_security_07_ids_of_nobody_answer_as_unknown_ones(clerk: Desk) -> None:
    unknown = "01a20000-0000-7000-8000-00000000beef"
    assert "is taken in" not in clerk.get(f"/staff/new?case={unknown}")
    clerk.get(f"/staff/new?same_call={unknown}", status=404)
    assert clerk.post("/staff/new", {**TOLD, "c-same_call": unknown}).status_code == 404
    assert clerk.post("/staff/new", {**TOLD, "c-similar": unknown}).status_code == 422
    assert policy.roles_that_may("case.take_in") == {"intake_clerk"} and queries.callers is not None


def test_the_desk_notes_that_nobody_is_to_learn_who_asked(clerk: Desk) -> None:
    send(clerk, **{"c-confidential": "on"})
    send(clerk)
    assert [case.confidential for case in cases_of()] == [True, False]
