"""Tables of residents' (and staff's) profiles. Erasing a person deletes the rows: nothing refers to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class ContactProfile(TenantScoped, Base):
    """`id` is the account's. `channels`: kind of message -> channels. `stop_token` opens the way to stop, no more.

    `email_pending` waits for its code; `email` has been confirmed. Quiet hours are "21:00", None for the office's.
    """

    __tablename__ = "contact_profile"
    __table_args__ = (Index(None, "tenant_id", "stop_token", unique=True),)

    resident: Mapped[bool] = mapped_column(Boolean, default=True)
    channels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    email: Mapped[str | None] = mapped_column(String(254))
    email_pending: Mapped[str | None] = mapped_column(String(254))
    email_code: Mapped[str | None] = mapped_column(String(200), info={"secret": True})
    email_code_tries: Mapped[int] = mapped_column(Integer, default=0)
    email_code_until: Mapped[datetime | None]
    wechat: Mapped[str | None] = mapped_column(String(128))
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_until: Mapped[str | None] = mapped_column(String(5))
    urgent_at_night: Mapped[bool] = mapped_column(Boolean, default=False)
    stop_token: Mapped[str] = mapped_column(String(40), info={"secret": True})
    stopped_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class ProfilePlace(TenantScoped, Base):
    """A building, compound or committee's area that somebody calls theirs; `label`: home, parents, work, other."""

    __tablename__ = "profile_place"
    __table_args__ = (Index(None, "tenant_id", "user_id", "place_code", unique=True),
                      Index(None, "tenant_id", "place_code", "user_id"))

    user_id: Mapped[UUID]
    place_code: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(20), default="home")


class ProfileInterest(TenantScoped, Base):
    """A subject that somebody wants to hear of."""

    __tablename__ = "profile_interest"
    __table_args__ = (Index(None, "tenant_id", "user_id", "interest", unique=True),
                      Index(None, "tenant_id", "interest", "user_id"))

    user_id: Mapped[UUID]
    interest: Mapped[str] = mapped_column(String(40))
