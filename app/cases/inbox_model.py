"""The table of saved views of the inbox."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class InboxView(TenantScoped, Base):
    """A filter and order that a member of staff gave a name. `wanted`: the fields that differ from the plain inbox."""

    __tablename__ = "inbox_view"
    __table_args__ = (Index(None, "tenant_id", "user_id", "name", unique=True),)

    user_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(40))
    wanted: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
