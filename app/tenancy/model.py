"""Tables of an office: the office itself, its units, its places and its counters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Float, Index, Integer, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.ids import new_id
from app.kernel.model import Base, TenantScoped

UNIT_KINDS = ("internal", "provider")
PLACE_KINDS = ("committee", "compound", "building", "grid")


class Tenant(Base):
    """One office. The table belongs to the installation: it is read before the tenant is known."""

    __tablename__ = "tenant"

    tenant_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    host: Mapped[str | None] = mapped_column(String(200), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(60), default="Asia/Shanghai")
    locale: Mapped[str] = mapped_column(String(10), default="zh")
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Unit(TenantScoped, Base):
    """Who handles: a department, a centre, or an outside provider."""

    __tablename__ = "unit"
    __table_args__ = (Index(None, "tenant_id", "code", unique=True),)

    code: Mapped[str] = mapped_column(String(40))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), default="internal")
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Place(TenantScoped, Base):
    """A committee's area, a compound, a building or a grid cell; coordinates in degrees (WGS 84)."""

    __tablename__ = "place"
    __table_args__ = (Index(None, "tenant_id", "code", unique=True), Index(None, "tenant_id", "parent_code"))

    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    parent_code: Mapped[str | None] = mapped_column(String(60))
    lat: Mapped[float | None] = mapped_column(Float)
    lng: Mapped[float | None] = mapped_column(Float)


class TenantCounter(TenantScoped, Base):
    """A number that counts up within one office; `id` is made from the name."""

    __tablename__ = "tenant_counter"

    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[int] = mapped_column(Integer, default=0)
