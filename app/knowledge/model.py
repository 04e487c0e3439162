"""Tables of the service catalogue, the knowledge items and the trained text models."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, Integer, LargeBinary, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

KINDS = ("consultation", "help", "complaint", "report", "suggestion", "praise")
URGENCIES = ("normal", "urgent", "emergency")
SERVICE_FIELDS = ("code", "module", "name_zh", "name_en", "kind", "urgency", "commitment_zh", "commitment_en",
                  "keywords", "active")
ITEM_FIELDS = ("code", "question_zh", "question_en", "answer_zh", "answer_en", "service_code", "owner_unit", "source",
               "reviewed_on", "review_days", "active")
"""What a version keeps."""


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

    def document(self) -> dict[str, Any]:
        """What the office wrote, by field."""
        return {name: getattr(self, name) for name in SERVICE_FIELDS}


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
    told_overdue_on: Mapped[date | None] = mapped_column(Date)
    review_days: Mapped[int] = mapped_column(Integer, default=180)
    active: Mapped[bool] = mapped_column(Boolean, default=True)

    def document(self) -> dict[str, Any]:
        """What the office wrote, by field."""
        return {name: getattr(self, name) for name in ITEM_FIELDS}


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


class _ReplyWords:
    """What a reply template says and where it is offered; `modules` and `services` empty: everywhere."""

    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    text_zh: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text, default="")
    modules: Mapped[list[Any]] = mapped_column(default=list)
    services: Mapped[list[Any]] = mapped_column(default=list)
    form: Mapped[str] = mapped_column(String(120), default="")
    field: Mapped[str] = mapped_column(String(120), default="")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]


class ReplyTemplate(TenantScoped, _ReplyWords, Base):
    """A text that staff put into a task's form, as it is now."""

    __tablename__ = "reply_template"
    __table_args__ = (Index(None, "tenant_id", "code", unique=True),)

    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)


class ReplyTemplateVersion(TenantScoped, _ReplyWords, Base):
    """As it was saved once; rows are never changed."""

    __tablename__ = "reply_template_version"
    __table_args__ = (Index(None, "tenant_id", "code", "version", unique=True),)

    code: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
