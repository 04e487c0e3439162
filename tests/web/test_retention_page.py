"""The page of retention: numbers of what would go, what went, and requests that are kept whole."""

from __future__ import annotations

import re
from typing import Any

from app.cases.commands import SubmitCase, WithdrawCase
from app.cases.model import Case
from app.kernel import clock, database
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.retention.commands import ApplyRetention
from app.tenancy.queries import tenant_by_slug
from app.workers import loop
from tests.web.admin_pages import HOME, Desk, Labels

PAGE = "/admin/retention"


def test_the_page_shows_numbers_and_keeps_a_request_whole(app: Any) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    answer = dispatch(SubmitCase(tenant_id=tenant.tenant_id, actor=GUEST, text="垃圾没人清运", name="王女士",
                                 phone="13900000001", module="CS", service="CS01"))
    desk = Desk(app, "administrator")
    for language in ("zh", "en"):
        desk.client.get(f"{HOME}/preferences?lang={language}")
        assert Labels(desk.get(PAGE)).faults() == []
    text = desk.get(PAGE)
    assert "Inner state of ended processes" in text and "Nothing yet." in text and "王女士" not in text
    assert desk.post(PAGE, {"number": "20000101-0001", "reason": "诉讼"}).status_code == 422
    assert desk.post(PAGE, {"number": answer["number"], "reason": " "}).status_code == 422
    assert desk.post(PAGE, {"number": answer["number"], "reason": "诉讼中"}).status_code == 303
    assert desk.post(PAGE, {"number": answer["number"], "reason": "again"}).status_code == 409
    text = desk.get(PAGE)
    assert answer["number"] in text and "诉讼中" in text
    (lift,) = re.findall(r'action="/t/demo(/admin/retention/[^"]+/lift)"', text)
    assert desk.post(lift, {}, PAGE).status_code == 303 and answer["number"] not in desk.get(PAGE)
    for what in ("sessions", "answers"):
        dispatch(ApplyRetention(tenant_id=tenant.tenant_id, actor=SYSTEM, what=what))
    assert "Kept whole" in desk.get("/admin/audit") and "Retention" in desk.get("/admin/audit")


def test_each_period_says_for_which_requests_it_holds(app: Any) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    desk, tokens = Desk(app, "administrator"), []
    for module, service in (("CS", "CS01"), ("PS", "PS01")):
        answer = dispatch(SubmitCase(tenant_id=tenant.tenant_id, actor=GUEST, text="一件事", name="王女士",
                                     phone="13900000001", module=module, service=service))
        tokens.append(answer["token"])
        loop.until_idle()
    dispatch(WithdrawCase(tenant_id=tenant.tenant_id, actor=GUEST, token=tokens[0]))
    loop.until_idle()
    with database.current().write(tenant.tenant_id) as session:
        case = session.query(Case).filter_by(module="PS").one()
        case.status, case.outcome, case.closed_at = "closed", "satisfied", clock.now()
        session.commit()
    text = desk.get(PAGE)
    rows = {tuple(re.sub("<[^>]+>", "", cell) for cell in re.findall("<td[^>]*>(.*?)</td>", row)[:3])
            for row in re.findall("<tr>(.*?)</tr>", text, re.DOTALL)}
    what = "Names, phones and words of closed requests"
    assert (what, "Nature: Request and Outcome: Not accepted or Withdrawn", "365") in rows, rows
    assert (what, "Nature: Request and Module: Public services", "1826") in rows, rows
    assert any(row[:2] == ("Words in the search index", "all") for row in rows), rows
