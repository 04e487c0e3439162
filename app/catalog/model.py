"""Tables of definitions: immutable versions, the pointer to the live one, and the generation counter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, SharedWithBase


class DefinitionVersion(SharedWithBase, Base):
    """One published file, never changed. `hash` is the SHA-256 of `data`; `base_hash` the base's at that time."""

    __tablename__ = "definition_version"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "key", "version", unique=True),
        Index(None, "tenant_id", "kind", "key", "hash", unique=True),
        Index(None, "tenant_id", "hash"),
    )

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    file: Mapped[str | None] = mapped_column(String(300))
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]
    base_hash: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500), default="")


class DefinitionLive(SharedWithBase, Base):
    """Which version of a definition is in force for its owner.

    `seen_base`: the hash of the base's version beside which the owner kept its own on purpose, and `seen_why`.
    """

    __tablename__ = "definition_live"
    __table_args__ = (
        Index(None, "tenant_id", "kind", "key", unique=True),
        ForeignKeyConstraint(["tenant_id", "version_id"], ["definition_version.tenant_id", "definition_version.id"]),
    )

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120))
    version_id: Mapped[UUID]
    seen_base: Mapped[str | None] = mapped_column(String(64))
    seen_why: Mapped[str | None] = mapped_column(String(500))


class DefinitionGeneration(SharedWithBase, Base):
    """One row for each owner: counts every change of its live set, and is the lock of who changes it."""

    __tablename__ = "definition_generation"

    number: Mapped[int] = mapped_column(BigInteger)
