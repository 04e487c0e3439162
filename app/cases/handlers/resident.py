"""What residents do with their request after it was sent: answer, withdraw, rate."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.auth.model import User
from app.cases import access, attaching, stepping
from app.cases.commands import AdoptCases, AnswerQuestion, CaseCommand, RateCase, RefuseAppointment, WithdrawCase
from app.cases.journal import write_entry
from app.cases.listener import SOLVED
from app.cases.model import Case, Person
from app.cases.publishing.handlers import agree
from app.kernel.bus import handles
from app.kernel.errors import Conflict, FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

ANSWERED, WITHDREW, RATED = "resident_answered", "resident_withdrew", "resident_rated"
REFUSED = "resident_refused_appointment"
MAX_TEXT = 10_000


def _own_open_case(command: CaseCommand, uow: UnitOfWork) -> Case:
    access.require(uow, "case.follow")
    case = access.own_case(uow.session, uow.actor, command.token, command.case_id)
    stepping.lock(uow, case)
    if case.status != "open":
        raise Conflict(msg("This request is closed already."))
    return case


def _text(name: str, value: str, *, needed: bool = False) -> str:
    errors: FieldErrors = {}
    if needed and not value.strip():
        errors[name] = [(msg("Please write something."), {})]
    elif len(value) > MAX_TEXT:
        errors[name] = [(msg("At most %(limit)s characters."), {"limit": MAX_TEXT})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)
    return value.strip()


@handles(AnswerQuestion)
def answer_question(command: AnswerQuestion, uow: UnitOfWork) -> dict[str, Any]:
    """The waiting question gets its answer; the clock goes on."""
    text = _text("text", command.text, needed=True)
    case = _own_open_case(command, uow)
    attaching.attach(uow, case, command.attachment_ids, command.guest_mark)
    if not stepping.message(uow, case, ANSWERED, {"answer": text}):
        raise Conflict(msg("Nothing is asked at the moment."))
    return {"case_id": str(case.id)}


@handles(RefuseAppointment)
def refuse_appointment(command: RefuseAppointment, uow: UnitOfWork) -> dict[str, Any]:
    """The unit agrees another time."""
    text = _text("refusal", command.text, needed=True)
    case = _own_open_case(command, uow)
    if not stepping.message(uow, case, REFUSED, {"refusal": text}):
        raise Conflict(msg("No visit is awaited at the moment."))
    return {"case_id": str(case.id)}


@handles(WithdrawCase)
def withdraw_case(command: WithdrawCase, uow: UnitOfWork) -> dict[str, Any]:
    """The request is taken back."""
    reason = _text("reason", command.reason)
    case = _own_open_case(command, uow)
    if not stepping.message(uow, case, WITHDREW, {"reason": reason}):
        raise Conflict(msg("This request cannot be withdrawn any more."))
    return {"case_id": str(case.id)}


@handles(RateCase)
def rate_case(command: RateCase, uow: UnitOfWork) -> dict[str, Any]:
    """A rating, with words if wanted."""
    errors: FieldErrors = {}
    if not isinstance(command.rating, int) or not 1 <= command.rating <= 5:
        errors["rating"] = [(msg("Please choose one of the options."), {})]
    if command.solved not in SOLVED:
        errors["solved"] = [(msg("Please choose one of the options."), {})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)
    comment = _text("comment", command.comment)
    case = _own_open_case(command, uow)
    attaching.attach(uow, case, command.attachment_ids, command.guest_mark)
    if comment:
        write_entry(uow, case, "comment", comment, "public")
    agree(uow, case, agreed=command.may_publish)
    if not stepping.message(uow, case, RATED, {"rating": command.rating, "solved": command.solved}):
        raise Conflict(msg("No rating is awaited at the moment."))
    return {"case_id": str(case.id)}


@handles(AdoptCases)
def adopt_cases(command: AdoptCases, uow: UnitOfWork) -> dict[str, Any]:
    """The phone of a resident's account was proved by a code; persons without an account that have it are theirs."""
    access.require(uow, "case.read_own")
    user = uow.session.get(User, (uow.tenant_id, uow.actor.user_id)) if uow.actor.user_id else None
    if user is None or not user.phone:
        return {"cases": 0}
    query = select(Person).where(Person.phone == user.phone, Person.user_id.is_(None), Person.erased_at.is_(None))
    people = list(uow.session.scalars(query.with_for_update()))
    for person in people:
        person.user_id = user.id
    return {"cases": len(people)}
