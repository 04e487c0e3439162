"""Who is to be erased again after a restore."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped

from app.kernel.model import Base, TenantScoped


class PendingErasure(TenantScoped, Base):
    """A person who was erased after the backup was made; `id` is the person's. Gone once it is done."""

    __tablename__ = "pending_erasure"

    since: Mapped[datetime]
