"""A person's data and words are emptied; what happened stays, by ids and codes, and the chain of events holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, delete, select, update

from app.auth.commands import EraseUser
from app.cases import access, events, journal
from app.cases.casework import CaseContact, CaseMention, TaskDraft
from app.cases.commands import AnonymiseCases, ErasePerson
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
from app.cases.operation_events import CaseAnonymised
from app.cases.publishing.model import PublicCase
from app.engine.model import BufferedMessage, IncidentRow, ProcessInstance
from app.kernel.bus import handles
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.events import Delivery
from app.kernel.unit_of_work import CommandAnswer, UnitOfWork
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
    if uow.session.scalars(every(select(Case.id).where(Case.subject_id.in_([case.id for case in cases]),
                                                       Case.status == "open").limit(1))).first() is not None:
        raise Conflict(msg("An order about a request of this person is still open. Close it first."))
    for case in cases:
        if case.anonymised_at is None:
            _empty(uow, case)
    if all(person.erased_at is not None for person in people):
        return {"cases": len(cases)}
    for user_id in {person.user_id for person in people if person.user_id is not None}:
        uow.dispatch_nested(EraseUser(tenant_id=uow.tenant_id, actor=uow.actor, user_id=user_id))
    for person in people:
        person.name = person.phone = person.user_id = None
        person.erased_at = uow.now
    uow.record(events.PersonErased(person_id=command.person_id, cases=len(cases)))
    return {"cases": len(cases)}


@handles(AnonymiseCases)
def anonymise_cases(command: AnonymiseCases, uow: UnitOfWork) -> dict[str, Any]:
    """Of requests and internal matters alike. A person without another case that has words is emptied too; an account
    stays, without these requests."""
    access.require(uow, "person.erase")
    query = every(select(Case).where(Case.id.in_(command.case_ids), Case.status == "closed",
                                     Case.anonymised_at.is_(None)))
    cases = list(uow.session.scalars(query.order_by(Case.id).with_for_update()))
    for case in cases:
        _empty(uow, case)
    uow.session.flush()
    for person_id in sorted({case.person_id for case in cases if case.person_id is not None}):
        left = select(Case.id).where(Case.person_id == person_id, Case.anonymised_at.is_(None)).limit(1)
        person = uow.session.get_one(Person, (uow.tenant_id, person_id))
        if person.erased_at is None and uow.session.scalars(left).first() is None:
            person.name = person.phone = person.user_id = None
            person.erased_at = uow.now
            uow.record(events.PersonErased(person_id=person_id, cases=0))
    return {"cases": len(cases)}


def _empty(uow: UnitOfWork, case: Case) -> None:
    """A closed case, and what was asked from above about it."""
    search.drop(uow.session, "case", str(case.id))
    case.text, case.place_text, case.place_id, case.lat, case.lng, case.fields = "", None, None, None, None, {}
    case.may_publish, case.anonymised_at = False, uow.now
    _erase_words(uow, case.id, case.instance_id)
    journal.record(uow, case, CaseAnonymised)
    for matter in uow.session.scalars(every(select(Case).where(Case.subject_id == case.id))):
        matter.text, matter.fields = "", {}
        _erase_words(uow, matter.id, matter.instance_id)
        journal.record(uow, matter, CaseAnonymised)
    uow.dispatch_nested(attachments.ReleaseAttachments(tenant_id=uow.tenant_id, actor=uow.actor, case_id=case.id))


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
    session.execute(update(IncidentRow).where(IncidentRow.business_key == str(case_id)).values(message="", params={}))
    session.execute(update(Delivery).where(Delivery.case_id == case_id).values(last_error=None))
    session.execute(delete(CommandAnswer).where(
        CommandAnswer.tenant_id == uow.tenant_id, cast(CommandAnswer.answer, Text).contains(str(case_id))))
    if instance_id is not None:
        session.execute(update(ProcessInstance).where(ProcessInstance.id == instance_id).values(state=b""))
