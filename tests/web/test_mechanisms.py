"""The page of each mechanism: what is in force, this month's figures, and only the links the reader may follow."""

from __future__ import annotations

from typing import Any

import pytest

from app.web.staff.mechanisms import MECHANISMS
from tests.web.admin_pages import HOME, Desk, Labels
from tests.web.visiting import fill


@pytest.fixture
def chief(app: Any) -> Desk:
    fill()
    return Desk(app, "supervisor")


def test_each_of_the_five_shows_what_is_in_force(chief: Desk) -> None:
    overview = chief.get("/staff/mechanisms")
    for code, one in MECHANISMS.items():
        assert f"{HOME}/staff/mechanisms/{code}" in overview
        page = chief.get(f"/staff/mechanisms/{code}")
        assert not Labels(page).faults() and "This month" in page
        for key in one.processes:
            assert f"/mechanisms/{code}/diagrams/{key}" in page, key
            drawn = chief.client.get(f"{HOME}/staff/mechanisms/{code}/diagrams/{key}").json
            assert drawn is not None and f'id="{key}"' in drawn["xml"]
        for key in one.decisions:
            assert f"/admin/tables/{key}" in page, key
    assert "/admin/supervision-rules/" in chief.get("/staff/mechanisms/supervision")


def test_what_one_may_not_do_is_not_offered(app: Any, chief: Desk) -> None:
    leader, head, handler = (Desk(app, login) for login in ("leader", "head_lrs", "handler_lrs"))
    page = leader.get("/staff/mechanisms/follow_up")
    assert "Change this</a>" not in page and "/admin/" not in page and "of those asked answered" in page
    assert "of those asked answered" not in head.get("/staff/mechanisms/follow_up")
    handler.get("/staff/mechanisms/follow_up", 403)
    chief.get("/staff/mechanisms/nothing", 404)
    chief.get("/staff/mechanisms/follow_up/diagrams/service_request", 404)
