"""Handlers of agreement, summary and approval. Without the resident's agreement nothing here can be published."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth import policy
from app.cases import access
from app.cases.model import Case, Person
from app.cases.publishing import allowed
from app.cases.publishing.commands import AgreeToPublish, DecideSummary, SaveSummary
from app.cases.publishing.events import AgreementGiven, SummaryDecided, SummarySaved
from app.cases.publishing.model import PublicCase
from app.kernel.bus import handles
from app.kernel.errors import Conflict, FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

LONGEST = 2_000


@handles(AgreeToPublish)
def agree_to_publish(command: AgreeToPublish, uow: UnitOfWork) -> dict[str, Any]:
    """Given and taken back at any time; taken back, the summary is gone from the page with this transaction."""
    access.require(uow, "case.follow")
    case = access.own_case(uow.session, uow.actor, command.token, command.case_id)
    agree(uow, case, agreed=command.agreed)
    return {"agreed": case.may_publish}


def agree(uow: UnitOfWork, case: Case, *, agreed: bool) -> None:
    """Also when a request is rated."""
    if case.may_publish == agreed:
        return
    case.may_publish = agreed
    row = uow.session.get(PublicCase, (case.tenant_id, case.id))
    if not agreed and row is not None and row.state == "published":
        row.state, row.decided_at, row.decided_by = "withdrawn", uow.now, uow.actor.user_id
        uow.record(SummaryDecided(case_id=case.id, state="withdrawn"))
    uow.record(AgreementGiven(case_id=case.id, agreed=agreed))


@handles(SaveSummary)
def save_summary(command: SaveSummary, uow: UnitOfWork) -> dict[str, Any]:
    """Handlers and heads of the unit that handled it."""
    policy.require(uow.actor, "public_case.write")
    case = _publishable(uow, command.case_id)
    if not allowed.may_write(uow.actor, case):
        raise access.missing()
    _check(command, case, uow)
    row = uow.session.get(PublicCase, (case.tenant_id, case.id), with_for_update=True)
    if row is None:
        row = PublicCase(tenant_id=uow.tenant_id, id=case.id)
        uow.session.add(row)
    row.summary_zh, row.summary_en = command.summary_zh.strip(), command.summary_en.strip()
    row.state, row.written_by, row.written_at = "draft", uow.actor.user_id, uow.now
    row.decided_at = row.decided_by = None
    uow.record(SummarySaved(case_id=case.id))
    return {"case_id": str(case.id)}


@handles(DecideSummary)
def decide_summary(command: DecideSummary, uow: UnitOfWork) -> dict[str, Any]:
    """Head of the unit or administrator; the latter sees the summary only, not the request."""
    policy.require(uow.actor, "public_case.publish")
    case = _publishable(uow, command.case_id) if command.publish else access.case_by_id(uow.session, command.case_id)
    if not allowed.may_decide(uow.actor, case):
        raise access.missing()
    row = uow.session.get(PublicCase, (case.tenant_id, case.id), with_for_update=True)
    if row is None or not row.summary_zh:
        raise Conflict(msg("Nobody has written a summary yet."))
    row.state = "published" if command.publish else "withdrawn"
    row.decided_at, row.decided_by = uow.now, uow.actor.user_id
    uow.record(SummaryDecided(case_id=case.id, state=row.state))
    return {"case_id": str(case.id), "state": row.state}


def _publishable(uow: UnitOfWork, case_id: UUID) -> Case:
    case = uow.session.scalars(select(Case).where(Case.id == case_id).with_for_update()).one_or_none()
    if case is None:
        raise access.missing()
    if case.status != "closed" or not case.may_publish or not allowed.Listing(uow.session, uow.tenant_id).allows(case):
        raise Conflict(msg("This request may not be shown: it is open, or its resident has not agreed."))
    return case


def _check(command: SaveSummary, case: Case, uow: UnitOfWork) -> None:
    errors: FieldErrors = {}
    person = uow.session.get(Person, (case.tenant_id, case.person_id)) if case.person_id else None
    private = [person.name, person.phone] if person is not None else []
    for name, needed in (("summary_zh", True), ("summary_en", False)):
        text = str(getattr(command, name)).strip()
        if needed and not text:
            errors[name] = [(msg("Please fill this in."), {})]
        elif len(text) > LONGEST:
            errors[name] = [(msg("At most %(limit)s characters."), {"limit": LONGEST})]
        elif allowed.tells_of_a_person(text, [*private, case.number]):
            errors[name] = [(msg("This names a person, a phone or the number of the request: leave that out."), {})]
        elif allowed.copies(text, case.text):
            errors[name] = [(msg("These are the resident's own words. Please say it in yours."), {})]
    if errors:
        raise Invalid(msg("Please check the marked fields."), fields=errors)
