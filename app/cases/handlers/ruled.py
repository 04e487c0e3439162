"""What supervision rules do to a case: tell a group, raise the urgency, write a line. By the machine only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.cases import access, events
from app.cases.commands import NoteSupervision, RaiseUrgency, TellGroup
from app.cases.journal import record, write_entry
from app.cases.model import Case, CaseNotice
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
    now = URGENCIES.index(case.urgency) if case.urgency in URGENCIES else 0
    if case.status != "open" or URGENCIES.index(command.urgency) <= now:
        return {"urgency": case.urgency, "raised": False}
    case.urgency = command.urgency
    record(uow, case, events.CaseClassified)
    return {"urgency": case.urgency, "raised": True}


@handles(NoteSupervision)
def note_supervision(command: NoteSupervision, uow: UnitOfWork) -> dict[str, Any]:
    """For staff; a resident never reads it."""
    case = _case(uow, command.case_id)
    return {"entry_id": str(write_entry(uow, case, KIND, command.text, "staff").id)}


def _case(uow: UnitOfWork, case_id: UUID) -> Case:
    if uow.actor.kind != SYSTEM.kind:
        raise Forbidden(msg("You may not do this."))
    return access.any_case(uow.session, case_id)
