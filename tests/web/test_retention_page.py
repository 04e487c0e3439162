"""The page of retention: numbers of what would go, what went, and requests that are kept whole."""

from __future__ import annotations

import re
from typing import Any

from app.cases.commands import SubmitCase
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.retention.commands import ApplyRetention
from app.tenancy.queries import tenant_by_slug
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
