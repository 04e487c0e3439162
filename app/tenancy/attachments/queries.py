"""Reading attachments of the session's office. Whether the reader may is asked by the caller, of the case."""

from __future__ import annotations

from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import blobs
from app.kernel.errors import NotFound, msg
from app.tenancy.attachments.file_names import content_disposition
from app.tenancy.attachments.model import Attachment


def get(session: Session, attachment_id: UUID) -> Attachment:
    """One attachment whose content is there. Raises NotFound."""
    query = select(Attachment).where(Attachment.id == attachment_id, Attachment.removed_at.is_(None))
    row = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(msg("This file is not there."))
    return row


def of_case(session: Session, case_id: UUID) -> list[Attachment]:
    """A case's attachments in the order they came."""
    query = select(Attachment).where(Attachment.case_id == case_id, Attachment.removed_at.is_(None))
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
