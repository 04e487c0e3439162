"""Administrators' pages of the office's own data: units, places, services, questions, people."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.kernel import database
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels, upload
from tests.web.visiting import Ids, fill

PAGES = ["/admin/units", "/admin/units/new", "/admin/units/LRS/edit", "/admin/people", "/admin/people/new",
         "/admin/places", "/admin/places?q=1", "/admin/services", "/admin/services/new", "/admin/services/LS01/edit",
         "/admin/knowledge", "/admin/knowledge?due=1", "/admin/knowledge/new", "/admin/definitions",
         "/admin/definitions/process/follow_up", "/admin/definitions/decision/urgency", "/admin/messages",
         "/admin/audit", "/admin/audit?check=1"]


@pytest.fixture
def desk(app: Any) -> Desk:
    return Desk(app, "administrator")


def test_every_page_opens_in_both_languages_with_named_controls(desk: Desk) -> None:
    faults = {}
    for language in ("zh", "en"):
        desk.client.get(f"/t/demo/preferences?lang={language}")
        for path in PAGES:
            found = Labels(desk.get(path)).faults()
            if found:
                faults[path] = found
    assert faults == {}


def test_a_unit_is_made_changed_and_switched_off(desk: Desk) -> None:
    unit = {"name_zh": "测试科", "name_en": "Test section", "kind": "internal", "active": "on"}
    assert desk.post("/admin/units/new", {"code": "TEST", **unit}).status_code == 303
    assert "Test section" in desk.get("/admin/units")
    again = desk.post("/admin/units/new", {"code": "TEST", **unit})
    assert again.status_code == 422 and "taken" in again.text
    for code in ("", "a b", "X" * 41):
        assert desk.post("/admin/units/new", {"code": code, **unit}).status_code == 422
    off = {name: value for name, value in unit.items() if name != "active"}
    assert desk.post("/admin/units/TEST/edit", {**off, "name_en": "Trial section"}).status_code == 303
    page = desk.get("/admin/units")
    assert "Trial section" in page and "switched off" in page


@pytest.mark.parametrize(("path", "data", "before", "after"), [
    ("/admin/units/LRS/edit", {"kind": "internal", "active": "on", "name_zh": "绿化所", "name_en": "Greens"},
     "Greening", "Greens"),
    ("/admin/settings", {"name_zh": "示范街道", "name_en": "Model Street", "locale": "zh"}, "Demo Street", "Model Street"),
])
def test_a_change_is_looked_at_before_it_is_saved(
        desk: Desk, path: str, data: dict[str, str], before: str, after: str) -> None:
    page = desk.post(path, {**data, "_action": "look"}).text
    assert "What would change" in page and f'<ins class="prewrap">{after}</ins>' in page and "<del" in page
    assert before in page and f'value="{after}"' in page, "what was typed stands in the form"
    assert after not in desk.get(path) and after not in desk.get("/admin/audit"), "nothing is saved, nothing recorded"
    assert desk.post(path, data).status_code == 303 and after in desk.get(path)
    same = desk.post(path, {**data, "_action": "look"}).text
    assert "it stands like this already" in same
    assert desk.post(path, {**data, "name_zh": "", "_action": "look"}).status_code == 422, "it is checked like a change"


def test_a_new_place_is_looked_at_before_it_is_made(desk: Desk) -> None:
    data = {"code": "C-LOOK", "kind": "compound", "name": "看看苑", "parent_code": "", "lat": "", "lng": ""}
    assert "看看苑</ins>" in desk.post("/admin/places/new", {**data, "_action": "look"}).text
    assert "C-LOOK" not in desk.get("/admin/places?q=C-LOOK").partition("<table")[2]
    assert desk.post("/admin/places/new", data).status_code == 303


def test_security_a_field_that_the_page_does_not_have_is_refused(desk: Desk) -> None:
    answer = desk.post("/admin/units/LRS/edit", {
        "name_zh": "甲", "name_en": "A", "kind": "internal", "active": "on", "tenant_id": "x"})
    assert answer.status_code == 422 and "tenant_id" in answer.text
    assert 'value="甲"' in answer.text  # what was typed is kept
    assert 'value="甲"' not in desk.get("/admin/units/LRS/edit")


def test_security_a_form_without_its_mark_changes_nothing(desk: Desk) -> None:
    answer = desk.client.post("/t/demo/admin/units/new", data={"code": "X", "name_zh": "甲", "kind": "internal"})
    assert answer.status_code == 400 and ">X<" not in desk.get("/admin/units")


def test_the_same_form_sent_twice_acts_once(desk: Desk) -> None:
    data = {**desk.marks("/admin/units/LRS/edit"), "name_zh": "甲", "name_en": "A", "kind": "internal", "active": "on"}
    assert [desk.client.post("/t/demo/admin/units/LRS/edit", data=data).status_code for _n in range(2)] == [303, 303]
    assert desk.get("/admin/audit").count("unit.saved") == 1


def test_places_come_from_a_table_with_every_fault_by_line(desk: Desk) -> None:
    bad = "kind,code,name,parent_code,lat,lng\ncompound,C-900,新苑,,31.2,121.4\nplanet,C-901,火星,,999,0\n"
    answer = desk.post("/admin/places/import", {"file": upload(bad)}, "/admin/places")
    assert answer.status_code == 422 and "Line 3: kind must be" in answer.text and "Line 3: lat" in answer.text
    assert "C-900" not in desk.get("/admin/places?q=C-900").split("<tbody>")[1]
    good = bad.splitlines()[:2]
    assert desk.post("/admin/places/import", {"file": upload("\n".join(good).encode("gb18030"))},
                     "/admin/places").status_code == 303
    assert "新苑" in desk.get("/admin/places?q=C-900")


def test_a_table_that_is_none_is_refused_in_words(desk: Desk) -> None:
    for content in (b"\x00\x01\xff\xfe", b"a,b\n1,2\n", b""):
        answer = desk.post("/admin/services/import", {"file": upload(content)}, "/admin/services")
        assert answer.status_code == 422, content
    assert desk.post("/admin/services/import", {}, "/admin/services").status_code == 422


def test_a_service_is_changed_in_both_languages_and_taken_out_of_use(desk: Desk) -> None:
    data = {"module": "LS", "name_zh": "修水管", "name_en": "Mend pipes", "kind": "help", "urgency": "urgent",
            "commitment_zh": "", "commitment_en": "", "keywords": "漏水"}
    assert desk.post("/admin/services/LS01/edit", data).status_code == 303
    assert "Mend pipes" in desk.get("/admin/services")
    refused = desk.post("/admin/services/LS01/edit", {**data, "kind": "wish"})
    assert refused.status_code == 422 and "kind: one of" in refused.text
    assert desk.get("/admin/services/NOPE/edit", 404)
    assert desk.post("/admin/services/NOPE/edit", data, "/admin/services/new").status_code == 404


def test_a_question_gets_an_answer(desk: Desk) -> None:
    data = {"code": "Q-T1", "question_zh": "几点开门?", "answer_zh": "九点。", "question_en": "", "answer_en": "",
            "service_code": "", "owner_unit": "LRS", "source": "", "reviewed_on": "2026-01-31", "review_days": "90",
            "active": "on"}
    assert desk.post("/admin/knowledge/new", data).status_code == 303
    assert "几点开门?" in desk.get("/admin/knowledge")
    assert 'value="2026-01-31"' in desk.get("/admin/knowledge/Q-T1/edit")
    later = {name: value for name, value in data.items() if name != "code"}
    for wrong in ({"reviewed_on": "31.1."}, {"review_days": "²"}, {"service_code": "NOPE"}):
        assert desk.post("/admin/knowledge/Q-T1/edit", {**later, **wrong}).status_code == 422


def test_a_person_is_made_and_signs_in(desk: Desk, app: Any) -> None:
    data = {"login": "new.one", "name": "新人", "password": "a long enough one", "phone": "", "role": "handler",
            "unit": "LRS"}
    answer = desk.post("/admin/people/new", data)
    assert answer.status_code == 303
    assert "新人" in desk.get("/admin/people?q=new.one")
    Desk(app, "new.one", "a long enough one").get("/staff/")
    assert desk.post("/admin/people/new", data).status_code == 409
    short = desk.post("/admin/people/new", {**data, "login": "other", "password": "short"})
    assert short.status_code == 422 and "characters" in short.text and "short" not in re.findall('value="([^"]*)"', short.text)


def test_name_and_phone_of_a_person_are_corrected_and_the_session_goes_on(desk: Desk, app: Any) -> None:
    other, path = Desk(app, "dispatcher"), _path_of(desk, "dispatcher")
    wrong = desk.post(f"{path}/details", {"name": "新名字", "phone": "12"}, path)
    assert wrong.status_code == 422 and 'value="新名字"' in wrong.text and 'value="12"' in wrong.text
    assert desk.post(f"{path}/details", {"name": " ", "phone": ""}, path).status_code == 422
    assert desk.post(f"{path}/details", {"name": "新名字", "phone": "139 1111 2222"}, path).status_code == 303
    page = desk.get(path)
    assert "新名字" in page and 'value="13911112222"' in page
    assert "新名字" in other.get("/staff/account"), "signed in still, under the new name"
    assert desk.post(f"{path}/details", {"name": "新名字", "phone": "", "login": "x"}, path).status_code == 422


def test_security_a_change_of_roles_ends_the_sessions_of_the_person(desk: Desk, app: Any) -> None:
    other = Desk(app, "dispatcher")
    other.get("/staff/")
    path = _path_of(desk, "dispatcher")
    answer = desk.post(f"{path}/roles", {"role": ["handler", ""], "unit": ["LRS", ""]}, path)
    assert answer.status_code == 303
    assert other.client.get("/t/demo/staff/").status_code == 302
    assert "handler" in Labels(desk.get(path)).targets or "Handler" in desk.get(path)
    assert desk.post(f"{path}/roles", {"role": ["king"], "unit": [""]}, path).status_code == 422


def test_security_a_person_who_is_switched_off_is_out_at_once(desk: Desk, app: Any) -> None:
    other = Desk(app, "dispatcher")
    path = _path_of(desk, "dispatcher")
    assert desk.post(f"{path}/active", {"active": "0"}, path).status_code == 303
    assert other.client.get("/t/demo/staff/").status_code == 302
    with pytest.raises(AssertionError):
        Desk(app, "dispatcher")
    own = _path_of(desk, "administrator")
    assert desk.post(f"{own}/active", {"active": "0"}, own).status_code == 422


def test_security_an_administrator_makes_no_operator(desk: Desk) -> None:
    path = _path_of(desk, "dispatcher")
    assert desk.post(f"{path}/roles", {"role": ["operator"], "unit": [""]}, path).status_code == 403
    operator = _path_of(desk, "operator")
    assert desk.post(f"{operator}/password", {"password": "a long enough one"}, operator).status_code == 403


def _path_of(desk: Desk, login: str) -> str:
    found = re.search(r'href="/t/demo(/admin/people/[0-9a-f-]{36})">[^<]*</a></td><td><code>' + login + "<",
                      desk.get(f"/admin/people?q={login}"))
    assert found
    return found[1]


def test_a_person_who_asks_for_it_is_forgotten(app: Any) -> None:
    ids, desk = fill(), Desk(app, "administrator")
    number = _number(ids)
    unsure = desk.post("/admin/erasing", {"number": number})
    assert unsure.status_code == 422 and 'value="' + number in unsure.text
    assert desk.post("/admin/erasing", {"number": "1", "sure": "on"}).status_code == 422
    still_open = desk.post("/admin/erasing", {"number": number, "sure": "on"})
    assert still_open.status_code == 409 and "still open" in still_open.text
    visitor = app.test_client()
    link = f"{HOME}/c/{ids.token}"
    marks = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(link).text)
    assert marks is not None
    assert visitor.post(f"{link}/withdraw", data={"csrf_token": marks[1], "reason": "x"}).status_code == 303
    loop.until_idle()
    assert desk.post("/admin/erasing", {"number": number, "sure": "on"}).status_code == 303
    assert "路灯坏了" not in visitor.get(link).text
    clerk = Desk(app, "intake_clerk").get(f"/staff/cases/{ids.case_id}")
    assert "赵小敏" not in clerk and "erased" in clerk


def _number(ids: Ids) -> str:
    from app.cases.model import Case

    found = tenant_by_slug("demo")
    assert found is not None
    with database.current().read(found.tenant_id) as session:
        return str(session.query(Case.number).filter_by(id=ids.case_id).scalar())
