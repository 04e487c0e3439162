"""What supervision rules do to a case: tell a group, raise the urgency, write a line. By the machine only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.auth import policy
from app.auth import queries as auth
from app.cases import access, events, handing, placing, stepping, task_events
from app.cases.commands import NoteSupervision, RaiseUrgency, ReassignTasks, TellGroup
from app.cases.journal import record, write_entry
from app.cases.model import Case, CaseNotice
from app.engine.model import OpenTaskRow
from app.kernel.bus import handles
from app.kernel.commands import SYSTEM
from app.kernel.errors import Forbidden, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

KIND = "supervision"
URGENCIES = ("normal", "urgent", "emergency")


@handles(TellGroup)
def tell_group(command: TellGroup, uow: UnitOfWork) -> dict[str, Any]:
    """As a notification of the diagram, so that it goes the same way."""
    case = _case(uow, command.case_id)
    notice = CaseNotice(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, template=command.template,
                        audience="group", group_name=command.group, params={**command.params, "number": case.number},
                        at=uow.now)
    uow.session.add(notice)
    record(uow, case, events.CaseNoticeWanted, notice_id=notice.id, template=command.template, audience="group",
           group=command.group)
    return {"notice_id": str(notice.id)}


@handles(RaiseUrgency)
def raise_urgency(command: RaiseUrgency, uow: UnitOfWork) -> dict[str, Any]:
    """The column and the event; the process's own variable stays as its table decided."""
    case = _case(uow, command.case_id)
    if case.status == "open":
        stepping.lock(uow, case)  # its open tasks bear the urgency, too
    now = URGENCIES.index(case.urgency) if case.urgency in URGENCIES else 0
    if case.status != "open" or URGENCIES.index(command.urgency) <= now:
        return {"urgency": case.urgency, "raised": False}
    case.urgency = command.urgency
    placing.reclassify(uow, case)
    record(uow, case, events.CaseClassified)
    return {"urgency": case.urgency, "raised": True}


@handles(NoteSupervision)
def note_supervision(command: NoteSupervision, uow: UnitOfWork) -> dict[str, Any]:
    """For staff; a resident never reads it."""
    case = _case(uow, command.case_id)
    return {"entry_id": str(write_entry(uow, case, KIND, command.text, "staff").id)}


@handles(ReassignTasks)
def reassign_tasks(command: ReassignTasks, uow: UnitOfWork) -> dict[str, Any]:
    """Nobody who is away or may not do the task gets it; what nobody else can take stays where it is."""
    case = _case(uow, command.case_id)
    if case.status != "open":
        return {"reassigned": 0, "left": 0}
    given = [_reassign(uow, case, row, command)
             for row in sorted(stepping.lock(uow, case).rows(OpenTaskRow).values(), key=lambda row: row.id)]
    return {"reassigned": sum(given), "left": len(given) - sum(given)}


def _reassign(uow: UnitOfWork, case: Case, row: OpenTaskRow, command: ReassignTasks) -> bool:
    able = handing.receivers(uow.session, uow.actor, row)
    if command.role:
        group = f"{command.role}@{case.unit}" if case.unit else command.role
        able = handing.colleagues(uow.session, [
            one for one in auth.staff_actors(uow.session)
            if group in one.groups and policy.can(one, "task.complete") and not policy.barred(one, row)])
    free = [one for one in able if one.away_until is None and one.user_id != row.claimed_by]
    if not free:
        return False
    query = (select(OpenTaskRow.claimed_by, func.count())
             .where(OpenTaskRow.claimed_by.in_([one.user_id for one in free])).group_by(OpenTaskRow.claimed_by))
    held = {holder: int(number) for holder, number in uow.session.execute(query)}
    handing.give(uow, row, case, task_events.CaseTaskAssigned, min(
        free, key=lambda one: (held.get(one.user_id, 0), one.user_id)), command.reason)
    return True


def _case(uow: UnitOfWork, case_id: UUID) -> Case:
    if uow.actor.kind != SYSTEM.kind:
        raise Forbidden(msg("You may not do this."))
    return access.any_case(uow.session, case_id)
