"""Domain events: declared as dataclasses, stored append-only, read through upcasters for ever."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Index, Integer, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Claimable, TenantScoped

T = TypeVar("T", bound=type)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]
ALLOWED = {UUID: "id", str: "code", int: "integer", bool: "boolean", Decimal: "number", datetime: "time"}


@dataclass(frozen=True)
class EventType:
    """One declared type: its dataclass, version, and upcasters from older versions."""

    name: str
    version: int
    dataclass: type
    upcasters: dict[int, Upcaster]


REGISTRY: dict[str, EventType] = {}
_BY_CLASS: dict[type, EventType] = {}


def event(name: str, version: int = 1, upcasters: dict[int, Upcaster] | None = None) -> Callable[[T], T]:
    """Declare an event type. Fields are ids, codes, numbers and times, never text of a person."""

    def declare(cls: T) -> T:
        if not is_dataclass(cls):
            raise TypeError(f"{name}: an event is a dataclass")
        if name in REGISTRY:
            raise ValueError(f"{name} is declared twice")
        _field_kinds(cls)
        kind = EventType(name, version, cls, upcasters or {})
        REGISTRY[name] = _BY_CLASS[cls] = kind
        return cls

    return declare


def type_of(data: object) -> EventType:
    """The declared type of an event object; KeyError if it has none."""
    return _BY_CLASS[type(data)]


def payload(data: Any) -> dict[str, Any]:
    """The fields of an event object as a document; one without a value takes no room, and is None again when read."""
    return {name: value for name in _names(data.__class__) if (value := getattr(data, name)) is not None}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def _field_kinds(cls: type) -> dict[str, str]:
    hints = typing.get_type_hints(cls)
    kinds = {}
    for f in fields(cls):
        hint = hints[f.name]
        options = [a for a in typing.get_args(hint) if a is not types.NoneType] if _is_union(hint) else [hint]
        if len(options) != 1 or options[0] not in ALLOWED:
            raise TypeError(f"{cls.__name__}.{f.name}: an event field is one of {sorted(ALLOWED.values())}")
        kinds[f.name] = ALLOWED[options[0]] + ("?" if len(options) != 1 or _is_union(hint) else "")
    return kinds


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


@cache
def fields_of(name: str) -> dict[str, str]:
    """Field -> kind (id, code, integer, boolean, number, time; with `?` where it may be missing) of a declared type.

    KeyError for an unknown type.
    """
    return _field_kinds(REGISTRY[name].dataclass)


def catalogue() -> dict[str, dict[str, Any]]:
    """All event types with version and fields, generated from the code: name -> {version, fields}."""
    return {
        name: {"version": kind.version, "fields": _field_kinds(kind.dataclass)}
        for name, kind in sorted(REGISTRY.items())
    }


class StoredEvent(TenantScoped, Base):
    """One event as committed; rows are never changed."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"), Index(None, "tenant_id", "type", "at"))

    type: Mapped[str] = mapped_column(String(80))
    schema_version: Mapped[int] = mapped_column(Integer)
    case_id: Mapped[UUID | None]
    cause_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    actor_kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    definitions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    data: Mapped[dict[str, Any]]

    def current(self) -> dict[str, Any]:
        """The data in the newest schema version."""
        return upcast(self.type, self.schema_version, self.data)


def upcast(name: str, version: int, data: dict[str, Any]) -> dict[str, Any]:
    """The data of an event of an older schema version in the newest; KeyError for an unknown type."""
    kind, data = REGISTRY[name], dict(data)
    while version < kind.version:
        data, version = kind.upcasters[version](data), version + 1
    return dict.fromkeys(f.name for f in fields(kind.dataclass)) | data


_PENDING, _DEAD, _DONE = text("state = 'pending'"), text("state = 'dead'"), text("state = 'done'")


class Delivery(Claimable, TenantScoped, Base):
    """One subscriber's copy of one event: pending, done, dead (a person must look) or skipped (by a person)."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_done", "tenant_id", "run_at", sqlite_where=_DONE, postgresql_where=_DONE),
        Index(None, "tenant_id", "run_at", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index(None, "tenant_id", "subscriber", "case_id", "event_id", sqlite_where=_PENDING, postgresql_where=_PENDING),
        Index("ix_delivery_dead", "tenant_id", "event_id", sqlite_where=_DEAD, postgresql_where=_DEAD))

    event_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    subscriber: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    run_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)


def pending(row: Any = Delivery) -> ColumnElement[bool]:
    """Deliveries that wait. The word is a literal, so that the partial indexes serve it."""
    return row.state == literal_column("'pending'")  # type: ignore[no-any-return]
