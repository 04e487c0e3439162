"""Who was erased, and who is to be erased again after a restore."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped

from app.kernel.model import Base, TenantScoped


class PendingErasure(TenantScoped, Base):
    """A person who was erased after the backup was made; `id` is the person's. Gone once it is done."""

    __tablename__ = "pending_erasure"

    since: Mapped[datetime]


class ErasedPerson(TenantScoped, Base):
    """Who was erased, and when; `id` is the person's. It says nothing else, and stays when the person's row goes."""

    __tablename__ = "erased_person"

    at: Mapped[datetime]
