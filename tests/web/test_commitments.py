"""What is promised: to everybody on a page of its own, to one resident on the receipt, to staff beside the case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.kernel import database
from app.knowledge import queries as knowledge
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.integration.test_commitments import EXPLAINED
from tests.integration.test_lifecycle import reply, to_handling
from tests.web.admin_pages import HOME, Desk


@pytest.fixture
def office(any_app: Any) -> Iterator[Office]:
    """The demo office behind the web application, on a Monday at ten."""
    with playing(demo_of(database.current())) as made:
        yield made


def visitor(app: Any, language: str) -> Desk:
    """A browser without an account."""
    desk = Desk.__new__(Desk)
    desk.client = app.test_client()
    desk.client.get(f"{HOME}/preferences?lang={language}")
    return desk


def test_every_published_service_stands_on_the_page_with_its_unit_limit_and_remedy(office: Office, any_app: Any) -> None:
    en, zh = visitor(any_app, "en").get("/commitments"), visitor(any_app, "zh").get("/commitments")
    with database.current().read(office.tenant_id) as session:
        services = knowledge.services(session)
    assert len(services) == 40 and all(one.name_zh in zh and one.commitment_zh in zh for one in services)
    assert "4 working hours" in en and "4 个工作小时" in zh and "Trapped" in en
    assert "The head of the unit meets you and explains in person" in en and "单位负责人约见居民，当面说明" in zh
    assert "<script" not in en.split("<main")[1].split("</main>")[0]


def test_a_broken_promise_is_told_to_the_resident_to_staff_and_counted_for_everybody(office: Office, any_app: Any) -> None:
    to_handling(office)
    link, guest = f"/c/{office.token}", visitor(any_app, "en")
    page = guest.get(link)
    receipt = page.split('class="receipt"')[1]
    assert "Answer promised by" in receipt and "If we break it" in receipt and "An apology" in receipt
    assert "It stays as it is, whatever we change later." in page
    office.wait(days=2)
    page = guest.get(link)
    assert "What we promised you · broken" in page
    reply(office)
    assert "The head of the unit tells you by then why we were late" in guest.get(link)
    office.do("task_explain", **EXPLAINED)
    assert "Why we were late" in guest.get(link) and "one more truck" in guest.get(link)
    board = guest.get("/commitments").split('id="figures"')[1]
    row = board.split("Complaints and suggestions")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in row.split("<td>")[1:]] == ["1", "0", "0", "1", "0"]


def test_staff_see_each_promise_of_a_case_and_what_ended_it(office: Office, any_app: Any) -> None:
    to_handling(office)
    desk = Desk(any_app, "supervisor")
    page = desk.get(f"/staff/cases/{office.case_id}")
    assert "Promised to the resident" in page and "confirmed with its date" in page
    assert page.count("unchanged since") == 2
