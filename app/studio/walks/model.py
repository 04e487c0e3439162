"""The table of walks: how each began and what was done in it. What came of it is played anew, never stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class Walk(TenantScoped, Base):
    """`version_id`: the version that is walked, None for the draft, or what is in force where there is none.
    `source_hash`: of the bytes that were played last. `beginning`, `deeds`: as `cases.walking` reads them. `changes`
    counts up, so that two windows do not write over each other. `now_at`: the walk's own time after its last deed.
    """

    __tablename__ = "walk"
    __table_args__ = (Index(None, "tenant_id", "process_key", "changed_at"), Index(None, "tenant_id", "changed_at"))

    process_key: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    version_id: Mapped[UUID | None]
    source_hash: Mapped[str] = mapped_column(String(64))
    beginning: Mapped[dict[str, Any]]
    deeds: Mapped[list[Any]]
    changes: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]
    now_at: Mapped[datetime]
