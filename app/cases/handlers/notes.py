"""Lines and files that are added beside the process."""

from __future__ import annotations

from typing import Any

from app.cases import access, attaching
from app.cases.commands import AddNote, AttachFile
from app.cases.journal import write_entry
from app.kernel.bus import handles
from app.kernel.errors import Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

MAX_TEXT = 20_000


@handles(AddNote)
def add_note(command: AddNote, uow: UnitOfWork) -> dict[str, Any]:
    """Staff write into the journal."""
    access.require(uow, "note.add")
    case = access.staff_case(uow.session, uow.actor, command.case_id)
    text = command.text.strip()
    if not text or len(text) > MAX_TEXT:
        raise Invalid(msg("Please check what is marked."), fields={"text": [(msg("Please write something."), {})]})
    visibility = "public" if command.visibility == "public" else "staff"
    attaching.attach(uow, case, command.attachment_ids)
    entry = write_entry(uow, case, "note", text, visibility, attachment_ids=command.attachment_ids)
    return {"entry_id": str(entry.id)}


@handles(AttachFile)
def attach_file(command: AttachFile, uow: UnitOfWork) -> dict[str, Any]:
    """Files for a case, by staff or by whoever has the personal link."""
    if command.token is None and "resident" not in uow.actor.roles:
        access.require(uow, "attachment.add")
    case = access.require_own_or_staff(uow.session, uow.actor, command.token, command.case_id, "case.read")
    attaching.attach(uow, case, command.attachment_ids, command.guest_mark)
    return {"case_id": str(case.id)}
