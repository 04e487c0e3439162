"""Operations on a running process: moved, suspended, resumed; each with a reason in the journal and an event."""

from __future__ import annotations

from typing import Any

from app.cases import access, operation_events, stepping
from app.cases.journal import record, write_entry
from app.cases.model import Case
from app.cases.operation_commands import ModifyCase, ResumeCase, SuspendCase
from app.engine import Modify, store
from app.engine.model import OpenTaskRow
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

KIND, RIGHT = "operation", "instance.change"
MAX_REASON = 500


@handles(ModifyCase)
def modify_case(command: ModifyCase, uow: UnitOfWork) -> dict[str, Any]:
    """Overdue timers are not fired first: what is put right may be why they cannot be."""
    case, reason = _begin(uow, command)
    if not (command.cancel or command.activate or command.variables):
        raise Invalid(msg("Nothing is to be changed."))
    known = dict(stepping.tokens_of(uow, case).tokens)
    stepping.step(uow, case, Modify(command.cancel, command.activate, command.variables))
    changes = [*(f"- {known[one].id}" for one in command.cancel), *(f"+ {one}" for one in command.activate),
               *(f"= {name}" for name in sorted(command.variables))]
    entry = write_entry(uow, case, KIND, "\n".join([reason, *changes]), "staff")
    record(uow, case, operation_events.CaseModified, entry_id=entry.id, activated=len(command.activate),
           cancelled=len(command.cancel), variables=len(command.variables))
    open_now = sorted(row.element_id for row in stepping.lock(uow, case).rows(OpenTaskRow).values())
    return {"case_id": str(case.id), "tasks": open_now}


@handles(SuspendCase)
def suspend_case(command: SuspendCase, uow: UnitOfWork) -> dict[str, Any]:
    """A second time is a Conflict, so that nobody believes it was them."""
    case, reason = _begin(uow, command)
    if not store.suspend(uow, stepping.lock(uow, case).instance.id):
        raise Conflict(msg("This is suspended already."))
    entry = write_entry(uow, case, KIND, reason, "staff")
    record(uow, case, operation_events.CaseSuspended, entry_id=entry.id)
    return {"suspended": True}


@handles(ResumeCase)
def resume_case(command: ResumeCase, uow: UnitOfWork) -> dict[str, Any]:
    """Workers take up what waited."""
    case, reason = _begin(uow, command)
    if not store.resume(uow, stepping.lock(uow, case).instance.id):
        raise Conflict(msg("This is not suspended."))
    entry = write_entry(uow, case, KIND, reason, "staff")
    record(uow, case, operation_events.CaseResumed, entry_id=entry.id)
    return {"resumed": True}


def _begin(uow: UnitOfWork, command: ModifyCase | SuspendCase | ResumeCase) -> tuple[Case, str]:
    """The case, held, and why. Raises Forbidden, NotFound, Conflict, Invalid."""
    if uow.actor.kind != "system":
        access.require(uow, RIGHT)
    case = access.any_case(uow.session, command.case_id)
    stepping.lock(uow, case)
    if case.status != "open":
        raise Conflict(msg("This request is closed."))
    return case, checked_reason(command.reason)


def checked_reason(given: str) -> str:
    """Why it is done, as it stands in the journal. Raises Invalid."""
    reason = given.strip()
    if not reason:
        raise Invalid(msg("Please say why."), fields={"reason": [(msg("Please say why."), {})]})
    if len(reason) > MAX_REASON:
        raise Invalid(msg("Please check what is marked."),
                      fields={"reason": [(msg("At most %(limit)s characters."), {"limit": MAX_REASON})]})
    return reason
