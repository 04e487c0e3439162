"""What every table shares: the declarative base, the tenant in front of each key, and two column types."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, MetaData, String, Text, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import instance_dict
from sqlalchemy.types import TypeDecorator

from app.kernel import documents
from app.kernel.ids import new_id

BASE_TENANT_ID = UUID(int=0)
"""Owner of the definitions that ship with the product; no office has this id."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware in, aware UTC out; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite stores the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite forgets."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonDocument(TypeDecorator[Any]):
    """A JSON document as text: key order and exact decimals survive, and nothing queries inside it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Documents are written compactly."""
        return None if value is None else documents.dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """And read with exact numbers."""
        return None if value is None else documents.load(value)


class Base(DeclarativeBase):
    """The one declarative base."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    def __init__(self, **values: Any) -> None:
        """A new row. TypeError for what is no column.

        A row that is not stored has no history to be kept, so its values are put down at once.
        """
        unknown = values.keys() - _names(type(self))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        instance_dict(self).update(values)

    type_annotation_map = {datetime: UtcDateTime, UUID: Uuid, dict[str, Any]: JsonDocument, list[Any]: JsonDocument}


@cache
def _names(kind: type[Base]) -> frozenset[str]:
    return frozenset(kind.__mapper__.columns.keys())


class _TenantKey:
    """The tenant comes first in the primary key, so that a city can shard by it."""

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, sort_order=-20)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id, sort_order=-10)


class TenantScoped(_TenantKey):
    """Mixin of tables whose rows only their own tenant sees."""


class SharedWithBase(_TenantKey):
    """Mixin of tables in which a tenant also reads the rows of `BASE_TENANT_ID`, but never writes them."""


class Claimable:
    """Mixin of rows that wait for workers: which of them has it, and until when; see `kernel.claims`."""

    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]

    def give_free(self) -> None:
        """In the transaction that did the piece, or noted its failure."""
        self.claimed_by = self.claimed_until = None
