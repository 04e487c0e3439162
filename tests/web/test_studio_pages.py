"""The Studio's pages: list, editor without scripts, what the editor's script asks, publishing, review, hostile text."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from app.cases import element_properties, listener
from app.catalog.commands import PublishDefinition
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.studio import naming
from app.tenancy.queries import tenant_by_slug
from app.workers.loop import until_idle
from tests.hostile_xml import ATTACKS
from tests.pace import measured
from tests.web.admin_pages import HOME, Desk, Labels

PAGE = "/studio/decision/review"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def analyst(app: Any) -> Desk:
    return Desk(app, "analyst")


@pytest.fixture
def admin(app: Any) -> Desk:
    return Desk(app, "administrator")


def office_id() -> Any:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def config(page: str) -> Any:
    found = re.search(r'data-studio="([^"]*)"', page)
    assert found
    return json.loads(html.unescape(found[1]))


def source(page: str) -> str:
    found = re.search(r"<textarea[^>]*data-source>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def send(desk: Desk, path: str, data: Any, page: str = PAGE) -> Any:
    return desk.client.post(HOME + path, json=data, headers={"X-CSRFToken": desk.marks(page)["csrf_token"]})


def save(desk: Desk, text: str, revision: int, page: str = PAGE) -> Any:
    based = config(desk.get(page))["based_on"]
    return send(desk, page + "/draft", {"source": text, "revision": revision, "based_on": based}, page)


def noted(text: str, note: str = "eins") -> str:
    return text.replace("</definitions>", f"<!-- {note} --></definitions>")


def test_the_list_names_everything_and_finds_by_name(analyst: Desk, app: Any) -> None:
    page = analyst.get("/studio/")
    assert not Labels(page).faults() and "style=" not in page
    assert "Review of the reply" in page and "答复审核" in page and "Escalation of a limit" in page
    found = analyst.get("/studio/?q=答复审核")
    assert "Review of the reply" in found and "Escalation of a limit" not in found
    assert analyst.get("/studio/?q=REPLY").count('class="name"') < page.count('class="name"')
    supervisor = Desk(app, "supervisor").get("/studio/")
    assert "/admin/definitions/decision/review" in supervisor and "/studio/decision/review" not in supervisor


def test_a_definition_is_begun_by_its_name_and_published(analyst: Desk) -> None:
    assert "Please fill this in." in analyst.post("/studio/new", {"kind": "form", "name_zh": " "}, "/studio/").text
    answer = analyst.post("/studio/new", {"kind": "form", "name_zh": "借书", "name_en": "Borrow a book"}, "/studio/")
    assert answer.status_code == 303 and answer.location.endswith("/studio/form/borrow_a_book")
    page = analyst.get("/studio/form/borrow_a_book")
    assert not Labels(page).faults() and "Borrow a book" in page
    assert "not in force yet" in analyst.get("/studio/")
    publish = "/studio/form/borrow_a_book/publish"
    assert not Labels(analyst.get(publish)).faults()
    revision = str(config(page)["revision"])
    assert analyst.post(publish, {"revision": revision, "reason": " "}).status_code == 422
    sent = analyst.post(publish, {"revision": revision, "reason": "New"})
    assert sent.status_code == 303 and sent.location.endswith("/admin/definitions/form/borrow_a_book")


def test_without_scripts_the_text_is_saved_and_a_conflict_loses_nothing(analyst: Desk, admin: Desk) -> None:
    page = analyst.get(PAGE)
    assert re.search(r"static/vendor/studio_(dmn|text)\.js", page)
    first, mine = noted(source(page)), noted(source(page), "meins")
    fields = {"revision": str(config(page)["revision"]), "based_on": config(page)["based_on"]}
    assert analyst.post(PAGE, {**fields, "source": first.replace("\n", "\r\n")}).status_code == 303
    assert source(analyst.get(PAGE)) == first
    told = admin.post(PAGE, {**fields, "source": mine})
    assert told.status_code == 409 and source(told.text) == mine and "Nothing was written over" in told.text
    assert "<ins>" in told.text and not Labels(told.text).faults()
    now = {"revision": str(config(told.text)["revision"]), "based_on": config(told.text)["based_on"], "source": mine}
    assert admin.post(PAGE, now).status_code == 303
    assert source(analyst.get(PAGE)) == mine
    assert analyst.post(PAGE, {**now, "strange": "1"}).status_code == 422
    put_aside = analyst.post(PAGE + "/discard", {"revision": str(config(analyst.get(PAGE))["revision"])}, PAGE)
    assert put_aside.status_code == 303 and "Take it back" in analyst.get(PAGE)
    assert analyst.post(PAGE + "/restore", {}, PAGE).status_code == 303 and source(analyst.get(PAGE)) == mine


def test_what_the_script_asks(analyst: Desk, admin: Desk) -> None:
    text = source(analyst.get(PAGE))
    answer = save(analyst, noted(text), 0)
    assert answer.status_code == 200 and answer.json["revision"] == 1
    assert send(analyst, PAGE + "/present", {}).json["others"] == []
    there = send(admin, PAGE + "/present", {}).json
    assert there["others"] == ["刘爱莲"] and there["revision"] == 1 and there["by"] == "刘爱莲" and there["open"]
    told = save(admin, noted(text, "zwei"), 0)
    assert told.status_code == 409 and told.json["source"] == noted(text) and told.json["by"] == "刘爱莲"
    assert any(line.startswith("+") and "zwei" in line for line in told.json["lines"])
    for bad in ([], {"source": 1, "revision": 1}, {"source": "x", "revision": "1"}, {"source": "x", "revision": True},
                {"source": "x", "revision": 1, "based_on": "x"}, {"source": "x", "revision": 1, "more": 1}):
        assert send(analyst, PAGE + "/draft", bad).status_code == 422, bad
    assert analyst.client.post(HOME + PAGE + "/draft", json={"source": text, "revision": 1}).status_code == 400


def test_the_checks_are_those_of_publishing_with_places(analyst: Desk) -> None:
    text = source(analyst.get(PAGE))
    assert send(analyst, PAGE + "/lint", {"source": text}).json["problems"] == []
    broken = re.sub(r"(<inputEntry [^>]*>\s*<text>)[^<]*", r"\1&lt; (", text, count=1)
    (problem,) = [one for one in send(analyst, PAGE + "/lint", {"source": broken}).json["problems"]
                  if one["severity"] == "error"]
    assert problem["line"] and problem["element"] and problem["cell"] == {"row": 1, "column": 1}
    process = "/studio/process/service_request"
    diagram = source(analyst.get(process))
    unknown = diagram.replace('formId="classify"', 'formId="nothing"')
    found = send(analyst, process + "/lint", {"source": unknown.replace('formId="intake"', 'formId="nothing"')}, process)
    assert found.status_code == 200
    for one in found.json["problems"]:
        assert one["text"] and (one["element"] is None or one["line"])
    analyst.client.get(f"{HOME}/preferences?lang=zh")
    spoken = send(analyst, PAGE + "/lint", {"source": broken}).json["problems"][0]["text"]
    assert re.search(r"[\u4e00-\u9fff]", spoken)


def test_who_may_judge_sees_the_count_and_the_way_there_and_the_writer_hears_the_verdict(analyst: Desk, admin: Desk) -> None:
    text = source(analyst.get(PAGE))
    assert save(analyst, noted(text), 0).status_code == 200
    mark = admin.client.get(HOME + "/studio/waits")
    assert "wait for your look" not in mark.text
    ask = analyst.post(PAGE + "/review", {"revision": "1", "words": "Row <b>3</b>", "_action": "ask"}, PAGE + "/publish")
    assert ask.status_code == 303
    live = admin.client.get(HOME + "/studio/waits", headers={"If-None-Match": mark.headers["ETag"]})
    assert live.status_code == 200 and "wait for your look" in live.text and "Row &lt;b&gt;3&lt;/b&gt;" in live.text
    assert "/studio/decision/review/publish" in live.text
    assert admin.client.get(HOME + "/studio/waits", headers={"If-None-Match": live.headers["ETag"]}).status_code == 304
    assert "wait for your look" in admin.get("/admin/definitions") and "wait for your look" not in analyst.get("/studio/")
    mine = analyst.get(PAGE + "/publish")
    assert "somebody else has to judge it" in mine and "Approve this text" not in mine
    until_idle()
    inbox = admin.get("/staff/messages")
    assert "请复核草稿：答复审核" in inbox and "&lt;b&gt;3" in inbox and PAGE + "/publish" in inbox
    assert save(analyst, noted(text, "zwei"), 1).status_code == 200
    page = admin.get(PAGE + "/publish")
    assert "The text has changed since the review was asked for." in page and not Labels(page).faults()
    assert "changed since" in admin.get("/studio/")
    stale = {"revision": "1", "words": "", "_action": "approve"}
    assert admin.post(PAGE + "/review", stale, PAGE + "/publish").status_code == 409
    no = {"revision": "2", "words": "Row 3 lacks a case", "_action": "reject"}
    assert admin.post(PAGE + "/review", no, PAGE + "/publish").status_code == 303
    assert "wait for your look" not in admin.get("/studio/") and "Row 3 lacks a case" in analyst.get(PAGE)
    until_idle()
    assert "Row 3 lacks a case" in analyst.get("/staff/messages")


def test_security_04_05_hostile_xml_as_a_draft_is_refused_with_its_place_within_a_second(analyst: Desk) -> None:
    page = "/studio/process/service_request"
    token, wrong = analyst.marks(page)["csrf_token"], []
    for name, made in ATTACKS.items():
        text = made().decode("utf-8", "replace")
        began = time.process_time()
        answer = analyst.client.post(HOME + page + "/lint", json={"source": text}, headers={"X-CSRFToken": token})
        took = time.process_time() - began  # other work on the machine does not count
        found = [one for one in answer.json.get("problems", ()) if one["severity"] == "error"]
        if took > 1 or not (answer.status_code == 413 or (answer.status_code == 200 and found and found[0]["text"])):
            wrong.append((name, answer.status_code, took))
    assert wrong == []
    hostile = ATTACKS["external entity"]().decode()
    saved = save(analyst, hostile, 0, page)
    assert saved.status_code == 200  # a draft is a text; it is refused where it would count
    assert "root:" not in analyst.get(page) and "DOCTYPE" in analyst.get(page + "/publish")
    sent = analyst.post(page + "/publish", {"revision": "1", "reason": "x"})
    assert sent.status_code == 422 and "What was in force stays in force" in sent.text


def test_security_16_names_and_texts_are_shown_as_text(analyst: Desk) -> None:
    bad = "</textarea><script>alert(1)</script>"
    made = analyst.post("/studio/new", {"kind": "process", "name_zh": bad, "name_en": "'\"><img src=x onerror=alert(1)>"},
                        "/studio/")
    page = made.location.removeprefix(HOME)
    for path in ("/studio/", page, page + "/publish"):
        shown = analyst.get(path)
        assert "<script>alert" not in shown and "<img src=x" not in shown
    save(analyst, bad, 1, page)
    assert source(analyst.get(page)) == bad
    asked = analyst.post(page + "/review", {"revision": "2", "words": bad, "_action": "ask"}, page + "/publish")
    assert asked.status_code == 303 and "<script>alert" not in analyst.get(page + "/publish")


def test_only_the_editors_page_may_style_elements(analyst: Desk) -> None:
    policy = analyst.client.get(HOME + PAGE).headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "style-src 'self' 'unsafe-inline';" in policy
    assert "unsafe" not in analyst.client.get(HOME + "/studio/").headers["Content-Security-Policy"]
    assert "unsafe" not in analyst.client.get(HOME + PAGE + "/publish").headers["Content-Security-Policy"]


def test_a_newer_version_is_shown_and_chosen_about(analyst: Desk, admin: Desk) -> None:
    text = source(analyst.get(PAGE))
    assert save(analyst, noted(text, "meins"), 0).status_code == 200
    tenant_id = office_id()
    dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind="decision", definition_key="review",
                               data=noted(text, "anderes").encode()))
    assert "Another version came into force" in analyst.get(PAGE)
    page = analyst.get(PAGE + "/publish")
    assert "Take theirs and begin again" in page and "Publish mine over it" in page and not Labels(page).faults()
    assert "anderes" in page and "meins" in page
    plain = analyst.post(PAGE + "/publish", {"revision": "1", "reason": "Over"})
    assert plain.status_code == 409 and "Nothing was written over" in plain.text
    over = re.findall(r'name="over" value="([^"]*)"', page)[0]
    assert analyst.post(PAGE + "/publish", {"revision": "1", "reason": "Over", "over": over}).status_code == 303
    assert "meins" in source(admin.get(PAGE))
    again = source(admin.get(PAGE))
    save(admin, noted(again, "drittes"), config(admin.get(PAGE))["revision"])
    dispatch(PublishDefinition(tenant_id=tenant_id, actor=SYSTEM, kind="decision", definition_key="review",
                               data=noted(again, "viertes").encode()))
    revision = str(config(admin.get(PAGE))["revision"])
    assert admin.post(PAGE + "/begin-again", {"revision": revision}, PAGE + "/publish").status_code == 303
    assert "viertes" in source(admin.get(PAGE)) and "drittes" not in source(admin.get(PAGE))


def test_a_second_person_sees_what_waits_and_approves(analyst: Desk, admin: Desk) -> None:
    save(analyst, noted(source(analyst.get(PAGE))), 0)
    form = admin.get("/admin/settings")
    assert 'name="studio.review"' in form
    values = {"name_zh": "示例", "name_en": "Sample", "locale": "zh", "studio.review": "on"}
    assert admin.post("/admin/settings", values).status_code == 303
    assert "approve this very text first" in analyst.get(PAGE + "/publish")
    ask = {"revision": "1", "words": "Please look at row 2", "_action": "ask"}
    assert analyst.post(PAGE + "/review", ask, PAGE + "/publish").status_code == 303
    assert "Waits for your look" not in analyst.get("/studio/")
    waiting = admin.get("/studio/")
    assert "Waits for your look" in waiting and "Please look at row 2" in waiting
    own = analyst.post(PAGE + "/review", {**ask, "_action": "approve"}, PAGE + "/publish")
    assert own.status_code == 403 and "Another person" in own.text
    assert admin.post(PAGE + "/review", {**ask, "_action": "reject", "words": ""}, PAGE + "/publish").status_code == 422
    assert admin.post(PAGE + "/review", {**ask, "_action": "approve"}, PAGE + "/publish").status_code == 303
    assert analyst.post(PAGE + "/publish", {"revision": "1", "reason": "Agreed"}).status_code == 303


def test_what_can_be_picked_comes_from_the_office_the_files_and_the_code(analyst: Desk) -> None:
    found = analyst.client.get(HOME + "/studio/options").json
    assert {"LRS"} <= {one["code"] for one in found["units"]}
    assert {"supervisor", "handler@LRS"} <= {one["name"] for one in found["groups"]}
    assert any(one.get("pattern") for one in found["groups"])
    review = next(one for one in found["decisions"] if one["key"] == "review")
    assert review["label"] == "Review of the reply" and {"name": "level", "type": "string"} in review["inputs"]
    assert review["outputs"][0]["name"] == "reviewer"
    assert {"classify", "review"} <= {one["key"] for one in found["forms"]}
    assert "service_request" in {one["key"] for one in found["processes"]}
    assert {"accept", "dispatch", "reply"} <= {one["key"] for one in found["clocks"]}
    notify = next(one for one in found["connectors"] if one["type"] == "notify")
    to = next(one for one in notify["parameters"] if one["name"] == "to")
    assert set(to["values"]) == {"resident", "group"}
    assert "template" in {one["name"] for one in notify["parameters"]} and found["messages"] and found["variables"]
    phase = next(one for one in found["properties"] if one["name"] == "phase")
    assert {one["value"] for one in phase["values"]} == set(listener.PHASES) and phase["closed"]
    assert "working_hours" in {one["name"] for one in found["settings"]}


def test_the_known_element_properties_are_those_that_the_code_reads() -> None:
    known = {one.name for one in element_properties.KNOWN}
    code = "".join((ROOT / "app" / "cases" / name).read_text(encoding="utf-8")
                   for name in ("listener.py", "stepping.py", "barring.py", "handlers/matters.py"))
    read = set(re.findall(r'"((?:deadline|entry|visit|commitment|matter|assign|appointment)\.[a-z_]+|phase|outcome)"', code))
    read |= {f"appointment.{name}" for name in ("on", "part", "note", "price")} | {
        f"case.{name}" for name in (*listener.COLUMNS, "score")}
    assert known - {"name_en"} == read - {"matter.open"}  # a right


def test_names_are_found_in_files_that_cannot_be_read() -> None:
    assert naming.title("process", "a", b'<bpmn:process id="a" name="\xe8\xb7\xaf &amp; x">') == ("路 & x", "")
    assert naming.title("form", "a", b"{") == ("", "") and naming.title("form", "a", b"[1]") == ("", "")
    with measured() as spent:
        naming.title("process", "a", b"<process " * 200_000)
    assert spent[0] < 1
    assert naming.as_text('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")) == '<?xml version="1.0" encoding="UTF-8"?><a/>'


def test_nobody_else_comes_in(app: Any) -> None:
    handler = Desk(app, "handler_lrs")
    assert handler.client.get(HOME + PAGE).status_code == 403 and handler.client.get(HOME + "/studio/").status_code == 403
    assert "/studio/" not in handler.get("/staff/")


def known(desk: Desk, element: str, leaving: bool = False, text: str | None = None, status: int = 200) -> Any:
    page = "/studio/process/service_request"
    answer = send(desk, page + "/known", {"source": text or source(desk.get(page)), "element": element, "leaving": leaving}, page)
    assert answer.status_code == status, answer.text
    return {one["name"]: one for one in answer.get_json()["variables"]} if status == 200 else answer.get_json()["error"]


def test_variables_at_an_element_come_with_type_and_origin_in_the_reader_s_language(analyst: Desk) -> None:
    early = known(analyst, "task_suggest_service")
    assert "limits" in early and "case_ruling" not in early, "written later only"
    assert "case_ruling" in known(analyst, "task_rule_on_case", leaving=True)
    draft = source(analyst.get("/studio/process/service_request")).replace('"limits"', '"bounds"').replace('"=limits"', '"=bounds"')
    assert "bounds" in known(analyst, "task_suggest_service", text=draft), "of the drawing as it is now"
    found = known(analyst, "task_intake", leaving=True)
    assert found["intake_decision"] == {"name": "intake_decision", "detail": "text", "entries": [],
                                        "info": "From this element itself (output mapping)\nKnown from the start"}
    assert found["limits"]["detail"] == "record"
    reply = next(one for one in found["limits"]["entries"] if one["name"] == "reply")
    assert reply["detail"] == "record" and {"amount", "unit", "warn"} == {one["name"] for one in reply["entries"]}
    assert found["channel"]["info"] == "Known from the start"
    analyst.client.get(f"{HOME}/preferences?lang=zh")
    assert known(analyst, "task_intake", leaving=True)["limits"]["detail"] == "记录"


def test_variables_of_a_text_that_is_no_process_are_refused_with_the_reason(analyst: Desk) -> None:
    assert known(analyst, "x", text="<a/>", status=422)
    page = "/studio/process/service_request"
    for data in ({"source": 1, "element": "x"}, {"source": "<a/>", "element": 1}, {"source": "<a/>", "element": "x", "leaving": 1},
                 {"source": "<a/>", "element": "x", "more": 1}, []):
        assert send(analyst, page + "/known", data, page).status_code == 422
    assert send(analyst, page + "/known", {"source": "x" * 5_000_001, "element": "x"}, page).status_code in (413, 422)
