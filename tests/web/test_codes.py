"""A wrong code to the phone: five tries, then a wait, said plainly on the page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.cli.demo.mailbox import codes_to_memory
from app.kernel import clock
from tests.integration.play import START
from tests.web.admin_pages import Desk

PHONE = "13922220001"


@pytest.fixture
def virtual(any_app: Any) -> Iterator[clock.VirtualClock]:
    """A clock that the test moves."""
    made = clock.VirtualClock(START)
    with clock.use(made):
        yield made


@pytest.fixture
def guest(any_app: Any) -> Desk:
    desk = Desk.__new__(Desk)
    desk.client = any_app.test_client()
    desk.client.get("/t/demo/preferences?lang=en")
    return desk


def _code(guest: Desk, code: str) -> Any:
    return guest.post("/sign-in", {"phone": PHONE, "code": code}, page="/sign-in")


def test_security_05_five_wrong_codes_then_a_wait(virtual: clock.VirtualClock, guest: Desk) -> None:
    with codes_to_memory() as codes:
        assert guest.post("/sign-in", {"phone": PHONE}, page="/sign-in").status_code == 200
        right = next(iter(codes.values()))
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1):
        answer = _code(guest, wrong)
        assert answer.status_code == 422 and f"Tries left: {left}." in answer.text
        assert f'value="{PHONE}"' in answer.text
    fifth = _code(guest, wrong)
    assert fifth.status_code == 429 and "please wait 1 min" in fifth.text
    # neither the right code nor a new one helps before the wait is over
    assert _code(guest, right).status_code == 429
    refused = guest.post("/sign-in", {"phone": PHONE}, page="/sign-in")
    assert refused.status_code == 429 and "please wait" in refused.text
    virtual.move_to(virtual.now() + timedelta(minutes=2))
    with codes_to_memory() as codes:
        assert guest.post("/sign-in", {"phone": PHONE}, page="/sign-in").status_code == 200
        fresh = next(iter(codes.values()))
    sixth = _code(guest, "999999" if fresh != "999999" else "888888")
    assert sixth.status_code == 429 and "please wait 2 min" in sixth.text
    virtual.move_to(virtual.now() + timedelta(minutes=3))
    assert _code(guest, fresh).status_code == 303
