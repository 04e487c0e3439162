"""One click enters a demonstration as anybody of it, and no other office."""

from __future__ import annotations

from typing import Any

import pytest

from app.auth.commands import EnterDemo
from app.auth.demo import ROLES
from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.errors import NotFound
from app.tenancy.commands import CreateTenant
from app.tenancy.queries import tenant_by_slug
from tests.web.admin_pages import Desk


def _guest(app: Any) -> Desk:
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    return desk


@pytest.mark.parametrize("role", ROLES)
def test_each_door_opens_a_page_that_the_role_may_see(any_app: Any, role: str) -> None:
    desk = _guest(any_app)
    assert desk.post("/demo/enter", {"role": role}, page="/").status_code == 303
    entered = desk.client.get("/t/demo/my" if role == "resident" else "/t/demo/staff/", follow_redirects=True)
    assert entered.status_code == 200
    assert "/sign-in" not in entered.request.path


def test_the_first_page_shows_the_doors(app: Any) -> None:
    page = _guest(app).client.get("/t/demo/").text
    assert all(f'value="{role}"' in page for role in ROLES)


def test_security_23_no_door_leads_into_an_office_that_is_real(any_app: Any) -> None:
    from app.kernel.ids import new_id

    real = new_id()
    dispatch(CreateTenant(tenant_id=real, actor=SYSTEM, slug="real", name_zh="真街道", name_en="Real Street"))
    with pytest.raises(NotFound):
        dispatch(EnterDemo(tenant_id=real, actor=GUEST, role="resident"))
    demo = tenant_by_slug("demo")
    assert demo is not None
    with pytest.raises(NotFound):
        dispatch(EnterDemo(tenant_id=demo.tenant_id, actor=GUEST, role="operator"))
    assert dispatch(EnterDemo(tenant_id=demo.tenant_id, actor=GUEST, role="leader"))["session_id"]
    assert 'value="intake_clerk"' not in _guest(any_app).client.get("/t/real/").text
