"""Taking files in, binding them to a case, letting them go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select

from app.auth import policy
from app.kernel import blobs
from app.kernel.bus import dispatch, handles, subscribes
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, msg
from app.kernel.events import StoredEvent
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import settings, terms
from app.tenancy.attachments import scanner, scanning
from app.tenancy.attachments.commands import AcceptAttachment, NoteRefused, ReleaseAttachments
from app.tenancy.attachments.content import check
from app.tenancy.attachments.events import AttachmentAccepted, AttachmentRefused, AttachmentRemoved
from app.tenancy.attachments.limits import DEFAULT_QUOTAS, MB, QUOTA_SETTING
from app.tenancy.attachments.model import OFF, WAITING, Attachment
from app.tenancy.attachments.queries import THERE
from app.tenancy.model import Tenant

GUEST_WINDOW = timedelta(hours=24)
"""Visitors are told apart by a mark that others may come to share (an address): their quota is for a day."""


def receive(tenant_id: UUID, actor: Actor, data: bytes, file_name: str, declared_type: str = "",
            guest_mark: str | None = None, key: str | None = None) -> dict[str, Any]:
    """Check a file, store its content, then note it: the disk is never waited for inside a transaction.

    Answer {"attachment_id", "file_name", "size"}. Raises Invalid, TooLarge. A content without a row (the note
    failed) is harmless and is found again by its hash.
    """
    try:
        checked = check(data, file_name, declared_type)
    except (Invalid, TooLarge):
        dispatch(NoteRefused(tenant_id=tenant_id, actor=actor, size=len(data)))
        raise
    scan = scanning.first_look(tenant_id, actor, checked)
    sha256 = blobs.current().put(tenant_id, checked.data)
    answer: dict[str, Any] = dispatch(AcceptAttachment(
        tenant_id=tenant_id, actor=actor, key=key, sha256=sha256, size=len(checked.data), media_type=checked.media_type,
        file_name=checked.file_name, guest_mark=guest_mark, scan=scan))
    return answer


def accept(uow: UnitOfWork, data: bytes, file_name: str, declared_type: str = "",
           guest_mark: str | None = None) -> Attachment:
    """As `receive`, inside a transaction that is open already (imports, seeds, tests): the scanner is asked later."""
    checked = check(data, file_name, declared_type)
    sha256 = blobs.current().put(uow.tenant_id, checked.data)
    return _note(uow, sha256, len(checked.data), checked.media_type, checked.file_name, guest_mark,
                 WAITING if scanner.current() else OFF)


@handles(AcceptAttachment)
def accept_attachment(command: AcceptAttachment, uow: UnitOfWork) -> dict[str, Any]:
    """Anybody who may hand a case in, and staff."""
    _require(uow.actor)
    row = _note(uow, command.sha256, command.size, command.media_type, command.file_name, command.guest_mark,
                command.scan)
    return {"attachment_id": str(row.id), "file_name": row.file_name, "size": row.size}


@handles(NoteRefused)
def note_refused(command: NoteRefused, uow: UnitOfWork) -> None:
    """By whoever might have handed it in."""
    _require(uow.actor)
    uow.record(AttachmentRefused(size=command.size))


def _require(actor: Actor) -> None:
    if not (policy.can(actor, "case.submit") or policy.can(actor, "attachment.add")):
        raise Forbidden(msg("You may not do this."))


def _note(uow: UnitOfWork, sha256: str, size: int, media_type: str, file_name: str,
          guest_mark: str | None, scan: str) -> Attachment:
    if uow.actor.user_id is None and uow.actor.kind == "guest":
        guest_mark = guest_mark or ""
    _hold_quotas(uow, size, guest_mark)
    if not blobs.current().has(uow.tenant_id, sha256):
        raise Conflict(msg("The file was lost on its way. Please send it again."))
    row = Attachment(tenant_id=uow.tenant_id, id=new_id(), sha256=sha256, size=size, media_type=media_type,
                     file_name=file_name, uploaded_by=uow.actor.user_id, uploader_kind=_kind(uow.actor),
                     guest_mark=guest_mark, created_at=uow.now, scan=scan,
                     scan_at=None if scan == OFF else uow.now)
    uow.session.add(row)
    uow.session.flush()
    uow.record(AttachmentAccepted(attachment_id=row.id, size=size, media_type=media_type))
    return row


def _kind(actor: Actor) -> str:
    return "resident" if actor.kind == "guest" or "resident" in actor.roles else "staff"


def _hold_subscription(uow: UnitOfWork, total: int) -> None:
    """Staff are held to the subscription's space; what a resident sends with a request is never refused for it."""
    term = terms.of(uow.session, uow.tenant_id)
    if term is None or term.most_mb is None or _kind(uow.actor) == "resident":
        return
    if total > term.most_mb * MB:
        raise TooLarge(msg("The subscription of this office has room for %(limit)s MB of files, and it is used up. "
                           "Ask the operator for more."), limit=term.most_mb)


def _hold_quotas(uow: UnitOfWork, size: int, guest_mark: str | None) -> None:
    """The office's row is locked meanwhile: two files at once cannot both be the last that fits."""
    uow.session.execute(select(Tenant.tenant_id).where(Tenant.tenant_id == uow.tenant_id).with_for_update())
    quotas = DEFAULT_QUOTAS | dict(settings.value(uow.session, QUOTA_SETTING) or {})
    used, _files = _used(uow)
    _hold_subscription(uow, used + size)
    if used + size > quotas["tenant_bytes"]:
        raise TooLarge(msg("The office's space for files is used up. Please tell us by phone."))
    if _kind(uow.actor) != "resident":
        return
    if uow.actor.user_id is not None:
        used, files = _used(uow, Attachment.uploaded_by == uow.actor.user_id)
    else:
        used, files = _used(uow, Attachment.uploader_kind == "resident", Attachment.guest_mark == guest_mark,
                            Attachment.created_at > uow.now - GUEST_WINDOW)
    if used + size > quotas["resident_bytes"] or files >= quotas["resident_files"]:
        raise TooLarge(msg("You have sent as many files as one person may: %(files)s files, %(size)s MB."),
                       files=quotas["resident_files"], size=quotas["resident_bytes"] // MB)


def _used(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> tuple[int, int]:
    query = select(func.coalesce(func.sum(Attachment.size), 0), func.count())
    size, files = uow.session.execute(query.where(Attachment.removed_at.is_(None), *conditions)).one()
    return int(size), int(files)


def bind(uow: UnitOfWork, attachment_ids: Sequence[UUID], *, case_id: UUID, guest_mark: str | None = None) -> None:
    """Let files belong to a case. NotFound: unknown, or sent by somebody else; Conflict: of another case, or too many.

    A file without case is a visitor's own until then: an id that was guessed or seen binds nothing for others.
    """
    quotas = DEFAULT_QUOTAS | dict(settings.value(uow.session, QUOTA_SETTING) or {})
    query = select(Attachment).where(Attachment.id.in_(attachment_ids), Attachment.removed_at.is_(None))
    rows = {row.id: row for row in uow.session.scalars(query.with_for_update())}
    for attachment_id in attachment_ids:
        row = rows.get(attachment_id)
        if row is None or not _is_own(uow.actor, row, guest_mark):
            raise NotFound(msg("This file is not there."))
        if row.case_id not in (None, case_id):
            raise Conflict(msg("This file belongs to another request."))
        row.case_id = case_id
    uow.session.flush()
    if _used(uow, Attachment.case_id == case_id)[1] > quotas["case_files"]:
        raise Conflict(msg("A request may have %(limit)s files."), limit=quotas["case_files"])


def _is_own(actor: Actor, row: Attachment, guest_mark: str | None) -> bool:
    if actor.kind == "system" or (_kind(actor) == "staff" and row.uploader_kind == "staff"):
        return True
    if row.uploaded_by is not None:
        return row.uploaded_by == actor.user_id
    return row.uploader_kind == _kind(actor) and row.guest_mark == (guest_mark or "")


@handles(ReleaseAttachments)
def release_attachments(command: ReleaseAttachments, uow: UnitOfWork) -> dict[str, Any]:
    """Names are emptied at once; a content goes when no other row needs it, after the commit."""
    policy.require(uow.actor, "person.erase")
    query = select(Attachment)
    if command.case_id is not None:
        query = query.where(Attachment.case_id == command.case_id, or_(*THERE))
    else:
        query = query.where(Attachment.removed_at.is_(None), Attachment.case_id.is_(None),
                            Attachment.created_at < uow.now - timedelta(hours=command.hours)).limit(500)
    rows = list(uow.session.scalars(query.with_for_update()))
    for row in rows:
        row.removed_at, row.file_name, row.guest_mark = uow.now, "", None
        uow.record(AttachmentRemoved(attachment_id=row.id, sha256=row.sha256))
    return {"removed": len(rows)}


@subscribes("attachment.removed", name="attachments.forget_content")
def forget_content(event: StoredEvent, uow: UnitOfWork) -> None:
    """Under the office's lock, so that the same content cannot be noted again meanwhile."""
    uow.session.execute(select(Tenant.tenant_id).where(Tenant.tenant_id == uow.tenant_id).with_for_update())
    sha256 = event.current()["sha256"]
    if not _used(uow, Attachment.sha256 == sha256)[1]:
        blobs.current().remove(uow.tenant_id, sha256)
