"""Tables of running processes: the instance's bytes, and narrow rows that serve queries and workers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, ForeignKeyConstraint, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Claimable, TenantScoped

NO_QUEUE, NO_PLACE = "?", datetime(1970, 1, 1, tzinfo=UTC)
"""Of a task that nobody has placed yet: its groups are looked at one by one, and it stands first: nothing is hidden."""


def _instance() -> ForeignKeyConstraint:
    """Rows belong to an instance of the same office."""
    return ForeignKeyConstraint(["tenant_id", "instance_id"], ["process_instance.tenant_id", "process_instance.id"])


class ProcessInstance(TenantScoped, Base):
    """One run of a diagram. `state` is the engine's own format; nothing queries inside it.

    `status`: active, suspended or completed.
    """

    __tablename__ = "process_instance"
    __table_args__ = (Index(None, "tenant_id", "definition_hash"), Index(None, "tenant_id", "business_key"))

    process_id: Mapped[str] = mapped_column(String(120))
    definition_hash: Mapped[str] = mapped_column(String(64))
    business_key: Mapped[str | None] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(12), default="active")
    state: Mapped[bytes] = mapped_column(LargeBinary)
    pins: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


class OpenTaskRow(TenantScoped, Base):
    """A user task that waits for a person; `id` is the engine's task id. Gone once it is done.

    `assigned_by`: who gave it to `claimed_by`; None when it was taken. `follow_up_on`: the day on which the holder
    wants to look again; it moves no clock. `barred`: who of its groups may not do it, as ` mark mark `; see
    `auth.policy.marks`.

    From `queue` on: what lists choose and order by, so that an index answers them. Put there by the room above
    (`cases.placing`); the defaults are of a row that it has not placed, or an older release wrote.
    """

    __tablename__ = "open_task"
    __table_args__ = (_instance(), Index(None, "tenant_id", "instance_id"),
                      Index(None, "tenant_id", "business_key"),
                      Index("ix_open_task_held", "tenant_id", "claimed_by", sqlite_where=text("claimed_by IS NOT NULL"),
                            postgresql_where=text("claimed_by IS NOT NULL")),
                      Index("ix_open_task_queue", "tenant_id", "queue", "priority", "next_at", "opened_at", "id",
                            "claimed_by", "follow_up_on", "late_at", "warn_at", "urgency", "unit", "service", "module",
                            "number"),
                      Index("ix_open_task_order", "tenant_id", "priority", "next_at", "opened_at", "id"))

    instance_id: Mapped[UUID]
    business_key: Mapped[str | None] = mapped_column(String(80))
    process_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(300))
    name_en: Mapped[str] = mapped_column(String(300))
    form_id: Mapped[str | None] = mapped_column(String(120))
    form_hash: Mapped[str | None] = mapped_column(String(64))
    groups: Mapped[list[Any]]
    assignee: Mapped[str | None] = mapped_column(String(120))
    due_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(Integer, default=50)
    lane: Mapped[str | None] = mapped_column(String(300))
    properties: Mapped[dict[str, Any]]
    variables: Mapped[dict[str, Any]]
    claimed_by: Mapped[UUID | None]
    claimed_at: Mapped[datetime | None]
    assigned_by: Mapped[UUID | None]
    follow_up_on: Mapped[date | None] = mapped_column(Date)
    barred: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime]
    queue: Mapped[str] = mapped_column(String(100), default=NO_QUEUE, server_default=NO_QUEUE)
    next_at: Mapped[datetime] = mapped_column(default=NO_PLACE, server_default="1970-01-01 00:00:00.000000")
    late_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    number: Mapped[str | None] = mapped_column(String(30))
    module: Mapped[str | None] = mapped_column(String(20))
    service: Mapped[str | None] = mapped_column(String(40))
    urgency: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(40))


class OpenTaskGroup(TenantScoped, Base):
    """One group that may do an open task."""

    __tablename__ = "open_task_group"
    __table_args__ = (Index(None, "tenant_id", "group_name"), Index(None, "tenant_id", "task_id"))

    task_id: Mapped[UUID]
    group_name: Mapped[str] = mapped_column(String(120))


class TimerRow(Claimable, TenantScoped, Base):
    """A timer that waits. `due_at` None: its legal clock does not run. `held`: an incident stands in the way."""

    __tablename__ = "timer"
    __table_args__ = (_instance(), Index(None, "tenant_id", "instance_id"), Index(
        None, "tenant_id", "due_at", sqlite_where=text("held IS 0 AND due_at IS NOT NULL"),
        postgresql_where=text("held IS false AND due_at IS NOT NULL")), Index(
        "ix_timer_held", "tenant_id", "id", sqlite_where=text("held IS 1"), postgresql_where=text("held IS true")))

    instance_id: Mapped[UUID]
    element_id: Mapped[str] = mapped_column(String(120))
    due_at: Mapped[datetime | None]
    clock: Mapped[str | None] = mapped_column(String(80))
    repeats: Mapped[bool] = mapped_column(Boolean, default=False)
    held: Mapped[bool] = mapped_column(Boolean, default=False)


class SubscriptionRow(TenantScoped, Base):
    """A message that an instance waits for, matched by name and key as text."""

    __tablename__ = "message_subscription"
    __table_args__ = (_instance(), Index(None, "tenant_id", "name", "key"),
                      Index(None, "tenant_id", "instance_id"))

    instance_id: Mapped[UUID]
    element_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(200))


class BufferedMessage(Claimable, TenantScoped, Base):
    """A message that came before anybody waited for it; kept until `expires_at`.

    `used_at`: somebody got it; it stays for its `message_id`, which is known once under a name and key.
    """

    __tablename__ = "buffered_message"
    __table_args__ = (Index(None, "tenant_id", "name", "key"), Index(None, "expires_at"),
                      Index(None, "tenant_id", "created_at", sqlite_where=text("used_at IS NULL"),
                            postgresql_where=text("used_at IS NULL")),
                      Index("ix_buffered_message_once", "tenant_id", "name", "key", "message_id", unique=True))

    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(200))
    variables: Mapped[dict[str, Any]]
    message_id: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StartRow(TenantScoped, Base):
    """How a live process of the office is begun from outside. `kind`: message, signal or timer.

    `name` of the message or signal. Of a timer: `text`, as drawn; `due_at`, `every` and `remaining` as in `timers.Due`,
    `due_at` None when nothing more is due; `run_at`: when a worker looks, later than `due_at` after a failure.
    """

    __tablename__ = "process_start"
    __table_args__ = (Index(None, "tenant_id", "process_id", "element_id", unique=True),
                      Index(None, "tenant_id", "kind", "name"), Index(None, "run_at"))

    process_id: Mapped[str] = mapped_column(String(120))
    element_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str | None] = mapped_column(String(120))
    text: Mapped[str | None] = mapped_column(String(200))
    due_at: Mapped[datetime | None]
    every: Mapped[str | None] = mapped_column(String(200))
    remaining: Mapped[int | None] = mapped_column(Integer)
    run_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, default=0)


class StartKey(TenantScoped, Base):
    """The newest instance of a process that a message with this key began: while it is open, no other one begins."""

    __tablename__ = "process_start_key"
    __table_args__ = (Index(None, "tenant_id", "process_id", "key", unique=True),)

    process_id: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(200))
    instance_id: Mapped[UUID]


class StartIndex(TenantScoped, Base):
    """The counts of changed definitions (the office's, the base's) for which `process_start` is right, since `at`."""

    __tablename__ = "process_start_index"

    own: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime]


class JobRow(Claimable, TenantScoped, Base):
    """Work of a service task. `state`: pending, suspended, or failed (then an incident tells why)."""

    __tablename__ = "job"
    __table_args__ = (_instance(), Index(None, "tenant_id", "instance_id"), Index(
        None, "tenant_id", "run_at", sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'")), Index(
        "ix_job_failed", "tenant_id", "id", sqlite_where=text("state = 'failed'"),
        postgresql_where=text("state = 'failed'")))

    instance_id: Mapped[UUID]
    element_id: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(80))
    retries: Mapped[int] = mapped_column(Integer)
    headers: Mapped[dict[str, Any]]
    variables: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    run_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)


class IncidentRow(TenantScoped, Base):
    """Why something does not go on by itself; a person can see it, mend the cause and try again."""

    __tablename__ = "incident"
    __table_args__ = (_instance(), Index(None, "tenant_id", "instance_id"), Index(None, "tenant_id", "resolved_at"),
                      Index("ix_incident_open", "tenant_id", "source", sqlite_where=text("resolved_at IS NULL"),
                            postgresql_where=text("resolved_at IS NULL")))

    instance_id: Mapped[UUID]
    business_key: Mapped[str | None] = mapped_column(String(80))
    task_id: Mapped[UUID | None]
    source: Mapped[str] = mapped_column(String(10), default="engine")
    element_id: Mapped[str] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(60))
    message: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
