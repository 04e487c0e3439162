"""The table of retention takes what has had its time, in batches, and leaves alone what is open, held or young."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import retention
from app.cases import queries as cases
from app.cases.commands import RateCase, WithdrawCase
from app.cases.model import Case, CaseEntry, DecisionRecord, FormSubmission, Person, every
from app.engine.model import ProcessInstance
from app.kernel import database, sequencer
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.events import Delivery, StoredEvent
from app.kernel.unit_of_work import CommandAnswer
from app.notifications.model import Notification
from app.retention import kinds
from app.retention.commands import ApplyRetention, HoldCase, LiftHold
from app.rules.commands import OpenOrder
from app.tenancy import search
from app.workers import retention as worker
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

SECRET = "QX7秘密词"


def closed(office: Office, **more: Any) -> None:
    """A whole course with a satisfied end, keyed as the web sends it."""
    office.submit(f"垃圾没人清运{SECRET}", **more)
    submit, office.submit = office.submit, lambda: office.case_id  # type: ignore[method-assign,assignment]
    office.work()
    to_handling(office, course=f"{SECRET}说明")
    office.submit = submit  # type: ignore[method-assign]
    reply(office)
    office.send(RateCase, token=office.token, rating=5, solved="yes", comment=SECRET, key=f"rate {office.case_id}")
    office.work()
    assert office.case().status == "closed"


def apply(office: Office, what: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = office.send(ApplyRetention, SYSTEM, what=what, **more)
    return answer


def look(office: Office) -> retention.Look:
    with database.current().read(office.tenant_id) as session:
        return retention.look(session, office.tenant_id, office.clock.now())


def due(office: Office) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in look(office).lines:
        found[line.what] = found.get(line.what, 0) + line.due
    return found


def sound(office: Office) -> None:
    office.work()
    with database.current().read(office.tenant_id) as session:
        assert sequencer.broken_link(session) is None


def skip(office: Office, **span: float) -> None:
    """Time passes while no worker runs."""
    office.clock.move_to(office.clock.now() + timedelta(**span))


def test_each_kind_goes_when_the_table_says_so(office: Office) -> None:
    closed(office)
    first = office.case_id
    assert set(due(office).values()) == {0} and apply(office, "states") == {"done": 0, "more": False}
    skip(office, days=91)
    found = due(office)
    assert found["states"] == 1 and found["person"] == found["files"] == found["traces"] == 0
    assert found["deliveries"] > 4 and found["answers"] == 1
    assert apply(office, "states") == {"done": 1, "more": False} and due(office)["states"] == 0
    assert all(row.state == b"" for row in office.rows(ProcessInstance, ProcessInstance.business_key == str(first)))
    with database.current().read(office.tenant_id) as session:
        assert cases.case_page(session, office.who("supervisor"), first).case.text.endswith(SECRET)
    assert apply(office, "deliveries", limit=4) == {"done": 4, "more": True}
    while apply(office, "deliveries")["more"]:
        pass
    assert apply(office, "answers")["done"] == 1 and not office.rows(CommandAnswer)
    assert not office.rows(Delivery, Delivery.state == "done",
                           Delivery.run_at < office.clock.now() - timedelta(days=30))
    skip(office, days=280)
    assert apply(office, "messages")["done"] and not office.rows(
        Notification, Notification.body != "", Notification.created_at < office.clock.now() - timedelta(days=365))
    skip(office, days=365)
    assert apply(office, "search")["done"] == 1
    with database.current().read(office.tenant_id) as session:
        assert not search.find(session, SECRET, ("case",))
    skip(office, days=365)
    assert apply(office, "traces")["done"] == 1
    assert all(row.trace == {} and row.inputs == {} for row in office.rows(DecisionRecord))
    assert apply(office, "person") == {"done": 1, "more": False}
    sound(office)
    (person,) = office.rows(Person, Person.id == office.case().person_id)
    assert person.name is None and person.phone is None and office.case().text == ""
    assert not any(row.body for row in office.rows(CaseEntry)) and not any(
        row.data for row in office.rows(FormSubmission))
    applied = [event.data["what"] for event in office.rows(StoredEvent, StoredEvent.type == "retention.applied")]
    assert applied == ["states", "deliveries", "deliveries", "answers", "messages", "search", "traces", "person"]
    assert look(office).done[0]["what"] == "person" and set(due(office)) == set(retention.KINDS)


def test_what_is_open_or_held_stays_whole(office: Office) -> None:
    closed(office)
    number, administrator = office.number, office.who("administrator")
    with pytest.raises(Forbidden):
        office.send(HoldCase, office.who("handler@LRS"), number=number, reason="诉讼")
    for wrong in ({"number": "20000101-0001"}, {"reason": " "}, {"reason": "x" * 301}):
        with pytest.raises(Invalid):
            office.send(HoldCase, administrator, **{"number": number, "reason": "诉讼", **wrong})
    hold = UUID(office.send(HoldCase, administrator, number=number, reason="诉讼中")["hold_id"])
    with pytest.raises(Conflict):
        office.send(HoldCase, administrator, number=number, reason="again")
    skip(office, days=3000)
    assert due(office)["person"] == 0 and look(office).held == 1 and look(office).holds[0].number == number
    assert apply(office, "person")["done"] == apply(office, "states")["done"] == 0
    office.send(LiftHold, administrator, hold_id=hold)
    with pytest.raises(NotFound):
        office.send(LiftHold, administrator, hold_id=hold)
    assert apply(office, "person")["done"] == 1
    assert len(office.rows(StoredEvent, StoredEvent.type.in_(("retention.held", "retention.lifted")))) == 2


def test_an_open_order_about_a_case_keeps_it_whole(office: Office) -> None:
    closed(office)
    office.send(OpenOrder, office.who("supervisor"), number=office.number, text="请说明", level="order")
    office.work()
    assert [row.status for row in _matters(office)] == ["open"]
    skip(office, days=3000)
    assert due(office)["person"] == 0 and look(office).held == 1
    assert apply(office, "person")["done"] == 0 and office.case().text


def _matters(office: Office) -> list[Case]:
    with database.current().read(office.tenant_id) as session:
        return list(session.scalars(every(select(Case).where(Case.nature != "request"))))


def test_withdrawn_requests_go_earlier_and_open_ones_never(office: Office) -> None:
    office.submit(f"第一件{SECRET}", name="甲", phone="13900000001")
    first, token = office.case_id, office.token
    office.work()
    office.send(WithdrawCase, token=token, reason="自己处理好了")
    office.work()
    office.submit(f"第二件{SECRET}", name="乙", phone="13900000002")
    second = office.case_id
    skip(office, days=366)
    assert due(office)["person"] == 1 and apply(office, "person")["done"] == 1
    assert office.case(first).text == "" and office.case(second).text.endswith(SECRET)
    people = {row.id: row for row in office.rows(Person)}
    assert people[office.case(first).person_id].name is None and people[office.case(second).person_id].name == "乙"


def test_the_worker_clears_up_at_night_in_batches(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    closed(office)
    skip(office, days=91)                                       # a Monday at ten in the morning
    monkeypatch.setattr(worker, "_next", [])
    monkeypatch.setattr(worker, "_rest", {})
    monkeypatch.setattr(worker, "BATCHES", 2)
    monkeypatch.setattr(worker, "LIMIT", 2)
    worker.tick(office.clock.now(), "one")
    assert due(office)["states"] == 1, "not by day"
    skip(office, hours=13)
    before = due(office)["deliveries"]
    worker.tick(office.clock.now(), "one")
    assert due(office)["states"] == 0 and due(office)["deliveries"] == before and due(office)["answers"] == 0
    skip(office, minutes=11)
    worker.tick(office.clock.now(), "one")
    assert due(office)["deliveries"] == before - 4 > 0
    with database.current().read(office.tenant_id) as session:
        assert session.scalar(select(func.count()).select_from(StoredEvent).where(
            StoredEvent.type == "retention.applied")) == 4
    sound(office)


def test_no_kind_ever_touches_the_trail() -> None:
    tables = {one.model.__tablename__ for those in kinds.AGED.values() for one in those}
    assert tables == {"notification", "command_answer", "delivery", "sign_in_session", "phone_code"}
