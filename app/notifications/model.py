"""Tables of messages to people, and of the addresses they go to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, Claimable, TenantScoped


class NotificationAddress(TenantScoped, Base):
    """Where a person is reached; erasing a person empties `value`. `kind`: phone, email or wechat."""

    __tablename__ = "notification_address"
    __table_args__ = (Index(None, "tenant_id", "kind", "value"), Index(None, "tenant_id", "person_id"))

    kind: Mapped[str] = mapped_column(String(10))
    value: Mapped[str | None] = mapped_column(String(254))
    person_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


_FAILED = text("state = 'failed'")
_OPEN = text("state IN ('queued', 'sending', 'handed')")


class Notification(Claimable, TenantScoped, Base):
    """One message over one channel: to an address, to a user's inbox (`to_user_id`) or to a group's (`to_group`).

    `state`: queued, sending (claimed), handed (given to the other side, which has not answered yet), sent, failed or
    skipped (no longer wanted). `is_secret`: the words are emptied once they are sent. `once`: never two rows with the
    same. `bulk`: waits behind everything else. `about_id`: the notice it tells of. `profile_id`: whose choices count.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index(None, "tenant_id", "bulk", "run_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_notification_failed", "tenant_id", "id", sqlite_where=_FAILED, postgresql_where=_FAILED),
        Index(None, "tenant_id", "once", unique=True),
        Index(None, "tenant_id", "about_id", "state"), Index(None, "tenant_id", "case_id"),
        Index(None, "tenant_id", "to_user_id"),
        Index(None, "tenant_id", "to_group"), Index(None, "tenant_id", "channel", "id"),
        Index(None, "tenant_id", "channel", "read_at"),
        ForeignKeyConstraint(["tenant_id", "address_id"],
                             ["notification_address.tenant_id", "notification_address.id"]))

    case_id: Mapped[UUID | None]
    channel: Mapped[str] = mapped_column(String(20))
    address_id: Mapped[UUID | None]
    to_user_id: Mapped[UUID | None]
    to_group: Mapped[str | None] = mapped_column(String(120))
    person_id: Mapped[UUID | None]
    template: Mapped[str] = mapped_column(String(100))
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    locale: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(400))
    body: Mapped[str] = mapped_column(Text)
    is_secret: Mapped[bool] = mapped_column(Boolean, default=False, info={"secret_rows": True})
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    run_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    once: Mapped[str | None] = mapped_column(String(120))
    bulk: Mapped[bool] = mapped_column(Boolean, default=False)
    about_id: Mapped[UUID | None]
    profile_id: Mapped[UUID | None]


class NoticePush(TenantScoped, Base):
    """How far telling residents of a notice has come; `id` is the notice's. `state`: waiting, done or stopped.

    `after`: the last resident who was reached; `round` goes up when everybody is to be told once more; `run_at`: not
    before, so that others have their turn between two batches.
    """

    __tablename__ = "notice_push"
    __table_args__ = (Index(None, "state", "run_at"),)

    state: Mapped[str] = mapped_column(String(10), default="waiting")
    after: Mapped[UUID | None]
    round: Mapped[int] = mapped_column(Integer, default=1)
    people: Mapped[int] = mapped_column(Integer, default=0)
    run_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
