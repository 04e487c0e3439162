"""The resident's page by personal link: answers to questions, withdrawal, rating; each said in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.kernel import database
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.integration.test_lifecycle import reply, to_handling
from tests.web.admin_pages import HOME, Desk

ASK = {"action": "ask_resident", "question": "垃圾在楼的哪一侧? Which side of the house?"}


@pytest.fixture
def office(any_app: Any) -> Iterator[Office]:
    """The demo office behind the web application, on a Monday at ten."""
    with playing(demo_of(database.current())) as made:
        yield made


@pytest.fixture
def visitor(any_app: Any) -> Desk:
    """A browser without an account."""
    desk = Desk.__new__(Desk)
    desk.client = any_app.test_client()
    desk.client.get(f"{HOME}/preferences?lang=en")
    return desk


def test_a_question_is_answered_by_link_and_the_case_goes_on(office: Office, visitor: Desk) -> None:
    to_handling(office)
    office.do("task_handle", **ASK)
    link = f"/c/{office.token}"
    assert "Which side of the house?" in visitor.get(link) and "waits meanwhile" in visitor.get(link)
    empty = visitor.post(f"{link}/answer", {"text": " "}, page=link)
    assert empty.status_code == 422 and 'aria-invalid="true"' in empty.text
    assert visitor.post(f"{link}/answer", {"text": "东侧。East."}, page=link).status_code == 303
    office.work()
    page = visitor.get(link)
    assert "东侧。East." in page and "waits meanwhile" not in page
    assert "task_handle" in office.tasks(), office.state()
    again = visitor.post(f"{link}/answer", {"text": "东侧"}, page=link)
    assert again.status_code == 409


def test_five_faces_close_a_case_and_a_bad_word_opens_it_again(office: Office, visitor: Desk) -> None:
    to_handling(office)
    link = f"/c/{office.token}"
    assert 'name="rating"' not in visitor.get(link)
    reply(office)
    assert 'name="rating"' in visitor.get(link)
    wrong = visitor.post(f"{link}/rate", {"rating": "9", "solved": "perhaps"}, page=link)
    assert wrong.status_code == 422
    assert visitor.post(f"{link}/rate", {"rating": "1", "solved": "no"}, page=link).status_code == 303
    office.work()
    assert "handled once more" in visitor.get(link) and office.case().rounds == 2


def test_taking_a_request_back_is_possible_while_it_is_open(office: Office, visitor: Desk) -> None:
    to_handling(office)
    link = f"/c/{office.token}"
    assert visitor.post(f"{link}/withdraw", {"reason": "已经解决 solved"}, page=link).status_code == 303
    office.work()
    page = visitor.get(link)
    assert "taken this request back" in page and "/withdraw" not in page
    assert office.case().outcome == "withdrawn" and not office.tasks()
