"""Files and the virus scanner: asked when a file arrives, later while the scanner is down; what it finds is removed."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.auth import policy
from app.kernel import blobs, database, outbox
from app.kernel.bus import dispatch, handles
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Forbidden, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.attachments import scanner
from app.tenancy.attachments.commands import NoteBlocked, NoteScan, RetryScans
from app.tenancy.attachments.content import CheckedFile
from app.tenancy.attachments.events import (
    AttachmentBlocked,
    AttachmentChecked,
    AttachmentInfected,
    AttachmentRemoved,
    ScansRetried,
)
from app.tenancy.attachments.model import CLEAN, INFECTED, OFF, WAITING, Attachment

AT_ONCE = 20
"""Files of one office that are asked about before the next office has its turn."""


@dataclass(frozen=True)
class Waiting:
    """Files of an office that no scanner has seen: how many, since when, and what it said last."""

    files: int
    since: datetime | None
    error: str | None


def first_look(tenant_id: UUID, actor: Actor, checked: CheckedFile) -> str:
    """The state in which a new file is noted. Raises Invalid on the field "file" when something was found in it."""
    asked = scanner.current()
    if asked is None:
        return OFF
    try:
        verdict = asked.scan(io.BytesIO(checked.data), scanner.DOOR_SECONDS)
    except scanner.ScannerDown:
        return WAITING
    if verdict.clean:
        return CLEAN
    dispatch(NoteBlocked(tenant_id=tenant_id, actor=actor, size=len(checked.data), media_type=checked.media_type,
                         signature=verdict.signature or ""))
    refusal = msg("This file was not taken: the virus scanner found something harmful in it.")
    raise Invalid(refusal, fields={"file": [(refusal, {})]})


def look_again(tenant_id: UUID, now: datetime) -> int:
    """Ask about the files of one office that wait and are due; the number of verdicts.

    The scanner is asked between transactions. When it is down, the whole office waits for the next try; a file whose
    content is lost waits alone, so that it holds up no other.
    """
    asked = scanner.current()
    if asked is None:
        return 0
    done = 0
    for attachment_id, sha256 in _due(tenant_id, now):
        try:
            with blobs.current().open(tenant_id, sha256) as content:
                verdict = asked.scan(content, scanner.QUEUE_SECONDS)
        except scanner.ScannerDown as error:
            dispatch(NoteScan(tenant_id=tenant_id, actor=SYSTEM, attachment_id=attachment_id, error=str(error)))
            break
        except NotFound:
            lost = msg("Its content is not there.")
            dispatch(NoteScan(tenant_id=tenant_id, actor=SYSTEM, attachment_id=attachment_id, error=lost, lost=True))
            continue
        dispatch(NoteScan(tenant_id=tenant_id, actor=SYSTEM, attachment_id=attachment_id,
                          signature=verdict.signature))
        done += 1
    return done


def _due(tenant_id: UUID, now: datetime) -> list[tuple[UUID, str]]:
    query = (select(Attachment.id, Attachment.sha256)
             .where(Attachment.scan == WAITING, Attachment.removed_at.is_(None), Attachment.scan_at <= now)
             .order_by(Attachment.scan_at, Attachment.id).limit(AT_ONCE))
    with database.current().read(tenant_id) as session:
        return [(row[0], row[1]) for row in session.execute(query)]


def waiting(session: Session) -> Waiting:
    """What waits for the scanner in the session's office."""
    query = select(func.count(), func.min(Attachment.created_at), func.max(Attachment.scan_note)).where(
        Attachment.scan == WAITING, Attachment.removed_at.is_(None))
    return Waiting(*session.execute(query).one())


@handles(NoteBlocked)
def note_blocked(command: NoteBlocked, uow: UnitOfWork) -> dict[str, Any]:
    """For the record: nothing of the file is kept."""
    if not policy.can(uow.actor, "case.submit"):
        policy.require(uow.actor, "attachment.add")
    uow.record(AttachmentBlocked(size=command.size, media_type=command.media_type, signature=command.signature))
    return {}


@handles(NoteScan)
def note_scan(command: NoteScan, uow: UnitOfWork) -> dict[str, Any]:
    """A verdict is for the content: every file with the same bytes takes it."""
    if uow.actor.kind != "system":
        raise Forbidden(msg("You may not do this."))
    row = uow.session.scalars(select(Attachment).where(
        Attachment.id == command.attachment_id, Attachment.scan == WAITING).with_for_update()).one_or_none()
    if row is None:
        return {"noted": 0}
    if command.error is not None:
        return _put_off(uow, command.error, row if command.lost else None)
    same = list(uow.session.scalars(select(Attachment).where(
        Attachment.sha256 == row.sha256, Attachment.removed_at.is_(None)).with_for_update()))
    for one in same:
        one.scan, one.scan_note, one.scan_at = (INFECTED if command.signature else CLEAN), command.signature, uow.now
        if command.signature is None:
            uow.record(AttachmentChecked(attachment_id=one.id))
            continue
        one.removed_at = uow.now
        uow.record(AttachmentInfected(attachment_id=one.id, signature=command.signature, case_id=one.case_id))
        uow.record(AttachmentRemoved(attachment_id=one.id, sha256=one.sha256))
    return {"noted": len(same)}


def _put_off(uow: UnitOfWork, error: str, alone: Attachment | None) -> dict[str, Any]:
    """All of the office wait: the next one would only hang on the same scanner. `alone`: only this one."""
    if alone is not None:
        alone.scan_tries, alone.scan_note = alone.scan_tries + 1, error[:200]
        alone.scan_at = uow.now + outbox.backoff(alone.scan_tries)
        return {"noted": 0}
    query = select(func.max(Attachment.scan_tries)).where(Attachment.scan == WAITING)
    tries = int(uow.session.scalar(query) or 0) + 1
    uow.session.execute(update(Attachment).where(Attachment.tenant_id == uow.tenant_id, Attachment.scan == WAITING)
                        .values(scan_tries=tries, scan_note=error[:200], scan_at=uow.now + outbox.backoff(tries)))
    return {"noted": 0}


@handles(RetryScans)
def retry_scans(command: RetryScans, uow: UnitOfWork) -> dict[str, Any]:
    """Do not wait for the next try."""
    policy.require(uow.actor, "incident.retry")
    found = uow.session.execute(
        update(Attachment).where(Attachment.tenant_id == uow.tenant_id, Attachment.scan == WAITING,
                                 Attachment.removed_at.is_(None)).values(scan_at=uow.now))
    files = int(getattr(found, "rowcount", 0))
    uow.record(ScansRetried(files=files))
    return {"files": files}
