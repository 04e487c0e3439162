"""The journal of a case for a reader: lines in order, tries to speak with the resident, colleagues named."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import queries as auth
from app.cases.casework import CaseContact, CaseMention
from app.cases.casework_views import ContactView
from app.cases.model import CaseEntry
from app.cases.queries.rows import Names
from app.cases.queries.veil import OPEN, Veil
from app.cases.views import EntryView
from app.kernel.errors import msg

TRIED = {
    "phone": msg("We tried to ring you."), "visit": msg("We came to see you and did not find you in."),
    "message": msg("We wrote to you."),
}
REACHED = {
    "phone": msg("We spoke with you on the phone."), "visit": msg("We came to see you."),
    "message": msg("We were in touch with you by message."),
}


def entries(session: Session, case_id: UUID, names: Names, *, public_only: bool, veil: Veil = OPEN,
            reader_id: UUID | None = None) -> tuple[EntryView, ...]:
    """In order. For residents no member of staff is named, only the unit; of a contact they read that it was tried."""
    query = select(CaseEntry).where(CaseEntry.case_id == case_id).order_by(CaseEntry.id)
    if public_only:
        query = query.where((CaseEntry.visibility == "public") | CaseEntry.by_resident.is_(True)
                            | (CaseEntry.kind == "contact"))
    contacts, mentions = _contacts(session, case_id, veil), {} if public_only else _mentions(session, case_id)
    rows = [row for row in session.scalars(query) if not public_only or _shown_to_resident(row, row.id in contacts)]
    people = {} if public_only else auth.names(session, {row.by_user_id for row in rows if row.by_user_id})
    found = []
    for row in rows:
        contact = contacts.get(row.id)
        own = row.by_user_id is not None and row.by_user_id == reader_id
        silent = public_only and (contact is not None or not (row.visibility == "public" or row.by_resident))
        body = "" if silent else veil.cover(row.body) if own else veil.words(row.body)
        found.append(EntryView(
            row.id, row.kind, body, row.visibility, row.by_resident,
            people.get(row.by_user_id, "") if row.by_user_id and not row.by_resident else "", row.unit,
            *names.unit(row.unit), row.at, contact, mentions.get(row.id, ()),
            hidden="text" in veil.hidden and not own and bool(row.body)))
    return tuple(found)


def _shown_to_resident(row: CaseEntry, logged: bool) -> bool:
    """Not their own rating again, and of logged contacts those that staff want them to read of."""
    return row.kind != "rating" and (row.visibility == "public" or row.by_resident or not logged)


def _contacts(session: Session, case_id: UUID, veil: Veil) -> dict[UUID, ContactView]:
    query = select(CaseContact).where(CaseContact.case_id == case_id)
    return {row.entry_id: ContactView(
        row.channel, row.reached, "" if "name" in veil.hidden else veil.cover(row.with_whom), row.next_try_on,
        (REACHED if row.reached else TRIED).get(row.channel, "")) for row in session.scalars(query)}


def _mentions(session: Session, case_id: UUID) -> dict[UUID, tuple[tuple[str, str], ...]]:
    """Entry -> (as written, name) of each colleague."""
    rows = list(session.scalars(select(CaseMention).where(CaseMention.case_id == case_id).order_by(CaseMention.id)))
    people = auth.names(session, {row.user_id for row in rows})
    found: dict[UUID, tuple[tuple[str, str], ...]] = {}
    for row in rows:
        if row.written:
            found[row.entry_id] = (*found.get(row.entry_id, ()), (row.written, people.get(row.user_id, "")))
    return found
