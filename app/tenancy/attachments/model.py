"""The table of attachments. The content lies in the blob store under its hash."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class Attachment(TenantScoped, Base):
    """One sent file. Without `case_id` it waits for its form; `removed_at`: the content is gone."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(None, "tenant_id", "sha256"), Index(None, "tenant_id", "case_id"),
        Index(None, "tenant_id", "uploaded_by"), Index(None, "tenant_id", "guest_mark"))

    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str] = mapped_column(String(60))
    file_name: Mapped[str] = mapped_column(String(120))
    uploaded_by: Mapped[UUID | None]
    uploader_kind: Mapped[str] = mapped_column(String(10))
    guest_mark: Mapped[str | None] = mapped_column(String(64))
    case_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
