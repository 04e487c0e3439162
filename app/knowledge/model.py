"""Tables of the service catalogue, the knowledge items and the trained text models."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, Date, Index, Integer, LargeBinary, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("normal", "urgent", "emergency")


class ServiceItem(TenantScoped, Base):
    """One entry of the catalogue. Who handles it and within what time stand in decision tables, not here."""

    __tablename__ = "service_item"
    __table_args__ = (Index(None, "tenant_id", "code", unique=True),)

    code: Mapped[str] = mapped_column(String(40))
    module: Mapped[str] = mapped_column(String(20))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[str] = mapped_column(String(20), default="normal")
    commitment_zh: Mapped[str] = mapped_column(Text, default="")
    commitment_en: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[str] = mapped_column(Text, default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class KnowledgeItem(TenantScoped, Base):
    """A question with its answer, who answers for it, where it comes from and when it was last looked at."""

    __tablename__ = "knowledge_item"
    __table_args__ = (Index(None, "tenant_id", "code", unique=True), Index(None, "tenant_id", "service_code"))

    code: Mapped[str] = mapped_column(String(40))
    service_code: Mapped[str | None] = mapped_column(String(40))
    question_zh: Mapped[str] = mapped_column(Text)
    question_en: Mapped[str] = mapped_column(Text, default="")
    answer_zh: Mapped[str] = mapped_column(Text, default="")
    answer_en: Mapped[str] = mapped_column(Text, default="")
    owner_unit: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[str] = mapped_column(String(300), default="")
    reviewed_on: Mapped[date | None] = mapped_column(Date)
    review_days: Mapped[int] = mapped_column(Integer, default=180)
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class TextModelVersion(TenantScoped, Base):
    """One training's result; the newest is in force. Its n-grams are fragments of residents' texts: never exported."""

    __tablename__ = "text_model"
    __table_args__ = (Index(None, "tenant_id", "trained_at"),)

    data: Mapped[bytes] = mapped_column(LargeBinary)
    trained_at: Mapped[datetime]
    n_cases: Mapped[int] = mapped_column(Integer)
    n_codes: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(20), default="cases")
    accuracy: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    threshold: Mapped[Decimal] = mapped_column(Numeric(5, 4))
