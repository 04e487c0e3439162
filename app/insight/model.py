"""Tables of insight: what went through each diagram on each finished day, and up to which day that is counted."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class PassageDay(TenantScoped, Base):
    """One version of a process on one day of the office. `figures`: element or flow -> [passages, rework, overdue,
    {bucket of working time: how many}]; see `histogram`."""

    __tablename__ = "passage_day"
    __table_args__ = (Index(None, "tenant_id", "process_id", "day", "hash", unique=True),
                      Index(None, "tenant_id", "day"))

    process_id: Mapped[str] = mapped_column(String(120))
    hash: Mapped[str] = mapped_column(String(64))
    day: Mapped[date] = mapped_column(Date)
    figures: Mapped[dict[str, Any]]


class PassageRun(TenantScoped, Base):
    """Up to which day an office's passages are counted; `id` is the office's. Who counts locks the row."""

    __tablename__ = "passage_run"

    through: Mapped[date | None] = mapped_column(Date)
