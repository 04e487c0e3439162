"""Asking in one box: answers at once, neighbours' open cases, and sending always stands below."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.cases.commands import SubmitCase
from app.cases.model import Case, CaseLink
from app.engine.model import ProcessInstance
from app.engine.state_history import unpack
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.unit_of_work import transact
from app.tenancy.queries import tenant_by_slug
from tests.web.admin_pages import Desk

TEXT = "我们小区北门口的垃圾桶满了三天没有人清运，味道很大。"


@pytest.fixture
def guest(any_app: Any) -> Desk:
    desk = Desk.__new__(Desk)
    desk.client = any_app.test_client()
    desk.client.get("/t/demo/preferences?lang=en")
    return desk


def _office() -> UUID:
    found = tenant_by_slug("demo")
    assert found is not None
    return found.tenant_id


def _open_case(service: str | None, kind: str = "complaint") -> UUID:
    tenant_id = _office()
    case_id = UUID(dispatch(SubmitCase(tenant_id=tenant_id, actor=GUEST, text=TEXT, place_text="三号楼西侧"))["case_id"])

    def classify(uow: Any) -> None:
        case = uow.session.scalars(select(Case).where(Case.id == case_id)).one()
        case.service, case.kind = service, kind

    transact(tenant_id, SYSTEM, classify)
    return case_id


def _ask(guest: Desk, text: str = TEXT) -> str:
    answer = guest.post("/submit", {"_action": "begin", "c-text": text}, page="/")
    assert answer.status_code == 200
    return str(answer.text)


def test_answers_stand_above_and_sending_below(guest: Desk) -> None:
    page = _ask(guest, "办居住证要带什么材料？")
    assert "居住证" in page
    assert page.index("Perhaps this answers it already") < page.index('name="photos_wide"')


def test_the_box_answers_before_anything_is_sent_and_keeps_the_words(guest: Desk) -> None:
    part = guest.post("/ask", {"c-text": "居住证", "_part": "1"}, page="/").text
    assert "Perhaps this answers it already" in part and "<html" not in part
    whole = guest.post("/ask", {"c-text": "居住证"}, page="/").text
    assert ">居住证</textarea>" in whole and whole.index("居住证") < whole.index("Send it as a request")
    nothing = guest.post("/ask", {"c-text": "zzzz qqqq", "_part": "1"}, page="/").text
    assert "no ready answer" in nothing and "Send it below as a request" in nothing


def test_a_question_that_nobody_knows_can_be_sent(guest: Desk) -> None:
    page = _ask(guest, "zzzz qqqq")
    assert "Perhaps this answers" not in page
    assert 'name="photos"' in page


def test_a_neighbours_case_is_joined_with_one_click_and_tells_no_words(guest: Desk) -> None:
    case_id = _open_case("CS01")
    page = _ask(guest)
    known = page[page.index('id="known"'):page.index("Not what you mean")]
    assert str(case_id) in known
    assert "三号楼" not in known
    chosen = guest.post("/submit", {"_begin": "1", "_action": f"similar {case_id}", "c-text": TEXT}, page="/").text
    assert f">{TEXT}</textarea>" in chosen
    assert f'name="c-similar" value="{case_id}"' in chosen
    assert guest.post("/submit", {"c-text": TEXT, "c-similar": str(case_id), "c-call_back": "on",
                                  "c-on_behalf_of": "王奶奶"}, page="/submit").status_code == 303
    with database.current().read(_office()) as session:
        link = session.scalars(select(CaseLink)).one()
        case = session.scalars(select(Case).where(Case.id == link.case_id)).one()
        number = session.scalars(select(Case.number).where(Case.id == case_id)).one()
        instance = session.scalars(select(ProcessInstance).where(ProcessInstance.id == case.instance_id)).one()
    assert (link.kind, link.other_id, case.fields) == ("similar", case_id,
                                                       {"call_back": True, "on_behalf_of": "王奶奶"})
    assert number in str(unpack(instance.state))


@pytest.mark.parametrize(("service", "kind"), [("PS02", "help"), ("CS01", "report"), (None, "complaint")])
def test_security_20_confidential_and_unread_cases_are_not_shown_nor_joined(
        guest: Desk, service: str | None, kind: str) -> None:
    case_id = _open_case(service, kind)
    assert str(case_id) not in _ask(guest)
    dispatch(SubmitCase(tenant_id=_office(), actor=GUEST, text=TEXT, similar_to=case_id))
    with database.current().read(_office()) as session:
        assert session.scalars(select(CaseLink)).all() == []


def test_the_window_can_be_put_on_a_phone(guest: Desk) -> None:
    manifest = guest.client.get("/t/demo/manifest.webmanifest")
    assert manifest.json["start_url"] == "/t/demo/"
    for icon in manifest.json["icons"]:
        with guest.client.get(icon["src"]) as drawn:
            assert drawn.status_code == 200 and drawn.mimetype == icon["type"]
    with guest.client.get("/t/demo/sw.js") as worker:
        assert worker.mimetype == "text/javascript"
        kept = re.findall(r'"(static/[^"]+)"', worker.text)
    assert kept
    for path in [*kept, "offline"]:
        with guest.client.get(f"/t/demo/{path}") as answer:
            assert answer.status_code == 200, path


def test_the_elder_view_outlives_a_sign_in_and_a_sign_out(guest: Desk) -> None:
    guest.client.get("/t/demo/preferences?large=1")
    assert guest.post("/demo/enter", {"role": "resident"}, page="/").status_code == 303
    assert 'class="large"' in guest.get("/")
    assert guest.post("/sign-out", {}, page="/my").status_code == 303
    assert 'class="large"' in guest.get("/")
