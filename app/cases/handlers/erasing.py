"""A person's data and words are emptied; what happened stays, by ids and codes, and the chain of events holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from app.auth.commands import EraseUser
from app.cases import access, events
from app.cases.casework import CaseContact, CaseMention, TaskDraft
from app.cases.commands import ErasePerson
from app.cases.model import (
    Appointment,
    Case,
    CaseEntry,
    CaseNotice,
    DecisionRecord,
    FormSubmission,
    Person,
    every,
)
from app.cases.moving.model import MigrationItem
from app.cases.publishing.model import PublicCase
from app.engine.model import BufferedMessage, ProcessInstance
from app.kernel.bus import handles
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import attachments, search


@handles(ErasePerson)
def erase_person(command: ErasePerson, uow: UnitOfWork) -> dict[str, Any]:
    """Also the other requests of the same account. Done again, it changes nothing."""
    access.require(uow, "person.erase")
    people = _same_person(uow, command.person_id)
    ids = [person.id for person in people]
    cases = list(uow.session.scalars(select(Case).where(Case.person_id.in_(ids)).with_for_update()))
    if any(case.status == "open" for case in cases):
        raise Conflict(msg("A request of this person is still open. Close it first."))
    for case in cases:
        search.drop(uow.session, "case", str(case.id))
        case.text, case.place_text, case.place_id, case.lat, case.lng, case.fields = "", None, None, None, None, {}
        case.may_publish = False
        _erase_words(uow, case.id, case.instance_id)
        for matter in uow.session.scalars(every(select(Case).where(Case.subject_id == case.id))):
            _erase_words(uow, matter.id, matter.instance_id if matter.status == "closed" else None)
        uow.dispatch_nested(attachments.ReleaseAttachments(tenant_id=uow.tenant_id, actor=uow.actor, case_id=case.id))
    if all(person.erased_at is not None for person in people):
        return {"cases": len(cases)}
    for user_id in {person.user_id for person in people if person.user_id is not None}:
        uow.dispatch_nested(EraseUser(tenant_id=uow.tenant_id, actor=uow.actor, user_id=user_id))
    for person in people:
        person.name = person.phone = person.user_id = None
        person.erased_at = uow.now
    uow.record(events.PersonErased(person_id=command.person_id, cases=len(cases)))
    return {"cases": len(cases)}


def _same_person(uow: UnitOfWork, person_id: UUID) -> list[Person]:
    query = select(Person).where(Person.id == person_id).with_for_update()
    person = uow.session.scalars(query).one_or_none()
    if person is None:
        raise NotFound(msg("There is no such person."))
    if person.user_id is None:
        return [person]
    return list(uow.session.scalars(select(Person).where(Person.user_id == person.user_id).with_for_update()))


def _erase_words(uow: UnitOfWork, case_id: UUID, instance_id: UUID | None) -> None:
    """Journal, forms, notices, traces and the ended process hold words of or about the person."""
    session = uow.session
    session.execute(update(CaseEntry).where(CaseEntry.case_id == case_id).values(body=""))
    session.execute(delete(TaskDraft).where(TaskDraft.tenant_id == uow.tenant_id, TaskDraft.case_id == case_id))
    session.execute(update(CaseContact).where(CaseContact.case_id == case_id).values(with_whom=""))
    session.execute(update(CaseMention).where(CaseMention.case_id == case_id).values(written=""))
    session.execute(update(FormSubmission).where(FormSubmission.case_id == case_id).values(data={}))
    session.execute(delete(Appointment).where(Appointment.case_id == case_id))
    session.execute(update(CaseNotice).where(CaseNotice.case_id == case_id).values(params={}))
    session.execute(update(DecisionRecord).where(DecisionRecord.case_id == case_id).values(inputs={}, trace={}))
    session.execute(delete(PublicCase).where(PublicCase.id == case_id))
    session.execute(update(MigrationItem).where(MigrationItem.case_id == case_id).values(before=None))
    session.execute(delete(BufferedMessage).where(BufferedMessage.key == str(case_id)))
    if instance_id is not None:
        session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(state=b""))
