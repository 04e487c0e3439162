"""The table of what can be found. Its index is made by the migration, as each database does it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class SearchDocument(TenantScoped, Base):
    """One thing that can be found: its kind, its code or id, and its tokens. `row` numbers it for SQLite's index."""

    __tablename__ = "search_document"
    __table_args__ = (Index(None, "tenant_id", "kind", "ref", unique=True),
                      Index(None, "tenant_id", "row", unique=True))

    kind: Mapped[str] = mapped_column(String(20))
    ref: Mapped[str] = mapped_column(String(60))
    tokens: Mapped[str] = mapped_column(Text)
    row: Mapped[int] = mapped_column(BigInteger)


def row_of(id: UUID) -> int:
    """The random part of a UUIDv7: 62 bits, unique in practice and by the index."""
    return id.int & ((1 << 62) - 1)
