"""Tables of an office: the office itself, its units, its places and its counters."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Float, Index, Integer, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.ids import new_id
from app.kernel.model import Base, TenantScoped

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""The name of an office in its address."""
UNIT_KINDS = ("internal", "provider")
UNIT_FIELDS = ("code", "name_zh", "name_en", "kind", "active", "phone", "hours_zh", "hours_en", "about_zh", "about_en")
"""What a version of a unit keeps."""
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


class OfficeTerm(TenantScoped, Base):
    """The subscription of an office: its term with limits, and its suspension; `id` is the office's.

    A limit of None is none. `ends_on` is the last day; suspended `grace_days` later. `warn_days`: how many days before
    the end its administrators are told; `warned_days`: the last of them. `due_at`: when the next of this is due.
    `suspended_why`: `ended` or `by_hand`; None while the office works.
    """

    __tablename__ = "office_term"
    __table_args__ = (Index(None, "due_at"),)

    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    grace_days: Mapped[int] = mapped_column(Integer, default=14)
    warn_days: Mapped[list[Any]] = mapped_column(default=list)
    warned_days: Mapped[int | None] = mapped_column(Integer)
    most_staff: Mapped[int | None] = mapped_column(Integer)
    most_residents: Mapped[int | None] = mapped_column(Integer)
    most_cases: Mapped[int | None] = mapped_column(Integer)
    most_mb: Mapped[int | None] = mapped_column(Integer)
    due_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[UUID | None]
    suspended_why: Mapped[str | None] = mapped_column(String(10))
    suspended_reason: Mapped[str] = mapped_column(String(500), default="")


class Unit(TenantScoped, Base):
    """Who handles: a department, a centre, or an outside provider."""

    __tablename__ = "unit"
    __table_args__ = (Index(None, "tenant_id", "code", unique=True),)

    code: Mapped[str] = mapped_column(String(40))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), default="internal")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    hours_zh: Mapped[str] = mapped_column(String(200), default="")
    hours_en: Mapped[str] = mapped_column(String(200), default="")
    about_zh: Mapped[str] = mapped_column(Text, default="")
    about_en: Mapped[str] = mapped_column(Text, default="")

    def document(self) -> dict[str, Any]:
        """What the office wrote, by field."""
        return {name: getattr(self, name) for name in UNIT_FIELDS}


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

    def document(self) -> dict[str, Any]:
        """What the office wrote, by field."""
        return {"code": self.code, "kind": self.kind, "name": self.name, "parent_code": self.parent_code or "",
                "lat": "" if self.lat is None else str(self.lat), "lng": "" if self.lng is None else str(self.lng)}


class TenantCounter(TenantScoped, Base):
    """A number that counts up within one office; `id` is made from the name."""

    __tablename__ = "tenant_counter"

    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[int] = mapped_column(Integer, default=0)


class ContentVersion(TenantScoped, Base):
    """What a service, an answer, a unit, a place or the settings said after one saving. Never changed."""

    __tablename__ = "content_version"
    __table_args__ = (Index(None, "tenant_id", "kind", "key", "number", unique=True),)

    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(60))
    number: Mapped[int] = mapped_column(Integer)
    document: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
