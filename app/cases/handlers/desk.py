"""The intake desk: a request is taken in while the person is there, and what follows does not wait for the worker."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.cases import access, events, stepping
from app.cases.commands import GoOnWithCase, NoteLookUp, TakeInCase
from app.cases.handlers import jobs, submitting
from app.cases.listener import SOLVED
from app.cases.model import Case, CaseLink
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

KINDS = frozenset({"consultation", "help", "complaint", "report", "suggestion", "praise"})
ACCEPT, ANSWER, JOIN = "accept", "answer_now", "join"
MAX_ANSWER = 2_000
SAME_CALL = "same_call"
CHOOSE = msg("Please choose one of the options.")


@handles(TakeInCase)
def take_in_case(command: TakeInCase, uow: UnitOfWork) -> dict[str, Any]:
    """The clerk's decision goes into the start of the process, and the diagram says what it means."""
    access.require(uow, "case.take_in")
    _check(command)
    known = {
        "taken_in_at_desk": True, "intake_decision": command.decision, "kind": command.kind,
        "urgency_stated": command.urgency_claimed or "normal",
        "reply": (command.answer or "").strip() or None, "rating_told": command.rating, "solved_told": command.solved}
    case, token = submitting.hand_in(command, uow, known)
    if command.same_call is not None:
        _link_call(uow, case, command.same_call)
    jobs.work_off(uow, case)
    if command.decision == JOIN and case.parent_id is None:
        raise Invalid(msg("Please check what is marked."), fields={
            "similar": [(msg("This request is closed meanwhile, or there is none with this number."), {})]})
    return {"case_id": str(case.id), "number": case.number, "token": token}


def _check(command: TakeInCase) -> None:
    errors: FieldErrors = {}
    if command.decision not in (ACCEPT, ANSWER, JOIN):
        errors["decision"] = [(CHOOSE, {})]
    if command.kind not in KINDS and command.decision != JOIN:
        errors["kind"] = [(CHOOSE, {})]
    if command.decision == ANSWER:
        errors |= _answer_faults(command)
    elif command.rating is not None or command.solved is not None:
        errors["rating"] = [(msg("Only an answer can be rated."), {})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)


def _answer_faults(command: TakeInCase) -> FieldErrors:
    errors: FieldErrors = {}
    if not (command.answer or "").strip():
        errors["answer"] = [(msg("Please write something."), {})]
    elif len(command.answer or "") > MAX_ANSWER:
        errors["answer"] = [(msg("At most %(limit)s characters."), {"limit": MAX_ANSWER})]
    if (command.rating is None) is not (command.solved is None):
        errors["rating" if command.rating is None else "solved"] = [(CHOOSE, {})]
    if command.rating is not None and command.rating not in range(1, 6):
        errors["rating"] = [(CHOOSE, {})]
    if command.solved is not None and command.solved not in SOLVED:
        errors["solved"] = [(CHOOSE, {})]
    return errors


def _link_call(uow: UnitOfWork, case: Case, first_id: UUID) -> None:
    first = access.staff_case(uow.session, uow.actor, first_id)
    uow.session.add(CaseLink(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, other_id=first.id,
                             kind=SAME_CALL, at=uow.now))


@handles(NoteLookUp)
def note_look_up(command: NoteLookUp, uow: UnitOfWork) -> dict[str, Any]:
    """Who looked, when, and how many people it showed; never what was looked for."""
    access.require(uow, "case.register")
    access.require(uow, "person.read")
    uow.record(events.PersonLookedUp(how=command.how, found=command.found))
    return {}


@handles(GoOnWithCase)
def go_on_with_case(command: GoOnWithCase, uow: UnitOfWork) -> dict[str, Any]:
    """Nothing is decided here: what waits would be done by the worker a moment later."""
    access.require(uow, "case.register")
    case = access.staff_case(uow.session, uow.actor, command.case_id)
    if case.status != "open":
        return {"done": 0}
    stepping.lock(uow, case)
    stepping.fire_overdue(uow, case)
    return {"done": jobs.work_off(uow, case)}
