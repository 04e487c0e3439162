"""Tables of supervision rules: how far they read, what fired, what is counted and awaited; and tags of cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class RulePosition(TenantScoped, Base):
    """How far an office's events are read; `id` is the office's. Whoever moves it must have read from `number`.

    `versions`: hashes of the rules in force; `generation` counts their changes; `refused`: digest of a set that could
    not take over, `error`: why. Events older than `began_at` by more than three days are history.
    """

    __tablename__ = "rule_position"

    number: Mapped[int] = mapped_column(BigInteger)
    generation: Mapped[int] = mapped_column(Integer, default=1)
    versions: Mapped[list[Any]] = mapped_column(default=list)
    refused: Mapped[str] = mapped_column(String(64), default="")
    error: Mapped[str] = mapped_column(String(500), default="")
    began_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RuleFiring(TenantScoped, Base):
    """A rule of one version fired. `dedupe`: SHA-256 of rule, version and event ids, so that it happens once.

    `number` and `event_id` are those of the last event. `mode`: live, shadow (nothing was done) or suppressed (what it
    tells of lay in the past). `answers`: what each action said. `made`: ids of the events the actions recorded, which
    rules in `line` do not see, so that no rule feeds itself.
    """

    __tablename__ = "rule_firing"
    __table_args__ = (Index(None, "tenant_id", "dedupe", unique=True), Index(None, "tenant_id", "rule", "id"),
                      Index(None, "tenant_id", "version", "number"), Index(None, "tenant_id", "event_id"))

    rule: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[UUID]
    event_ids: Mapped[list[Any]]
    numbers: Mapped[list[Any]]
    case_ids: Mapped[list[Any]]
    dedupe: Mapped[str] = mapped_column(String(64))
    mode: Mapped[str] = mapped_column(String(10))
    answers: Mapped[list[Any]] = mapped_column(default=list)
    made: Mapped[list[Any]] = mapped_column(default=list)
    line: Mapped[list[Any]] = mapped_column(default=list)
    at: Mapped[datetime]


class RuleHit(TenantScoped, Base):
    """An event that met the condition of a counting rule: the index in which windows are counted.

    `value`: the field whose different values count. `firing_id`: used by that firing, so it counts no more.
    """

    __tablename__ = "rule_hit"
    __table_args__ = (Index(None, "tenant_id", "version", "number", unique=True),
                      Index(None, "tenant_id", "version", "group_hash", "at"),)

    version: Mapped[str] = mapped_column(String(64))
    group_hash: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    at: Mapped[datetime]
    value: Mapped[str | None] = mapped_column(String(200))
    firing_id: Mapped[UUID | None]


class RuleDue(TenantScoped, Base):
    """An event after which another one is awaited until `due_at`. `past`: it was over when it came to be known."""

    __tablename__ = "rule_due"
    __table_args__ = (Index(None, "due_at"), Index(None, "tenant_id", "version", "group_hash"),)

    rule: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(64))
    group_hash: Mapped[str] = mapped_column(String(64))
    number: Mapped[int] = mapped_column(BigInteger)
    event_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    due_at: Mapped[datetime]
    past: Mapped[bool] = mapped_column(Boolean, default=False)


class RuleQuarantine(TenantScoped, Base):
    """An event a rule no longer sees, or a whole rule (`event_id` None), because the engine died of it twice."""

    __tablename__ = "rule_quarantine"
    __table_args__ = (Index(None, "tenant_id", "version", "number"),)

    rule: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(64))
    event_id: Mapped[UUID | None]
    number: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]


class CaseTag(TenantScoped, Base):
    """A mark that a rule put on a case."""

    __tablename__ = "case_tag"
    __table_args__ = (Index(None, "tenant_id", "case_id", "tag", unique=True),)

    case_id: Mapped[UUID]
    tag: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
