"""The resident's page by personal link: answers to questions, withdrawal, rating; each said in plain words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from app.cases.commands import AnswerQuestion
from app.cases.model import Case
from app.kernel import database
from tests.factories import demo_of
from tests.integration.play import Office, playing
from tests.integration.test_appointments import to_appointment
from tests.integration.test_lifecycle import INTAKE, on_to_handling, reply, to_handling
from tests.unit.attachments.files import png
from tests.web.admin_pages import HOME, Desk
from tests.web.visiting import UNKNOWN

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
    assert "looking at what you told us" in visitor.get(link)
    office.do("task_ask_wrong", reached="yes", wrong="还在原地 still there")
    assert "handled once more" in visitor.get(link) and office.case().rounds == 2


def test_half_fixed_with_a_photo_needs_no_account(office: Office, visitor: Desk) -> None:
    to_handling(office)
    reply(office)
    link = f"/c/{office.token}"
    sent = visitor.post("/photos", {"_key": "p", "photo": (io.BytesIO(png()), "still.png")}, page=link).json["id"]
    gone = visitor.post(f"{link}/rate", {"rating": "2", "solved": "half", "comment": "还有一袋 one bag left",
                                         "photos_sent": str(UNKNOWN)}, page=link)
    assert gone.status_code == 422 and "one bag left" in gone.text and str(UNKNOWN) not in gone.text
    assert visitor.post(f"{link}/rate", {"rating": "2", "solved": "half", "comment": "还有一袋 one bag left",
                                         "photos_sent": sent}, page=link).status_code == 303
    page = visitor.get(link)
    assert "still.png" in page and "one bag left" in page and "Half solved" in page


def test_the_next_date_is_told_with_its_reason_and_its_wait(office: Office, visitor: Desk) -> None:
    office.submit()
    office.work()
    link = f"/c/{office.token}"
    assert "We tell you by then whether we take it on" in visitor.get(link)
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    page = visitor.get(link)
    assert "We promised an answer by" in page and "Why this date?" in page and "counted from" in page
    office.do("task_handle", **ASK)
    assert "The date waits until you have answered." in visitor.get(link)
    office.send(AnswerQuestion, token=office.token, text="东侧 East")
    office.work()
    office.wait(days=30)
    assert "We are late." in visitor.get(link)


def test_the_unit_is_told_and_why_it_has_the_request(office: Office, visitor: Desk) -> None:
    office.submit()
    link = f"/c/{office.token}"
    assert "Why this unit?" not in visitor.get(link), "nobody has it yet"
    office.work()
    office.do("task_intake", **INTAKE)
    on_to_handling(office)
    page = visitor.get(link)
    assert "Who handles it: " in page and "says that requests about “" in page
    with database.current().write(office.tenant_id) as session:
        session.get_one(Case, (office.tenant_id, office.case_id)).unit = "FGS"
        session.commit()
    assert "A member of staff chose it for your request." in visitor.get(link)


def test_an_agreed_visit_stands_on_the_page_and_can_be_refused(office: Office, visitor: Desk) -> None:
    to_appointment(office)
    link = f"/c/{office.token}"
    office.do("task_confirm_appointment", agreed_slot="2026-11-27 evening", price_told="30 yuan")
    page = visitor.get(link)
    assert "November 27, 2026 in the evening" in page and "30 yuan" in page
    empty = visitor.post(f"{link}/refuse", {"refusal": ""}, page=link)
    assert empty.status_code == 422 and "Please write something." in empty.text
    assert visitor.post(f"{link}/refuse", {"refusal": "周末更好 rather at the weekend"}, page=link).status_code == 303
    page = visitor.get(link)
    assert "rather at the weekend" in page and "Another one will be proposed" in page and "/refuse" not in page
    assert "task_confirm_appointment" in office.tasks()


def test_taking_a_request_back_is_possible_while_it_is_open(office: Office, visitor: Desk) -> None:
    to_handling(office)
    link = f"/c/{office.token}"
    assert visitor.post(f"{link}/withdraw", {"reason": "已经解决 solved"}, page=link).status_code == 303
    office.work()
    page = visitor.get(link)
    assert "taken this request back" in page and "/withdraw" not in page
    assert office.case().outcome == "withdrawn" and not office.tasks()


def test_a_date_that_may_still_change_says_so_without_being_asked(office: Office, visitor: Desk) -> None:
    """On the page itself and on the printed receipt: the official calendar of 2027 is not known yet."""
    to_handling(office, service="CS05")
    words = "The official calendar of 2027 is not known yet"
    assert words not in visitor.get(f"/c/{office.token}")
    office.clock.move_to(datetime(2026, 12, 29, 2, tzinfo=UTC))
    office.submit(phone="13900000003")
    office.work()
    office.do("task_intake", **(INTAKE | {"service": "CS05"}))
    on_to_handling(office)
    page = visitor.get(f"/c/{office.token}")
    promise, receipt = page.partition('class="promise"')[2].partition("<details>")[0], page.partition('class="receipt"')[2]
    assert words in promise and words in receipt
