"""Handlers of exports, and the making of one outside any write transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.kernel import database
from app.kernel.bus import dispatch, handles
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Conflict, Forbidden, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.outbox import backoff
from app.kernel.unit_of_work import UnitOfWork
from app.offices import archives
from app.offices.commands import DropExport, NoteExport, RequestExport, TakeExport
from app.offices.events import ExportDropped, ExportFailed, ExportMade, ExportRequested, ExportTaken
from app.offices.model import OfficeExport
from app.tenancy import settings

MOST_ATTEMPTS = 3
USUAL_DAYS = 7


def _require(actor: Actor) -> None:
    """An operator, or an administrator of the office."""
    if not (policy.can(actor, "tenant.manage") or policy.can(actor, "office.export")):
        raise Forbidden(msg("You may not do this."))


@handles(RequestExport)
def request_export(command: RequestExport, uow: UnitOfWork) -> dict[str, Any]:
    """One at a time: it is heavy work, and the second would say the same."""
    _require(uow.actor)
    if uow.session.scalars(select(OfficeExport.id).where(OfficeExport.state == "waiting")).first():
        raise Conflict(msg("An export is being made already."))
    row = OfficeExport(tenant_id=uow.tenant_id, id=new_id(), requested_by=uow.actor.user_id, requested_at=uow.now,
                       due_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    uow.record(ExportRequested(export_id=row.id))
    return {"export_id": str(row.id)}


@handles(NoteExport)
def note_export(command: NoteExport, uow: UnitOfWork) -> None:
    """A failure is tried again a few times."""
    policy.require(uow.actor, "tenant.manage")
    row = _row(uow.session, command.export_id)
    if row.state != "waiting":
        return
    row.attempts += 1
    if command.error:
        again = row.attempts < MOST_ATTEMPTS
        row.last_error = command.error[:200]
        row.state, row.due_at = ("waiting", uow.now + backoff(row.attempts)) if again else ("failed", None)
        if not again:
            uow.record(ExportFailed(export_id=row.id, code=command.error[:80]))
        return
    days = int(settings.value(uow.session, "export_days", USUAL_DAYS))
    row.state, row.finished_at, row.size, row.sha256 = "ready", uow.now, command.size, command.sha256
    row.expires_at = row.due_at = uow.now + timedelta(days=days)
    uow.record(ExportMade(export_id=row.id, size=command.size, sha256=command.sha256))


@handles(TakeExport)
def take_export(command: TakeExport, uow: UnitOfWork) -> dict[str, Any]:
    """Who takes everything away stands in the audit trail before the first byte goes."""
    _require(uow.actor)
    row = _row(uow.session, command.export_id)
    if row.state != "ready" or row.expires_at is None or row.expires_at <= uow.now:
        raise NotFound(msg("This file is not there."))
    archives.content(uow.tenant_id, row.id, row.sha256).close()
    uow.record(ExportTaken(export_id=row.id))
    return {"size": row.size, "sha256": row.sha256}


@handles(DropExport)
def drop_export(command: DropExport, uow: UnitOfWork) -> None:
    """The row stays and says that there was one."""
    policy.require(uow.actor, "tenant.manage")
    row = _row(uow.session, command.export_id)
    if row.state == "ready" and row.expires_at is not None and row.expires_at <= uow.now:
        row.state, row.due_at = "gone", None
        archives.drop(uow.tenant_id, row.id, row.sha256)
        uow.record(ExportDropped(export_id=row.id))


def _row(session: Session, export_id: UUID) -> OfficeExport:
    row = session.scalars(select(OfficeExport).where(OfficeExport.id == export_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(msg("This file is not there."))
    return row


def listing(session: Session, limit: int = 10) -> list[OfficeExport]:
    """The office's exports, the newest first."""
    return list(session.scalars(select(OfficeExport).order_by(OfficeExport.id.desc()).limit(limit)))


def make(tenant_id: UUID, export_id: UUID) -> None:
    """Write the file and note how it went. The office works on meanwhile: nothing is locked."""
    try:
        with database.current().snapshot(tenant_id) as session:
            sha256, size = archives.keep(session, tenant_id, export_id)
    except Exception as error:
        dispatch(NoteExport(tenant_id=tenant_id, actor=SYSTEM, export_id=export_id, error=type(error).__name__))
        raise
    dispatch(NoteExport(tenant_id=tenant_id, actor=SYSTEM, export_id=export_id, sha256=sha256, size=size))
