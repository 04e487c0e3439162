"""Tables of notices and of what each of them said before."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

KINDS = ("interruption", "warning", "event", "information")
STATES = ("draft", "published", "withdrawn")


class Notice(TenantScoped, Base):
    """One notice. It ends by itself at `ends_at`: nothing has to happen then.

    Without places it is for the whole office. `urgent`: may reach, at night too, those who agreed to that.
    """

    __tablename__ = "notice"
    __table_args__ = (Index(None, "tenant_id", "state", "ends_at"),)

    kind: Mapped[str] = mapped_column(String(20))
    title_zh: Mapped[str] = mapped_column(String(120))
    title_en: Mapped[str] = mapped_column(String(160), default="")
    body_zh: Mapped[str] = mapped_column(Text, default="")
    body_en: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place_codes: Mapped[list[Any]] = mapped_column(default=list)
    interests: Mapped[list[Any]] = mapped_column(default=list)
    unit: Mapped[str | None] = mapped_column(String(40))
    service_code: Mapped[str | None] = mapped_column(String(40))
    urgent: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(Integer, default=0)
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


class NoticeVersion(TenantScoped, Base):
    """What a notice said after one act (saved, published, withdrawn), who did it, and why."""

    __tablename__ = "notice_version"
    __table_args__ = (Index(None, "tenant_id", "notice_id", "number", unique=True),)

    notice_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    act: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(500), default="")
    by_user_id: Mapped[UUID | None]
    at: Mapped[datetime]
