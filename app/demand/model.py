"""Tables of demand: topics with the cases behind them, what was changed and measured, the list of each month."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Float, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

STATES = ("open", "taken", "closed", "dropped")
SOURCES = ("model", "rule", "hand")
CHANGES = ("service", "decision", "unit")


class DemandTopic(TenantScoped, Base):
    """Something that is asked for more, or answered worse, than it should be (议题).

    `level`, `code`, `place_code`: see `cells.Cell`. `state`: open (a candidate), taken (it has a matter `case_id`),
    closed or dropped. `figures`: of the newest finding, as `views.Figures.document`. `table_hash`: the version of the
    decision table that raised it. `rest_until`: before that the model does not raise it again.
    """

    __tablename__ = "demand_topic"
    __table_args__ = (Index(None, "tenant_id", "state"), Index(None, "tenant_id", "level", "code", "place_code"),
                      Index(None, "tenant_id", "case_id"))

    level: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(60))
    place_code: Mapped[str] = mapped_column(String(60), default="")
    source: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20))
    rule: Mapped[str] = mapped_column(String(100), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)
    table_hash: Mapped[str] = mapped_column(String(64), default="")
    raised_at: Mapped[datetime]
    raised_by: Mapped[UUID | None]
    seen_at: Mapped[datetime]
    case_id: Mapped[UUID | None]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_note: Mapped[str] = mapped_column(String(500), default="")
    rest_until: Mapped[datetime | None]


class DemandEvidence(TenantScoped, Base):
    """A case behind a topic."""

    __tablename__ = "demand_evidence"
    __table_args__ = (Index(None, "tenant_id", "topic_id", "case_id", unique=True),
                      Index(None, "tenant_id", "case_id"))

    topic_id: Mapped[UUID]
    case_id: Mapped[UUID]
    at: Mapped[datetime]


class DemandRun(TenantScoped, Base):
    """The newest computation of an office; `id` is the office's, `day` its day (ISO). Who raises topics locks it."""

    __tablename__ = "demand_run"

    day: Mapped[str] = mapped_column(String(10), default="")
    at: Mapped[datetime]
    cases: Mapped[int] = mapped_column(Integer, default=0)
    cells: Mapped[int] = mapped_column(Integer, default=0)
    raised: Mapped[int] = mapped_column(Integer, default=0)
    joined: Mapped[int] = mapped_column(Integer, default=0)
    versions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(String(300), default="")


class DemandChange(TenantScoped, Base):
    """What was changed because of a topic. `what`: service, decision or unit; `version`: the one that was in force."""

    __tablename__ = "demand_change"
    __table_args__ = (Index(None, "tenant_id", "topic_id"),)

    topic_id: Mapped[UUID]
    what: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(120))
    version: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    by_user_id: Mapped[UUID | None]


class DemandMeasure(TenantScoped, Base):
    """What a change did: the same number of days before and after it, as `views.Side.document`.

    `ratio` with its bounds: the rate after, as a multiple of the rate before; `sure`: how certain it is that the rate
    is lower, 0 to 1; `effective`: at least as sure as the decision table asks.
    """

    __tablename__ = "demand_measure"
    __table_args__ = (Index(None, "tenant_id", "topic_id", "round", unique=True),)

    topic_id: Mapped[UUID]
    round: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    ratio: Mapped[float] = mapped_column(Float)
    low: Mapped[float] = mapped_column(Float)
    high: Mapped[float] = mapped_column(Float)
    sure: Mapped[float] = mapped_column(Float)
    effective: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]


class DemandMonth(TenantScoped, Base):
    """One theme of one month (每月一题), `month` as 2026-11; residents see it once it is published."""

    __tablename__ = "demand_month"
    __table_args__ = (Index(None, "tenant_id", "month", unique=True),)

    month: Mapped[str] = mapped_column(String(7))
    theme_zh: Mapped[str] = mapped_column(String(120))
    theme_en: Mapped[str] = mapped_column(String(160), default="")
    published_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[UUID | None]


class DemandQuestion(TenantScoped, Base):
    """One concrete question of a month: a topic in words for residents, its owner, and how far it is."""

    __tablename__ = "demand_question"
    __table_args__ = (Index(None, "tenant_id", "month_id", "place"), Index(None, "tenant_id", "topic_id"))

    month_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(Integer)
    topic_id: Mapped[UUID]
    question_zh: Mapped[str] = mapped_column(String(200))
    question_en: Mapped[str] = mapped_column(String(300), default="")
    unit: Mapped[str] = mapped_column(String(40))
    progress_zh: Mapped[str] = mapped_column(Text, default="")
    progress_en: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
