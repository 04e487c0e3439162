"""Tables of moves of running processes to another version: a run, and each instance in it with its verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped

LOOKING, PLANNED, RUNNING, PAUSED, STOPPED, DONE = "looking", "planned", "running", "paused", "stopped", "done"
CAN, STAYS = "can", "stays"
MOVED, FAILED = "moved", "failed"
"""Results beside STAYS."""


class MigrationRun(TenantScoped, Base):
    """Many instances on their way from one version of a process to another. `state`: looking, planned, running, paused,
    stopped or done. `pairs`: element id -> element id there. `chosen`: what narrowed the instances down. `back_of`: the
    run that this one takes back. `at_once`: it begins by itself once it was looked at. `steered`: who paused it or let
    it go on, as [what, moment, user id, reason].
    """

    __tablename__ = "migration_run"
    __table_args__ = (Index(None, "state"), Index(None, "tenant_id", "process_id", "created_at"))

    process_id: Mapped[str] = mapped_column(String(120))
    from_hash: Mapped[str] = mapped_column(String(64))
    from_version: Mapped[int] = mapped_column(Integer)
    to_hash: Mapped[str] = mapped_column(String(64))
    to_version: Mapped[int] = mapped_column(Integer)
    pairs: Mapped[dict[str, Any]]
    chosen: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(500))
    state: Mapped[str] = mapped_column(String(10), default=LOOKING)
    back_of: Mapped[UUID | None]
    at_once: Mapped[bool] = mapped_column(Boolean, default=False)
    steered: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class MigrationItem(TenantScoped, Base):
    """One instance of a run. `verdict` of the look: can or stays; `result`: moved, stays or failed; empty before.

    `at`: where it stood, element ids with commas. `remarks`: reasons, or notes of one that can, as [code, element,
    message, params]. `seen_version` and `tried_version`: the instance's version then. For the way back: `before`, the
    state before the move (None where the move itself went on, or later than a month), `pins` of that time, and
    `moved_version`, which the instance still has if nothing happened since. `origin_id`: the item taken back.
    """

    __tablename__ = "migration_item"
    __table_args__ = (
        Index(None, "tenant_id", "run_id", "verdict"), Index(None, "tenant_id", "run_id", "result"),
        Index(None, "tenant_id", "case_id"), Index(None, "tenant_id", "done_at"),
        ForeignKeyConstraint(["tenant_id", "run_id"], ["migration_run.tenant_id", "migration_run.id"]))

    run_id: Mapped[UUID]
    case_id: Mapped[UUID]
    instance_id: Mapped[UUID]
    origin_id: Mapped[UUID | None]
    at: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str] = mapped_column(String(10), default="")
    result: Mapped[str] = mapped_column(String(10), default="")
    remarks: Mapped[list[Any]] = mapped_column(default=list)
    seen_version: Mapped[int | None] = mapped_column(Integer)
    tried_version: Mapped[int | None] = mapped_column(Integer)
    moved_version: Mapped[int | None] = mapped_column(Integer)
    pins: Mapped[dict[str, Any]] = mapped_column(default=dict)
    before: Mapped[bytes | None] = mapped_column(LargeBinary, info={"secret": True})
    done_at: Mapped[datetime | None]
