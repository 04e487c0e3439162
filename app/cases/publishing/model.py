"""The table of public summaries. It holds an editor's words, never the resident's."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class PublicCase(TenantScoped, Base):
    """What the public may read of a closed case; `id` is the case's. `state`: draft, published or withdrawn."""

    __tablename__ = "public_case"
    __table_args__ = (Index(None, "tenant_id", "state", "decided_at"),)

    state: Mapped[str] = mapped_column(String(10), default="draft")
    summary_zh: Mapped[str] = mapped_column(Text, default="")
    summary_en: Mapped[str] = mapped_column(Text, default="")
    written_by: Mapped[UUID | None]
    written_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
