"""Reading attachments of the session's office. Whether the reader may is asked by the caller, of the case."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.kernel import blobs
from app.kernel.errors import Conflict, NotFound, msg
from app.tenancy.attachments import scanner
from app.tenancy.attachments.file_names import content_disposition
from app.tenancy.attachments.model import INFECTED, OFF, WAITING, Attachment

THERE = (Attachment.removed_at.is_(None), (Attachment.scan == INFECTED) & (Attachment.file_name != ""))
"""Files with their content, and files whose removal people are told of (until the case is erased)."""


def get(session: Session, attachment_id: UUID) -> Attachment:
    """One attachment whose content may be handed out. Raises NotFound; Conflict while the scanner has not seen it."""
    query = select(Attachment).where(Attachment.id == attachment_id, or_(*THERE))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(msg("This file is not there."))
    if row.scan == INFECTED:
        raise NotFound(msg("This file was removed: the virus scanner found something harmful in it."))
    if shown_scan(row) == WAITING:
        raise Conflict(msg("This file is still being checked for viruses. Please try again in a while."))
    return row


def shown_scan(row: Attachment) -> str:
    """What people are told of the scan; an installation that gave its scanner up holds nothing back."""
    return OFF if row.scan == WAITING and not scanner.has_scanner() else row.scan


def of_case(session: Session, case_id: UUID) -> list[Attachment]:
    """A case's attachments in the order they came, with those that the scanner made us remove."""
    query = select(Attachment).where(Attachment.case_id == case_id, or_(*THERE))
    return list(session.scalars(query.order_by(Attachment.id)))


def open_content(attachment: Attachment) -> BinaryIO:
    """The content as a stream for the caller to close. Raises NotFound."""
    return blobs.current().open(attachment.tenant_id, attachment.sha256)


def download_headers(attachment: Attachment) -> dict[str, str]:
    """Headers under which a browser saves the file and runs nothing in it."""
    return {
        "Content-Type": attachment.media_type, "Content-Length": str(attachment.size),
        "Content-Disposition": content_disposition(attachment.file_name), "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store",
        "Cross-Origin-Resource-Policy": "same-origin"}
