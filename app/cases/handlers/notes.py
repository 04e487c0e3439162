"""Lines and files that are added beside the process."""

from __future__ import annotations

from typing import Any

from app.cases import access, attaching, events, mentioning
from app.cases.casework import CaseMention
from app.cases.commands import AddNote, AttachFile
from app.cases.journal import record, write_entry
from app.cases.mentioning import Mentionable
from app.cases.model import REQUEST, Case
from app.kernel.bus import handles
from app.kernel.errors import Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

MAX_TEXT = 20_000


@handles(AddNote)
def add_note(command: AddNote, uow: UnitOfWork) -> dict[str, Any]:
    """Staff write into the journal."""
    access.require(uow, "note.add")
    case = access.readable(uow.session, uow.actor, command.case_id)
    text = command.text.strip()
    if not text:
        raise _wrong(msg("Please write something."))
    if len(text) > MAX_TEXT:
        raise _wrong(msg("At most %(limit)s characters."), limit=MAX_TEXT)
    visibility = "public" if command.visibility == "public" and case.nature == REQUEST else "staff"
    named = _named(uow, case, text, visibility)
    attaching.attach(uow, case, command.attachment_ids)
    entry = write_entry(uow, case, "note", text, visibility, attachment_ids=command.attachment_ids)
    for written, person in named:
        uow.session.add(CaseMention(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, entry_id=entry.id,
                                    user_id=person.user_id, written=written, at=uow.now))
        if person.user_id != uow.actor.user_id:
            record(uow, case, events.CasePersonMentioned, entry_id=entry.id, user_id=person.user_id)
    return {"entry_id": str(entry.id), "mentioned": len(named)}


def _named(uow: UnitOfWork, case: Case, text: str, visibility: str) -> list[tuple[str, Mentionable]]:
    if not mentioning.AT.search(text):
        return []
    people = mentioning.mentionable(uow.session, uow.actor, case)
    if visibility != "public":
        return mentioning.mentioned(text, people)
    if mentioning.names_anybody(text, people):
        raise _wrong(msg("The resident reads this note: it names no colleague. Write a second note for colleagues."))
    return []


def _wrong(message: str, **params: Any) -> Invalid:
    return Invalid(msg("Please check what is marked."), fields={"text": [(message, params)]})


@handles(AttachFile)
def attach_file(command: AttachFile, uow: UnitOfWork) -> dict[str, Any]:
    """Files for a case, by staff or by whoever has the personal link."""
    if command.token is None and "resident" not in uow.actor.roles:
        access.require(uow, "attachment.add")
    case = access.require_own_or_staff(uow.session, uow.actor, command.token, command.case_id, "case.read")
    attaching.attach(uow, case, command.attachment_ids, command.guest_mark)
    return {"case_id": str(case.id)}
