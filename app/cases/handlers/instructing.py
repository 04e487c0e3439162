"""Stepping in from above: an instruction that whoever handles the case is told of. The process goes on as it was."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.auth import policy
from app.auth import queries as auth
from app.cases import access, handing, task_events
from app.cases.commands import InstructCase
from app.cases.journal import record, write_entry
from app.cases.model import Case
from app.engine.model import OpenTaskRow
from app.kernel.bus import handles
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

KIND = "instruction"
MAX_TEXT, MOST_TOLD = 2_000, 50


@handles(InstructCase)
def instruct_case(command: InstructCase, uow: UnitOfWork) -> dict[str, Any]:
    """By supervisors everywhere, by heads where their unit has the case."""
    access.require(uow, "case.instruct")
    case = access.staff_case(uow.session, uow.actor, command.case_id)
    if not policy.can(uow.actor, "task.read_all") and case.unit not in _headed(uow.actor):
        raise access.missing()
    if case.status != "open":
        raise Conflict(msg("This request is closed."))
    text = command.text.strip()
    if not text:
        raise _wrong(msg("Please write something."))
    if len(text) > MAX_TEXT:
        raise _wrong(msg("At most %(limit)s characters."), limit=MAX_TEXT)
    entry = write_entry(uow, case, KIND, text, "staff")
    people = _handlers(uow, case)
    record(uow, case, task_events.CaseInstructed, entry_id=entry.id, told=len(people))
    for one in people:
        record(uow, case, task_events.CasePersonInstructed, entry_id=entry.id, user_id=one.user_id)
    return {"entry_id": str(entry.id), "told": [one.name for one in people]}


def _headed(actor: Actor) -> set[str]:
    may = policy.roles_that_may("case.instruct")
    return policy.units_of(group for group in actor.groups if group.partition("@")[0] in may)


def _handlers(uow: UnitOfWork, case: Case) -> list[Actor]:
    """Who holds a task of the case; where nobody does, who may take one. Never the writer, nor other supervisors."""
    query = select(OpenTaskRow).where(OpenTaskRow.instance_id == case.instance_id).order_by(OpenTaskRow.opened_at)
    tasks = [row for row in uow.session.scalars(query) if not _of_supervisors(row)]
    known = handing.holders(uow.session, (row.claimed_by for row in tasks if row.claimed_by is not None))
    held = [known[row.claimed_by] for row in tasks if row.claimed_by is not None and handing.binds(row, known)]
    if not held:
        held = [one for one in auth.staff_actors(uow.session)
                if any(policy.can(one, "task.complete", row) for row in tasks)]
    found = {one.user_id: one for one in held if one.user_id not in (None, uow.actor.user_id)}
    return list(found.values())[:MOST_TOLD]


def _of_supervisors(row: OpenTaskRow) -> bool:
    above = policy.roles_that_may("task.read_all")
    return all(str(group).partition("@")[0] in above for group in row.groups)


def _wrong(message: str, **params: Any) -> Invalid:
    return Invalid(msg("Please check what is marked."), fields={"text": [(message, params)]})
