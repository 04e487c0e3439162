"""Table of exports: wished for, being made, there for a while, gone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class OfficeExport(TenantScoped, Base):
    """One export. `state`: waiting, ready, failed or gone; `due_at`: when the worker is next to look at it."""

    __tablename__ = "office_export"
    __table_args__ = (Index(None, "due_at"),)

    state: Mapped[str] = mapped_column(String(10), default="waiting")
    requested_by: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    last_error: Mapped[str] = mapped_column(String(200), default="")
