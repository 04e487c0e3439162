"""Who has the page of a definition open says so every few seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from app import catalog
from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing
from app.studio.commands import NoteReader
from app.studio.drafts import KINDS, revision
from app.studio.model import DraftReader

FORGOTTEN = timedelta(hours=1)


@handles(NoteReader)
def note_reader(command: NoteReader, uow: UnitOfWork) -> dict[str, Any]:
    """One row for each person and definition; rows of pages that are long closed go."""
    policy.require(uow.actor, "definition.draft")
    kind, key, user_id = command.kind, command.definition_key, uow.actor.user_id
    if kind not in KINDS or not catalog.KEY.fullmatch(key) or user_id is None:
        raise NotFound(msg("There is no such definition."))
    known = revision(uow.session, uow.tenant_id, kind, key)
    if not known and catalog.live(uow.session, uow.tenant_id, kind, key) is None:
        raise NotFound(msg("There is no such definition."))
    insert_missing(uow.session, DraftReader, tenant_id=uow.tenant_id, id=new_id(), kind=kind, key=key, user_id=user_id,
                   seen_at=uow.now)
    row = uow.session.scalars(select(DraftReader).where(
        DraftReader.tenant_id == uow.tenant_id, DraftReader.kind == kind, DraftReader.key == key,
        DraftReader.user_id == user_id)).one()
    row.seen_at = uow.now
    uow.session.execute(delete(DraftReader).where(
        DraftReader.tenant_id == uow.tenant_id, DraftReader.kind == kind, DraftReader.key == key,
        DraftReader.user_id != user_id, DraftReader.seen_at < uow.now - FORGOTTEN))
    return {"revision": known}
