"""Two open cases about the same thing: one follows the other, and can be taken apart again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from app.cases import access, events, stepping
from app.cases.commands import JoinCases, UndoJoin
from app.cases.connectors.joining import JOINED
from app.cases.handlers import jobs
from app.cases.journal import record
from app.cases.model import Case, CaseLink
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

WANTED, UNDONE = "join_wanted", "join_undone"
TOO_LATE = msg("This request is past the step in which it can join another one.")


@handles(JoinCases)
def join_cases(command: JoinCases, uow: UnitOfWork) -> dict[str, Any]:
    """Where the diagram waits for it; what the later reply does to the follower stands in the diagram too."""
    access.require(uow, "case.join")
    case, earlier = _case(uow, command.number, "number"), _case(uow, command.earlier_number, "earlier_number")
    if case.id == earlier.id:
        raise _fault("earlier_number", msg("A request cannot join itself."))
    for one in sorted((case, earlier), key=lambda each: each.id):  # always in this order: two clerks do not block
        stepping.lock(uow, one)
    for one, field in ((case, "number"), (earlier, "earlier_number")):
        if one.status != "open":
            raise _fault(field, msg("This request is closed already."))
    if case.parent_id is not None:
        raise Conflict(msg("This request follows another one already. Take them apart first."))
    if not stepping.message(uow, case, WANTED, {"earlier_number": earlier.number}):
        raise Conflict(TOO_LATE)
    jobs.work_off(uow, case)
    if case.parent_id != earlier.id:
        raise Conflict(msg("These two cannot be joined: the other one already follows this one."))
    return {"case_id": str(case.id), "earlier_id": str(earlier.id)}


def _case(uow: UnitOfWork, number: str, field: str) -> Case:
    found = uow.session.scalars(select(Case).where(Case.number == number.strip())).one_or_none()
    if found is None:
        raise _fault(field, msg("There is no request with this number."))
    return access.staff_case(uow.session, uow.actor, found.id)


def _fault(field: str, message: str) -> Invalid:
    return Invalid(msg("Please check what is marked."), fields={field: [(message, {})]})


@handles(UndoJoin)
def undo_join(command: UndoJoin, uow: UnitOfWork) -> dict[str, Any]:
    """The case goes on alone: to its unit again, with a new promise."""
    access.require(uow, "case.join")
    case = access.staff_case(uow.session, uow.actor, command.case_id)
    stepping.lock(uow, case)
    earlier_id = case.parent_id
    if earlier_id is None:
        raise Conflict(msg("This request follows no other one."))
    case.parent_id = None
    stepping.forget_earlier(uow, case)
    if not stepping.message(uow, case, UNDONE, {}):
        raise Conflict(msg("The earlier request has been answered already: the two stay together."))
    uow.session.execute(delete(CaseLink).where(CaseLink.tenant_id == uow.tenant_id, CaseLink.case_id == case.id,
                                               CaseLink.other_id == earlier_id, CaseLink.kind == JOINED))
    record(uow, case, events.CaseTakenApart, earlier_case_id=earlier_id)
    return {"case_id": str(case.id)}
