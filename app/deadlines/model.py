"""Tables of the legal clocks: the clock, its acts (append only) and the calendar rows. No arithmetic here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, SharedWithBase, TenantScoped


class Deadline(TenantScoped, Base):
    """One clock of one case, found by (case, name). `state` and times: see `acts.ClockState`."""

    __tablename__ = "deadline"
    __table_args__ = (Index(None, "tenant_id", "case_id", "name", unique=True),
                      Index(None, "tenant_id", "state", "due_at"),
                      Index(None, "tenant_id", "case_id", "state", "due_at", "warn_at"),
                      Index(None, "tenant_id", "stopped_at"))

    case_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    budget: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    extensions: Mapped[int] = mapped_column(Integer, default=0)
    round: Mapped[int] = mapped_column(Integer, default=1)


class DeadlineAct(TenantScoped, Base):
    """What happened to a clock and where its date stood then; never changed."""

    __tablename__ = "deadline_act"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "deadline_id"], ["deadline.tenant_id", "deadline.id"]),
        Index(None, "tenant_id", "deadline_id", "id"))

    deadline_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    by_user_id: Mapped[UUID | None]
    params: Mapped[dict[str, Any]]


class CalendarDay(SharedWithBase, Base):
    """A day that differs from its weekday: a holiday or a make-up working day. A tenant's own row wins."""

    __tablename__ = "calendar_day"
    __table_args__ = (Index(None, "tenant_id", "on", unique=True),)

    on: Mapped[date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(4))
    name: Mapped[str] = mapped_column(String(80), default="")
    source: Mapped[str] = mapped_column(String(120))
    official: Mapped[bool] = mapped_column(Boolean, default=False)
