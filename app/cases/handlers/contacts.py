"""Tries to speak with the resident, by whoever made them."""

from __future__ import annotations

from typing import Any

from app.cases import access
from app.cases.casework import CaseContact
from app.cases.commands import LogContact
from app.cases.journal import write_entry
from app.cases.listener import CONTACT_CHANNELS
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones

MAX_TEXT, MAX_NAME = 20_000, 120


@handles(LogContact)
def log_contact(command: LogContact, uow: UnitOfWork) -> dict[str, Any]:
    """One line of the journal; its words are for staff, also when the resident is told that there was a try."""
    access.require(uow, "note.add")
    case = access.staff_case(uow.session, uow.actor, command.case_id)
    _check(command, uow)
    entry = write_entry(uow, case, "contact", command.text.strip(), "public" if command.tell_resident else "staff",
                        contact_channel=command.channel, reached=command.reached)
    uow.session.add(CaseContact(
        tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, entry_id=entry.id, channel=command.channel,
        reached=command.reached, with_whom=command.with_whom.strip(), next_try_on=command.next_try_on, at=uow.now))
    return {"entry_id": str(entry.id)}


def _check(command: LogContact, uow: UnitOfWork) -> None:
    errors: FieldErrors = {}
    if command.channel not in CONTACT_CHANNELS:
        errors["contact_channel"] = [(msg("Please choose one of the options."), {})]
    if command.reached and not command.text.strip():
        errors["said"] = [(msg("Please write what was said."), {})]
    if len(command.text) > MAX_TEXT:
        errors["said"] = [(msg("At most %(limit)s characters."), {"limit": MAX_TEXT})]
    if len(command.with_whom.strip()) > MAX_NAME:
        errors["with_whom"] = [(msg("At most %(limit)s characters."), {"limit": MAX_NAME})]
    if command.next_try_on is not None and command.next_try_on < zones.local_now(uow).date():
        errors["next_try_on"] = [(msg("This day is over. Please choose today or a later day."), {})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)
