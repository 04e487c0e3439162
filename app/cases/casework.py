"""Tables of daily work on a case: drafts of task forms, contacts with residents, colleagues named in notes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class TaskDraft(TenantScoped, Base):
    """What one person has typed into the form of one task and not sent; `data` is as the form sent it."""

    __tablename__ = "task_draft"
    __table_args__ = (Index(None, "tenant_id", "user_id", "task_id", unique=True), Index(None, "tenant_id", "case_id"),
                      Index(None, "tenant_id", "kept_at"))

    task_id: Mapped[UUID]
    case_id: Mapped[UUID]
    user_id: Mapped[UUID]
    form_hash: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]


class CaseContact(TenantScoped, Base):
    """A try to speak with the resident; what was said stands in the journal. `channel`: phone, visit, message."""

    __tablename__ = "case_contact"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"),)

    case_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    channel: Mapped[str] = mapped_column(String(20))
    reached: Mapped[bool] = mapped_column(Boolean)
    with_whom: Mapped[str] = mapped_column(String(120), default="")
    next_try_on: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime]


class CaseMention(TenantScoped, Base):
    """A colleague named in a note; `written` is how, with its @."""

    __tablename__ = "case_mention"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"),)

    case_id: Mapped[UUID]
    entry_id: Mapped[UUID]
    user_id: Mapped[UUID]
    written: Mapped[str] = mapped_column(String(130))
    at: Mapped[datetime]
