"""The bar that says how much of a demonstration's year is there: in demo offices, until all is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from app.kernel.bus import dispatch
from app.kernel.commands import GUEST, SYSTEM
from app.kernel.errors import Conflict, Forbidden
from app.kernel.unit_of_work import transact
from app.tenancy import show
from app.tenancy.model import Tenant
from app.tenancy.queries import tenant_by_slug
from tests.web.admin_pages import Desk

PAGES = {"leader": "/t/demo/staff/overview", "intake_clerk": "/t/demo/staff/", None: "/t/demo/"}


def begun(wanted: int = 2000, parts: int = 2) -> Any:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    dispatch(show.StartFilling(tenant_id=tenant.tenant_id, actor=SYSTEM, seed=1, wanted=wanted, parts=parts,
                               last_day=date(2026, 11, 24)))
    return tenant.tenant_id


def pages(app: Any) -> dict[str | None, str]:
    found = {}
    for role, address in PAGES.items():
        desk = Desk.__new__(Desk)
        desk.client = app.test_client()
        if role is not None:
            assert desk.post("/demo/enter", {"role": role}, page="/").status_code == 303
        found[role] = desk.client.get(address, headers={"Accept-Language": "zh"}).text
    return found


def test_the_bar_goes_up_and_is_gone_at_the_end(app: Any) -> None:
    assert not any('id="filling"' in page for page in pages(app).values())
    tenant_id = begun()
    transact(tenant_id, SYSTEM, lambda uow: show.take_part(uow, 0, 60))
    for role, page in pages(app).items():
        assert 'max="2000" value="60"' in page and "共 2000 件" in page, role
    transact(tenant_id, SYSTEM, lambda uow: show.take_part(uow, 1, 1940))
    assert not any('id="filling"' in page for page in pages(app).values())
    with pytest.raises(Conflict):
        transact(tenant_id, SYSTEM, lambda uow: show.take_part(uow, 1, 1940))


def test_an_office_that_is_no_demo_shows_none(app: Any) -> None:
    tenant_id = begun()
    transact(tenant_id, SYSTEM, lambda uow: uow.session.execute(
        update(Tenant).where(Tenant.tenant_id == tenant_id).values(is_demo=False)))
    assert 'id="filling"' not in app.test_client().get("/t/demo/").text


def test_security_29_nobody_but_the_operator_begins_it(app: Any) -> None:
    tenant = tenant_by_slug("demo")
    assert tenant is not None
    with pytest.raises(Forbidden):
        dispatch(show.StartFilling(tenant_id=tenant.tenant_id, actor=GUEST, seed=1, wanted=5, parts=1,
                                   last_day=date(2026, 11, 24)))
