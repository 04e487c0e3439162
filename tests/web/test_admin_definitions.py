"""Administrators' pages of definitions, messages and the trail; who may open what; supervisors' and leaders' pages."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from app.cases.commands import SubmitCase
from app.cases.model import Case
from app.config import ROOT
from app.engine.model import IncidentRow
from app.kernel import bus, sequencer
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.unit_of_work import transact
from app.notifications import Recipient, queue
from app.tenancy.queries import tenant_by_slug
from app.web.admin.messages import masked
from tests.web.admin_pages import Desk, Labels, upload

FORM = ROOT / "forms" / "base" / "return_visit.form"
PAGE = "/admin/definitions/form/return_visit"


@pytest.fixture
def desk(app: Any) -> Desk:
    return Desk(app, "administrator")


def test_a_new_version_comes_in_force_and_an_earlier_one_can_be_put_back(desk: Desk) -> None:
    data = FORM.read_bytes()
    first, second = data + b"\n", data + b"\n\n"
    for content in (first, second):
        assert desk.post(PAGE, {"file": upload(content, "return_visit.form")}).status_code == 303
    page = desk.get(PAGE)
    assert "version 2</a> <span class=\"tag good\">in force" in page and page.count("this office") >= 2
    assert "this office" in desk.get("/admin/definitions")
    again = re.search(r'action="/t/demo(/admin/definitions/versions/[0-9a-f-]+/publish)"><[^>]*><[^>]*><button'
                      r'[^>]*Put version 1 of this office', page)
    assert again
    assert desk.post(again[1], {}, PAGE).status_code == 303
    page = desk.get(PAGE)
    assert "version 1</a> <span class=\"tag good\">in force" in page
    assert desk.post(f"{PAGE}/withdraw", {}, PAGE).status_code == 303
    assert "Go back to the shipped one" not in desk.get(PAGE)


def test_what_only_ships_cannot_be_given_up(desk: Desk) -> None:
    assert desk.post(f"{PAGE}/withdraw", {}, PAGE).status_code == 404


def test_a_refused_file_shows_file_line_and_element_and_changes_nothing(desk: Desk) -> None:
    before = desk.get(PAGE)
    wrong = FORM.read_text(encoding="utf-8").replace('"type": "textfield"', '"type": "hologram"', 1).replace(
        '"type": "textarea"', '"type": "hologram"', 1).replace('"type": "radio"', '"type": "hologram"', 1)
    answer = desk.post(PAGE, {"file": upload(wrong, "return_visit.form")})
    assert answer.status_code == 422 and "hologram" in answer.text
    assert re.search(r"<strong>forms/tenants/demo/return_visit\.form, line \d+, element \w+</strong>", answer.text)
    after = desk.get(PAGE)
    assert before.count("<tr>") == after.count("<tr>")


def test_a_broken_diagram_and_table_are_refused_with_their_lines(desk: Desk) -> None:
    for kind, key, ending in (("process", "follow_up", "bpmn"), ("decision", "urgency", "dmn")):
        path = f"/admin/definitions/{kind}/{key}"
        answer = desk.post(path, {"file": upload(b"<definitions>\n<broken", f"{key}.{ending}")})
        assert answer.status_code == 422 and ", line 2" in answer.text


def test_a_file_of_a_new_key_is_published_from_the_list(desk: Desk) -> None:
    text = FORM.read_text(encoding="utf-8").replace("return_visit", "service_NEW")
    answer = desk.post("/admin/definitions", {"kind": "form", "file": upload(text, "service_NEW.form")})
    assert answer.status_code == 303, answer.text
    assert "service_NEW" in desk.get("/admin/definitions")
    wrong = desk.post("/admin/definitions", {"kind": "form", "file": upload(text, "other_name.form")})
    assert wrong.status_code == 422 and "service_NEW" in wrong.text
    for data in ({"kind": "form"}, {"kind": "spell", "file": upload(text, "a.form")},
                 {"kind": "form", "file": upload(text, "../../a b.form")}):
        assert desk.post("/admin/definitions", data).status_code == 422


def test_a_source_is_shown_as_text_and_given_as_a_file(desk: Desk) -> None:
    page = desk.get("/admin/definitions/process/follow_up")
    assert "&lt;bpmn:" in page or "&lt;definitions" in page
    file = re.search(r'href="/t/demo(/admin/definitions/versions/[0-9a-f-]+/file)"', page)
    assert file
    answer = desk.client.get("/t/demo" + file[1])
    assert answer.headers["Content-Disposition"].startswith("attachment") and answer.data.startswith(b"<?xml")


def test_security_a_reader_publishes_nothing(app: Any) -> None:
    desk = Desk(app, "supervisor")
    assert "Check and publish" not in desk.get(PAGE)
    marks = desk.marks("/staff/account")
    for path in ("/admin/definitions", PAGE, f"{PAGE}/withdraw"):
        assert desk.client.post(f"/t/demo{path}", data=marks).status_code == 403


@pytest.mark.parametrize(("login", "pages"), [
    ("operator", {"offices", "definitions", "audit"}), ("supervisor", {"definitions", "audit"}), ("leader", set()),
    ("handler_swzx", set()), ("intake_clerk", {"knowledge"}), ("analyst", {"definitions"}),
    ("administrator", {"units", "people", "places", "services", "knowledge", "definitions", "messages", "audit"})])
def test_security_each_role_opens_its_own_pages_only(app: Any, login: str, pages: set[str]) -> None:
    desk = Desk(app, login)
    every = ["offices", "units", "people", "places", "services", "knowledge", "definitions", "messages", "audit"]
    assert {page for page in every if desk.client.get(f"/t/demo/admin/{page}").status_code == 200} == pages
    assert desk.client.get("/t/demo/admin/").status_code == (302 if pages else 403)


def test_security_a_visitor_is_asked_to_sign_in(client: Any) -> None:
    for page in ("units", "people", "audit", "definitions", "messages"):
        answer = client.get(f"/t/demo/admin/{page}")
        assert answer.status_code == 302 and "/staff/sign-in" in answer.headers["Location"]


def test_messages_show_all_in_a_demonstration_and_little_elsewhere(desk: Desk, app: Any) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    transact(tenant.tenant_id, SYSTEM, lambda uow: queue(
        uow, "sign_in_code", Recipient(phone="+8619912345678"), {"code": "123456"}, is_secret=True))
    page = desk.get("/admin/messages")
    assert "123456" in page and "19912345678" in page and "not really sent" in page
    assert masked("+8619912345678") == "+86****78" and masked("ab@example.org") == "a…@example.org"
    assert masked(None) == "" and masked("12345") == "****"


def test_the_trail_shows_numbers_and_finds_a_broken_chain(desk: Desk) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    while sequencer.number(tenant.tenant_id):
        pass
    page = desk.get("/admin/audit?check=1")
    assert "The chain is whole" in page and "auth.signed_in" in page
    assert "Older ones" in page and desk.get("/admin/audit?before=50&type=auth.")

    def bend(uow: Any) -> None:
        row = uow.session.query(sequencer.EventNumber).filter_by(number=3).one()
        row.hash = "0" * 64

    transact(tenant.tenant_id, SYSTEM, bend)
    assert "broken at number 3" in desk.get("/admin/audit?check=1")


def test_the_operator_sees_offices_and_no_people(app: Any) -> None:
    page = Desk(app, "operator").get("/admin/offices")
    assert "/t/demo/" in page and "Demo Street" in page


def test_supervisors_see_incidents_and_leaders_the_overview(app: Any) -> None:
    assert "Nothing has stopped" in Desk(app, "supervisor").get("/staff/incidents")
    leader = Desk(app, "leader")
    assert "Overview" in leader.get("/staff/overview")
    leader.get("/staff/incidents", 403)


def test_a_supervisor_tries_an_incident_again(app: Any) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    sent = bus.dispatch(SubmitCase(tenant_id=tenant.tenant_id, actor=GUEST, text="楼道灯坏了", service="LS01"))

    def stop(uow: Any) -> None:
        case = uow.session.get_one(Case, (uow.tenant_id, UUID(sent["case_id"])))
        uow.session.add(IncidentRow(
            tenant_id=uow.tenant_id, instance_id=case.instance_id, source="job", element_id="task_notify",
            code="job_failed", message="The job %(type)s failed.", params={"type": "notify"}, opened_at=uow.now))

    transact(tenant.tenant_id, SYSTEM, stop)
    desk = Desk(app, "supervisor")
    page = desk.get("/staff/incidents")
    assert "The job notify failed." in page and "task_notify" in page and sent["number"] in page
    again = re.search(r'action="/t/demo(/staff/incidents/[0-9a-f-]+/retry)"', page)
    assert again
    marks = desk.marks("/staff/incidents")
    assert desk.client.post("/t/demo" + again[1], data=marks).status_code == 303
    page = desk.get("/staff/incidents")
    assert "settled" in page and "/retry" not in page
    overview = Desk(app, "leader").get("/staff/overview")
    assert "<b>1</b>open" in overview and Labels(overview).faults() == []
    Desk(app, "administrator").get("/admin/audit?type=case.")


def test_the_page_of_what_diagrams_may_contain_stands_beside_the_definitions(desk: Desk) -> None:
    assert "/admin/definitions/profile" in desk.get("/admin/definitions")
    page = desk.get("/admin/definitions/profile")
    assert page.count("<tr>") > 70 and "adHocSubProcess" in page and "use inclusive or exclusive gateways" in page
    assert "zeebe:adHoc" in page and "Listeners are not supported" in page
