"""The table of promises given. What was promised never changes; only how a promise ended is written later."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

PROMISE = "reply"
"""Name of the clock whose date is promised to the resident."""

KEPT, EXTENDED, BROKEN, DROPPED = "kept", "extended", "broken", "dropped"
ENDS = (KEPT, EXTENDED, BROKEN)
"""A promise that was put to the test: answered in time, only by an extension, or not in time."""
DATED, RECLASSIFIED, CHANGED, RENEWED = "dated", "reclassified", "changed", "renewed"
SUPERSEDED = (DATED, RECLASSIFIED, CHANGED, RENEWED)
"""Another promise took its place: the same with its firm date, of another service, on other terms, of a new round."""


class Commitment(TenantScoped, Base):
    """One promise as it was given. `limit_amount`, `limit_unit`: as `time_limit` said (units of `deadlines.Budget`).

    `promised_at`: the date told; `dated`: the clock's own date, else the latest one if every step takes its limit.
    `tables`: decision -> hash of the version that answered. `digest`: SHA-256 over all that was promised.
    `extensions`: those that the clock had seen before. `ended`: kept, extended, broken, dropped (the request ended
    first), or what took its place; None while it stands.
    """

    __tablename__ = "commitment"
    __table_args__ = (Index(None, "tenant_id", "case_id", "id"), Index(None, "tenant_id", "given_at"),
                      Index(None, "tenant_id", "ended", "ended_at"))

    case_id: Mapped[UUID]
    service: Mapped[str | None] = mapped_column(String(40))
    module: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(40))
    urgency: Mapped[str | None] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(Integer)
    standard_zh: Mapped[str] = mapped_column(Text)
    standard_en: Mapped[str] = mapped_column(Text)
    limit_amount: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    limit_unit: Mapped[str] = mapped_column(String(4))
    promised_at: Mapped[datetime]
    dated: Mapped[bool] = mapped_column(Boolean)
    apology: Mapped[bool] = mapped_column(Boolean)
    explanation: Mapped[str] = mapped_column(String(20))
    remedy: Mapped[str] = mapped_column(String(40))
    remedy_zh: Mapped[str] = mapped_column(Text)
    remedy_en: Mapped[str] = mapped_column(Text)
    publish: Mapped[bool] = mapped_column(Boolean)
    tables: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[int] = mapped_column(Integer)
    given_at: Mapped[datetime]
    ended: Mapped[str | None] = mapped_column(String(16))
    ended_at: Mapped[datetime | None]
