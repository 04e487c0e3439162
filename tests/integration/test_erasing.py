"""A person can be forgotten; what happened stays provable."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app import auth, backups, offices
from app.auth.commands import ConfirmCode, RequestCode
from app.auth.queries import resident_by_phone
from app.cases.commands import AddNote, ErasePerson, KeepDraft, LogContact, RateCase, WithdrawCase
from app.cases.model import Case, Person, every
from app.cli.demo.mailbox import codes_to_memory
from app.engine.model import IncidentRow
from app.kernel import blobs, database, sequencer
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict, Forbidden
from app.kernel.events import Delivery, StoredEvent
from app.kernel.model import Base
from app.kernel.sequencer import EventNumber
from app.kernel.unit_of_work import CommandAnswer, UnitOfWork, transact
from app.offices.commands import RequestExport
from app.rules.commands import OpenOrder
from app.tenancy.attachments import AcceptAttachment, bind
from tests.integration.play import Office
from tests.integration.test_lifecycle import reply, to_handling

SECRET = "QX7秘密词"
PHONE, NAME = "13911112222", "欧阳测试"


def dump() -> str:
    """Every row, bytes as text: an instance's state is UTF-8."""
    with database.current().engine.connect() as connection:
        return "\n".join(repr([one.decode(errors="replace") if isinstance(one, bytes) else one for one in row])
                         for table in Base.metadata.sorted_tables for row in connection.execute(select(table)))


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    """Files, exports and the list of erased people of this test only."""
    blobs.install(blobs.FolderStore(tmp_path / "files"))
    backups.erasures.configure(tmp_path / "files" / "erased.jsonl")
    offices.archives.configure(tmp_path / "exports")


def leave_more(office: Office) -> UUID:
    """What else may hold words of a person: a file, an order about the case, an incident, a failed delivery, an export
    and its answers to repeated forms. The id of the export."""
    administrator = office.who("administrator")
    sha256 = blobs.current().put(office.tenant_id, SECRET.encode())
    sent = office.send(AcceptAttachment, SYSTEM, sha256=sha256, size=12, media_type="text/plain",
                       file_name=f"{SECRET}.txt")
    transact(office.tenant_id, SYSTEM, lambda uow: bind(uow, [UUID(sent["attachment_id"])], case_id=office.case_id))
    office.send(OpenOrder, office.who("supervisor"), number=office.number, text=f"{SECRET}为何没有答复", level="order")
    office.work()

    def trouble(uow: UnitOfWork) -> None:
        uow.session.add(IncidentRow(
            tenant_id=uow.tenant_id, instance_id=office.case().instance_id, business_key=str(office.case_id),
            element_id="x", code="expression", message="%(value)s", params={"value": SECRET}, opened_at=uow.now,
            resolved_at=uow.now))
        row = uow.session.scalars(select(Delivery).where(Delivery.case_id == office.case_id)).first()
        assert row is not None
        row.last_error = f"DataError: {SECRET}"

    transact(office.tenant_id, SYSTEM, trouble)
    export = UUID(office.send(RequestExport, administrator)["export_id"])
    office.work()
    assert offices.archives.path(office.tenant_id, export).is_file()
    return export


def _order(office: Office) -> UUID:
    with database.current().read(office.tenant_id) as session:
        return session.scalars(every(select(Case.id).where(Case.subject_id == office.case_id))).one()


def test_erasing_empties_every_table_and_leaves_the_chain_whole(office: Office) -> None:
    office.submit(f"我家{SECRET}", name=NAME, phone=PHONE, place_text=f"{SECRET}路", fields={"note": SECRET}, key="once")
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
    export = leave_more(office)
    with pytest.raises(Conflict, match="order"):
        office.send(ErasePerson, administrator, person_id=person)
    matter = _order(office)
    office.do("task_answer", matter, order_answer=f"{SECRET}已答复")
    office.do("task_verify", matter, verdict="accept", score="4")
    assert SECRET in dump() and office.rows(CommandAnswer)
    office.send(ErasePerson, administrator, person_id=person)
    office.work()
    assert not offices.archives.path(office.tenant_id, export).exists() and not office.rows(CommandAnswer)
    assert not list(blobs.FolderStore(Path(blobs.current().root)).names(office.tenant_id))  # type: ignore[attr-defined]
    assert [line["person_id"] for line in backups.erasures.kept()] == [str(person)]
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
