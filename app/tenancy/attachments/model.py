"""The table of attachments. The content lies in the blob store under its hash."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

OFF, WAITING, CLEAN, INFECTED = "off", "waiting", "clean", "infected"
"""What the virus scanner said of a file: not asked, not answered yet, nothing found, something found."""


class Attachment(TenantScoped, Base):
    """One sent file. Without `case_id` it waits for its form; `removed_at`: the content is gone.

    `scan_at`: when the scanner is asked next, or gave its verdict; `scan_note`: what it found, or why it was silent.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index(None, "tenant_id", "sha256"), Index(None, "tenant_id", "case_id"),
        Index(None, "tenant_id", "uploaded_by"), Index(None, "tenant_id", "guest_mark"),
        Index("ix_attachment_waiting", "tenant_id", "scan_at", sqlite_where=text("scan = 'waiting'"),
              postgresql_where=text("scan = 'waiting'")))

    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(120))
    uploaded_by: Mapped[UUID | None]
    uploader_kind: Mapped[str] = mapped_column(String(10))
    guest_mark: Mapped[str | None] = mapped_column(String(64), info={"secret": True})
    case_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    scan: Mapped[str] = mapped_column(String(10), default=OFF, server_default=OFF)
    scan_at: Mapped[datetime | None]
    scan_tries: Mapped[int] = mapped_column(default=0, server_default="0")
    scan_note: Mapped[str | None] = mapped_column(String(200))
