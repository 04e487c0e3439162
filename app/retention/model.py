"""Cases that nothing is taken from for now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class RetentionHold(TenantScoped, Base):
    """Somebody said that a case must stay whole: a complaint in court, an audit. Gone once it is lifted."""

    __tablename__ = "retention_hold"
    __table_args__ = (Index(None, "tenant_id", "case_id", unique=True),)

    case_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(300))
    by_user_id: Mapped[UUID | None]
    at: Mapped[datetime]
