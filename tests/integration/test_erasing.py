"""A person can be forgotten; what happened stays provable."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app import auth
from app.auth.commands import ConfirmCode, RequestCode
from app.auth.queries import resident_by_phone
from app.cases.commands import AddNote, ErasePerson, KeepDraft, LogContact, RateCase, WithdrawCase
from app.cases.model import Person
from app.cli.demo.mailbox import codes_to_memory
from app.kernel import database, sequencer
from app.kernel.errors import Conflict, Forbidden
from app.kernel.events import StoredEvent
from app.kernel.model import Base
from app.kernel.sequencer import EventNumber
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

SECRET = "QX7秘密词"
PHONE, NAME = "13911112222", "欧阳测试"


def dump() -> str:
    with database.current().engine.connect() as connection:
        return "\n".join(repr(row) for table in Base.metadata.sorted_tables
                         for row in connection.execute(select(table)))


def test_erasing_empties_every_table_and_leaves_the_chain_whole(office: Office) -> None:
    office.submit(f"我家{SECRET}", name=NAME, phone=PHONE, place_text=f"{SECRET}路", fields={"note": SECRET})
    office.work()
    submit, office.submit = office.submit, lambda: office.case_id  # type: ignore[method-assign,assignment]
    to_handling(office, course=f"{SECRET}没有清运", place_note=SECRET)
    office.submit = submit  # type: ignore[method-assign]
    office.send(AddNote, office.who("handler@LRS"), case_id=office.case_id, text=f"电话里说{SECRET}", visibility="staff")
    handler, task = office.who("handler@LRS"), office.tasks()["task_handle"]
    office.send(KeepDraft, office.demo.actors.get("handler2_lrs", handler),
                task_id=task.id, data={"reply": f"{SECRET}草稿"}, form_hash=task.form_hash)
    office.send(LogContact, handler, case_id=office.case_id, channel="phone", reached=True, with_whom=NAME,
                text=f"说了{SECRET}")
    person = office.case().person_id
    administrator = office.who("administrator")
    with pytest.raises(Conflict):
        office.send(ErasePerson, administrator, person_id=person)
    reply(office)
    office.send(RateCase, token=office.token, rating=5, solved="yes", comment=SECRET)
    office.work()
    with pytest.raises(Forbidden):
        office.send(ErasePerson, office.who("handler@LRS"), person_id=person)
    assert SECRET in dump()
    office.send(ErasePerson, administrator, person_id=person)
    office.work()
    left = dump()
    for word in (SECRET, PHONE, NAME):
        lines = [line[:200] for line in left.splitlines() if word in line]
        assert not lines, lines
    row = office.rows(Person)[0]
    assert row.name is None and row.phone is None and row.erased_at is not None
    with database.current().read(office.tenant_id) as session:
        assert sequencer.broken_link(session) is None
        numbered = session.scalars(select(EventNumber.id)).all()
        assert set(numbered) == {e.id for e in session.scalars(select(StoredEvent))}
    assert office.events("case.submitted") and office.rows(StoredEvent, StoredEvent.type == "person.erased")
    assert office.send(ErasePerson, administrator, person_id=person)["cases"] == 1


def test_a_residents_account_is_emptied_with_the_requests(office: Office) -> None:
    with codes_to_memory() as codes:
        office.send(RequestCode, phone=PHONE)
        user_id = UUID(office.send(ConfirmCode, phone=PHONE, code=codes[PHONE])["user_id"])
    with database.current().read(office.tenant_id) as session:
        resident = auth.actor_of(session, user_id)
    office.submit(actor=resident, name=NAME, phone=PHONE)
    office.work()
    office.send(WithdrawCase, resident, case_id=office.case_id)
    office.work()
    office.send(ErasePerson, office.who("administrator"), person_id=office.case().person_id)
    office.work()
    assert not [line[:200] for line in dump().splitlines() if PHONE in line or NAME in line]
    with database.current().read(office.tenant_id) as session:
        assert resident_by_phone(session, PHONE) is None


def test_events_never_hold_words_of_people(office: Office) -> None:
    to_handling(office)
    reply(office)
    text = "\n".join(repr(event.data) for event in office.events())
    for word in ("王女士", "13900000001", "垃圾", "没有清运", "Collected"):
        assert word not in text
