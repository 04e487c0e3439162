"""An office's own content in the browser: services with unit and limit, forms, answers, places, settings, versions."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.catalog import live
from app.catalog.commands import PublishDefinition
from app.deadlines import Shifts
from app.deadlines.model import Deadline
from app.dmn import Row, sheets, written
from app.engine.model import OpenTaskRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.notifications.model import Notification
from app.notifications.profiles.choices import office_hours
from app.tenancy import interests
from app.tenancy.queries import tenant_by_slug
from app.workers import loop, reviews
from tests.web.admin_pages import HOME, Desk, Labels, upload

SERVICE = {"module": "LS", "name_zh": "磨刀修伞", "name_en": "Knives and umbrellas", "kind": "help", "urgency": "normal",
           "commitment_zh": "三天内磨好", "commitment_en": "Sharp within three days", "keywords": "菜刀", "active": "on",
           "unit": "LRS", "at_once": "on", "reply_amount": "3", "reply_span": "d", "reason": "Asked for at the meeting"}
ITEM = {"question_zh": "几点开门?", "answer_zh": "九点。", "question_en": "", "answer_en": "", "service_code": "",
        "owner_unit": "LRS", "source": "", "reviewed_on": "2026-01-31", "review_days": "90", "active": "on"}


@pytest.fixture
def desk(app: Any) -> Desk:
    return Desk(app, "administrator")


@pytest.fixture
def each_desk(any_app: Any) -> Desk:
    """As `desk`, on each database."""
    return Desk(any_app, "administrator")


def office() -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def table(key: str) -> Any:
    with database.current().read(office()) as session:
        found = live(session, office(), "decision", key)
    assert found is not None
    return found


def test_a_new_service_is_found_and_its_first_request_goes_to_its_unit_with_its_limit(any_app: Any) -> None:
    desk, visitor = Desk(any_app, "administrator"), any_app.test_client()
    visitor.get(f"{HOME}/preferences?lang=en")
    assert "Knives" not in visitor.get(f"{HOME}/services/LS").text
    assert desk.post("/admin/services/new", {"code": "LS77", **SERVICE}).status_code == 303
    assert "Knives" in visitor.get(f"{HOME}/services/LS").text
    assert "Knives" in visitor.get(f"{HOME}/?q=菜刀").text
    assert "Sharp within three days" in visitor.get(f"{HOME}/service/LS77").text
    page = visitor.get(f"{HOME}/submit?service=LS77").text
    marks = dict(re.findall(r'name="(csrf_token|_key)" value="([^"]+)"', page))
    sent = visitor.post(f"{HOME}/submit", data={
        **marks, "c-service": "LS77", "c-module": "LS", "c-text": "两把菜刀要磨。", "c-name": "赵", "c-phone": "13911110077",
        "for_whom": "self"})
    assert sent.status_code == 303, sent.text
    loop.until_idle()
    case, clerk = _newest(), Desk(any_app, "intake_clerk")
    assert case.service == "LS77"
    rules = {sheet.decision: sheet for sheet in sheets(table("time_limit").data, "x")}["reply_limit"].rows
    assert any(row.cells[0] == '"LS77"' and row.cells[4:6] == ("3", '"d"') for row in rules)
    _accept(clerk, case)
    loop.until_idle()
    with database.current().read(office()) as session:
        case = session.get_one(Case, (office(), case.id))
        reply = session.query(Deadline).filter_by(case_id=case.id, name="reply").one()
        assert (case.unit, case.module, case.kind) == ("LRS", "LS", "help")
        assert (reply.budget["amount"], reply.budget["unit"]) == (3, "d")


def _newest() -> Case:
    with database.current().read(office()) as session:
        return session.query(Case).order_by(Case.id.desc()).first()  # type: ignore[return-value]


def _accept(clerk: Desk, case: Case) -> None:
    """The window takes the request in with the service the resident named."""
    with database.current().read(office()) as session:
        task = session.query(OpenTaskRow).filter_by(business_key=str(case.id)).one()
    clerk.post(f"/staff/tasks/{task.id}/claim", {}, page="/staff/account")
    page = clerk.get(f"/staff/tasks/{task.id}")
    hidden = dict(re.findall(r'name="(csrf_token|_key|_form_hash)" value="([^"]+)"', page))
    answer = clerk.client.post(f"{HOME}/staff/tasks/{task.id}", data={
        **hidden, "intake_decision": "accept", "service": "LS77", "kind": "help", "urgency_stated": "normal",
        "person_checked": "on", "course": "磨两把刀"})
    assert answer.status_code == 303, answer.text[-4000:]


def test_one_saving_is_one_version_of_each_table_and_saving_again_is_none(desk: Desk) -> None:
    before = {key: table(key).version for key in ("handling_unit", "service_module", "time_limit")}
    desk.post("/admin/services/new", {"code": "LS77", **SERVICE})
    after = {key: table(key).hash for key in before}
    assert all(table(key).tenant_id == office() for key in before)
    assert "Asked for at the meeting" in desk.get("/admin/definitions/decision/handling_unit")
    desk.post("/admin/services/LS77/edit", {**SERVICE, "name_en": "Knives"})
    assert {key: table(key).hash for key in before} == after
    page = desk.get("/admin/services/LS77/edit")
    assert re.search(r'<option value="LRS" selected', page) and 'value="3"' in page and "handling_unit" in page
    desk.post("/admin/services/LS77/edit", {**SERVICE, "unit": "CYZX"})
    rows = [row.cells for row in sheets(table("handling_unit").data, "x")[0].rows if row.cells[0] == '"LS77"']
    assert len(rows) == 1 and rows[0][2] == '"CYZX"'


def test_a_service_that_nobody_would_handle_is_not_published_and_says_so(desk: Desk) -> None:
    data = table("handling_unit").data
    sheet = sheets(data, "x")[0]
    kept = [row for row in sheet.rows if row.cells[0] != "-"]
    dispatch(PublishDefinition(tenant_id=office(), actor=SYSTEM, kind="decision", definition_key="handling_unit",
                               data=written(data, "x", {sheet.id: kept})[0], reason="no fallback"))
    answer = desk.post("/admin/services/new", {"code": "LS77", **SERVICE, "unit": ""})
    assert answer.status_code == 422 and "Nobody would handle it" in answer.text and 'aria-invalid' in answer.text
    assert 'value="磨刀修伞"' in answer.text and "LS77" not in desk.get("/admin/services")
    draft = {name: value for name, value in SERVICE.items() if name != "active"}
    assert desk.post("/admin/services/new", {"code": "LS77", **draft, "unit": ""}).status_code == 303
    assert desk.post("/admin/services/LS77/edit", SERVICE).status_code == 303
    csv = upload("code,module,zh\nLS78,LS,磨剪刀\n")
    refused = desk.post("/admin/services/import", {"file": csv}, "/admin/services")
    assert refused.status_code == 422 and "LS78" in refused.text


def test_security_a_unit_or_limit_that_is_none_never_becomes_text_of_a_table(desk: Desk) -> None:
    before = table("handling_unit").hash
    for wrong in ({"unit": 'LRS" or "CYZX'}, {"unit": "NOPE"}, {"reply_span": "wd\" , 1"}, {"reply_amount": "0"},
                  {"reply_amount": "1e9"}, {"reply_amount": "²"}):
        answer = desk.post("/admin/services/LS01/edit", {**SERVICE, **wrong})
        assert answer.status_code == 422, wrong
    assert table("handling_unit").hash == before


def test_a_row_among_others_of_a_list_gets_a_row_of_its_own() -> None:
    from app.dmn import Subject, ruled

    file = (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
            b'<decision id="u" name="u"><decisionTable id="t" hitPolicy="%s"><input id="i"><inputExpression id="e">'
            b'<text>service</text></inputExpression></input><output id="o" name="unit"/>'
            b'<rule id="r1"><inputEntry id="a"><text>"A", "B"</text></inputEntry><outputEntry id="b"><text>"X"</text>'
            b'</outputEntry></rule></decisionTable></decision></definitions>')
    for policy, left in ((b"FIRST", '"A", "B"'), (b"UNIQUE", '"B"')):
        made = ruled(file % policy, "u", "u", Subject("service", '"A"'), {"unit": '"Y"'}, "note", "r1")
        rows: tuple[Row, ...] = sheets(made, "u")[0].rows
        assert [row.cells for row in rows] == [('"A"', '"Y"', "note"), (left, '"X"', "")]


def test_a_preview_shows_both_languages_and_saves_nothing(desk: Desk) -> None:
    page = desk.post("/admin/services/LS04/edit", {**SERVICE, "_action": "preview:en"}).text
    shown = page.split('class="phone"')[1]
    assert "Knives and umbrellas" in shown and "Sharp within three days" in shown and "For whom" in shown
    assert "为谁申请" in desk.post("/admin/services/LS04/edit", {**SERVICE, "_action": "preview:zh"}).text
    assert Labels(page).faults() == [] and "Knives" not in desk.get("/admin/services")
    item = desk.post("/admin/knowledge/K01/edit", {**ITEM, "_action": "preview:en"}).text
    assert "There is no English yet" in item and "九点。" in item.split('class="phone"')[1]


def test_what_somebody_saved_meanwhile_is_shown_and_what_was_typed_is_kept(each_desk: Desk) -> None:
    desk = each_desk
    begun = re.search(r'name="begun_from" value="(\d+)"', desk.get("/admin/services/LS01/edit"))
    assert begun is not None
    first = {**SERVICE, "begun_from": begun[1]}
    assert desk.post("/admin/services/LS01/edit", {**first, "name_en": "Their name"}).status_code == 303
    late = desk.post("/admin/services/LS01/edit", {**first, "name_en": "My name"})
    assert late.status_code == 409 and "Somebody else saved this" in late.text
    assert "Their name</ins>" in late.text and 'value="My name"' in late.text
    now = re.search(r'name="begun_from" value="(\d+)"', late.text)
    assert now is not None and now[1] != begun[1]
    again = desk.post("/admin/services/LS01/edit", {**first, "name_en": "My name", "begun_from": now[1]})
    assert again.status_code == 303 and "My name" in desk.get("/admin/services")


def test_versions_are_listed_in_words_and_an_earlier_one_holds_again(each_desk: Desk) -> None:
    desk = each_desk
    old = desk.get("/admin/units/LRS/edit")
    name = re.search(r'name="name_en"[^>]*value="([^"]+)"', old)
    assert name is not None
    unit = {"name_zh": "绿化所", "name_en": "Green office", "kind": "internal", "active": "on", "phone": "021 5555"}
    assert desk.post("/admin/units/LRS/edit", {**unit, "reason": "new phone"}).status_code == 303
    page = desk.get("/admin/units/LRS/versions")
    assert "new phone" in page and "Green office</ins>" in page and f"{name[1]}</del>" in page and "Phone" in page
    back = desk.post("/admin/units/LRS/versions/restore", {"number": "1"}, page="/admin/units/LRS/versions")
    assert back.status_code == 303
    assert name[1] in desk.get("/admin/units/LRS/edit") and "Back to version 1" in desk.get("/admin/units/LRS/versions")
    assert desk.post("/admin/units/LRS/versions/restore", {"number": "99"},
                     page="/admin/units/LRS/versions").status_code == 404


def test_an_answer_without_an_owner_stays_a_draft_and_says_why(desk: Desk) -> None:
    refused = desk.post("/admin/knowledge/new", {"code": "Q-T1", **ITEM, "owner_unit": ""})
    assert refused.status_code == 422 and "Nobody answers for it yet" in refused.text
    draft = {name: value for name, value in ITEM.items() if name != "active"}
    assert desk.post("/admin/knowledge/new", {"code": "Q-T1", **draft, "owner_unit": ""}).status_code == 303
    listed = desk.get("/admin/knowledge?show=drafts")
    assert "几点开门?" in listed and "draft" in listed and "English missing" in listed
    assert "九点。" not in desk.client.get(f"{HOME}/?q=几点开门").text


def test_an_overdue_answer_is_told_once_and_confirmed_by_its_unit(any_app: Any) -> None:
    desk = Desk(any_app, "administrator")
    desk.post("/admin/knowledge/new", {"code": "Q-T1", **ITEM})
    assert "Q-T1" in desk.get("/admin/knowledge?show=overdue&owner=LRS")
    for _n in range(2):
        reviews._next.clear()
        loop.until_idle()
    with database.current().read(office()) as session:
        told = session.query(Notification).filter_by(template="review_overdue").all()
        assert [(one.to_group, "Q-T1" in one.body) for one in told] == [("head@LRS", True)]
    head = Desk(any_app, "head_lrs")
    page = head.get("/admin/reviews")
    assert "几点开门?" in page and re.search(r"Reviews \(\d+\)", page)
    assert head.post("/admin/knowledge/Q-T1/confirm", {}, page="/admin/reviews").status_code == 303
    assert "几点开门?" not in head.get("/admin/reviews")
    assert "Q-T1" not in desk.get("/admin/knowledge?show=overdue").split("<tbody>")[1]


def test_security_a_head_confirms_answers_of_the_own_unit_only(app: Any) -> None:
    Desk(app, "administrator").post("/admin/knowledge/new", {"code": "Q-T1", **ITEM, "owner_unit": "CYZX"})
    head = Desk(app, "head_lrs")
    assert "几点开门" not in head.get("/admin/reviews")
    answers = [head.client.post(f"{HOME}/admin/knowledge/{code}/confirm", data=head.marks("/staff/account"))
               for code in ("Q-T1", "NOPE")]
    assert [one.status_code for one in answers] == [404, 404]
    assert head.client.get(f"{HOME}/admin/knowledge").status_code == 403


def test_a_unit_that_is_still_needed_is_not_switched_off(desk: Desk) -> None:
    dispatch(SubmitCase(tenant_id=office(), actor=GUEST, text="路灯坏了。", name="赵", phone="13911110009"))
    unit = {"name_zh": "绿化所", "name_en": "Green", "kind": "internal"}
    answer = desk.post("/admin/units/LRS/edit", unit)
    assert answer.status_code == 422 and "handling_unit" in answer.text and "rows" in answer.text
    assert desk.post("/admin/units/new", {"code": "TEST", **unit, "active": "on"}).status_code == 303
    assert desk.post("/admin/units/TEST/edit", unit).status_code == 303


def test_places_are_made_changed_and_removed_by_form(desk: Desk) -> None:
    place = {"kind": "compound", "name": "新苑", "parent_code": "", "lat": "31.2", "lng": "121.4"}
    assert desk.post("/admin/places/new", {"code": "C-900", **place}).status_code == 303
    inner = {**place, "kind": "building", "name": "1号楼", "parent_code": "C-900"}
    assert desk.post("/admin/places/new", {"code": "C-900-1", **inner}).status_code == 303
    tree = desk.get("/admin/places?open=C-900")
    assert "1号楼" in tree and 'class="depth-' in tree
    for wrong, said in (({"parent_code": "C-900-1"}, "part of itself"), ({"lat": "99"}, "Degrees"), ({"lng": ""}, "both"),
                        ({"parent_code": "NOPE"}, "no place"), ({"kind": "planet"}, "choose"), ({"name": ""}, "write")):
        answer = desk.post("/admin/places/C-900/edit", {**place, **wrong})
        assert answer.status_code == 422 and said in answer.text, wrong
    kept = desk.post("/admin/places/C-900/remove", {}, page="/admin/places/C-900/edit")
    assert kept.status_code == 422 and "1 places are part of it" in kept.text
    for code in ("C-900-1", "C-900"):
        assert desk.post(f"/admin/places/{code}/remove", {}, page=f"/admin/places/{code}/edit").status_code == 303
    assert desk.get("/admin/places/C-900/edit", 404)


def test_settings_are_checked_at_their_field_and_shown_to_residents(desk: Desk) -> None:
    page = desk.get("/admin/settings")
    assert Labels(page).faults() == [] and "Empty means 200" in page
    good = {"name_zh": "示范街道", "name_en": "Demo Street", "locale": "zh", "contact_phone": "021 5555 1234",
            "emergency_en": "In danger ring 110.", "working_hours": "1-4,6: 08:30-12:00, 13:00-17:00", "attachment_quotas.case_files": "7", "reason": "moved house"}
    for wrong in ({"contact_phone": "call us"}, {"attachment_quotas.case_files": "many"}, {"case_process": "nope"},
                  {"locale": "fr"}, {"working_hours": "9 to 5"}, {"working_hours": "1-5: 12:00-09:00"}, {"quiet_hours": "late"},
                  {"quiet_hours": "09:00-09:00"}, {"interests": "a = 甲\na = 乙"}, {"interests": "no equal sign"},
                  {"draft_days": "0"}, {"name_zh": ""}, {"surprise": "1"}):
        answer = desk.post("/admin/settings", {**good, **wrong})
        assert answer.status_code == 422, wrong
    assert desk.post("/admin/settings", good).status_code == 303
    visitor = desk.client.get(f"{HOME}/").text
    assert "021 5555 1234" in visitor and "In danger ring 110." in visitor
    found = tenant_by_slug("demo")
    assert found is not None and found.settings["attachment_quotas"] == {"case_files": 7}
    assert Shifts.from_setting(found.settings["working_hours"]).weekdays == {0, 1, 2, 3, 5}
    assert 'value="1,2,3,4,6: 08:30-12:00, 13:00-17:00"' in desk.get("/admin/settings")
    assert "moved house" in desk.get("/admin/settings/office/versions")
    more = {"quiet_hours": "22:30-07:00", "interests": "pets = 宠物 / Pets\nnoise = 噪声", "draft_days": "14"}
    assert desk.post("/admin/settings", {**good, **more}).status_code == 303
    with database.current().read(found.tenant_id) as session:
        assert office_hours(session) == ("22:30", "07:00")
        assert interests.of(session) == {"pets": ("宠物", "Pets"), "noise": ("噪声", "噪声")}
    assert "pets = 宠物 / Pets" in desk.get("/admin/settings") and 'value="22:30-07:00"' in desk.get("/admin/settings")
    assert desk.post("/admin/settings", {**good, "quiet_hours": "none"}).status_code == 303
    with database.current().read(found.tenant_id) as session:
        assert office_hours(session) is None
    assert desk.post("/admin/settings", {**good, "attachment_quotas.case_files": ""}).status_code == 303
    found = tenant_by_slug("demo")
    assert found is not None and "attachment_quotas" not in found.settings


def questions(*rows: dict[str, str]) -> dict[str, str]:
    sent = {"rows": str(len(rows)), "begun_from": ""}
    for n, row in enumerate(rows):
        sent |= {f"q{n}-{name}": value for name, value in {"kind": "text", "key": "", "options": "", **row}.items()}
    return sent


def test_a_service_gets_questions_of_its_own_from_a_table(desk: Desk) -> None:
    page = "/admin/services/LS04/form"
    which = {"zh": "什么电器", "en": "Which appliance", "kind": "choice", "options": "冰箱 / Fridge\n洗衣机 / Washer",
             "required": "on"}
    when = {"zh": "哪一天", "en": "Which day", "kind": "date"}
    half = desk.post(page, questions({**which, "options": "冰箱"}, when) | {"_action": "publish"}, page=page)
    assert half.status_code == 422 and "needs both languages" in half.text and "Which day" in half.text
    looked = desk.post(page, questions(which, when) | {"_action": "preview:en"}, page=page)
    assert "Fridge" in looked.text.split('class="phone"')[1] and Labels(looked.text).faults() == []
    up = desk.post(page, questions(which, when) | {"_action": "down:0"}, page=page).text
    assert up.index("Which day") < up.index("Which appliance")
    assert desk.post(page, questions(which, when) | {"_action": "publish"}, page=page).status_code == 303
    visitor = desk.client.get(f"{HOME}/submit?service=LS04").text
    assert "Which appliance" in visitor and 'name="which_day"' in visitor and "For whom" not in visitor
    again = desk.get(page)
    assert 'value="Which appliance"' in again and "冰箱 / Fridge" in again
    assert desk.post(page, questions() | {"_action": "withdraw"}, page=page).status_code == 303
    assert "For whom" in desk.client.get(f"{HOME}/submit?service=LS04").text


def test_a_form_file_is_refused_with_the_place_of_the_fault(desk: Desk) -> None:
    page = "/admin/services/LS04/form"
    wrong = b'{\n"type": "default",\n"id": "service_LS04",\n"schemaVersion": 17,\n"components": [{"type": "iframe"}]}'
    answer = desk.post(f"{page}/file", {"file": upload(wrong, "a.form"), "c-file_reason": "x"}, page=page)
    assert answer.status_code == 422 and "line 5" in answer.text and "iframe" in answer.text
    other = wrong.replace(b"service_LS04", b"service_LS05").replace(b'{"type": "iframe"}', b"")
    assert desk.post(f"{page}/file", {"file": upload(other, "a.form")}, page=page).status_code == 422
    good = other.replace(b"LS05", b"LS04")
    assert desk.post(f"{page}/file", {"file": upload(good, "a.form")}, page=page).status_code == 303
