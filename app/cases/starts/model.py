"""What people told processes by hand, and why. What the message itself said is not kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class MessageByHand(TenantScoped, Base):
    """One message that somebody sent. `reached`: instances that waited for it at that moment."""

    __tablename__ = "message_by_hand"
    __table_args__ = (Index(None, "tenant_id", "at"),)

    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    reached: Mapped[int]
    by_user_id: Mapped[UUID | None]
    at: Mapped[datetime]
