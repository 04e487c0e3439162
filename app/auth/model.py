"""Tables of people: users, memberships, sign-in sessions, one-time codes, lock-outs and rate limits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.model import Base, TenantScoped


class User(TenantScoped, Base):
    """A person who can sign in: staff by password, residents by a code sent to their phone."""

    __tablename__ = "user"
    __table_args__ = (Index(None, "tenant_id", "login", unique=True), Index(None, "tenant_id", "kind", "phone"))

    login: Mapped[str | None] = mapped_column(String(80))
    password_hash: Mapped[str | None] = mapped_column(String(200), info={"secret": True})
    name: Mapped[str] = mapped_column(String(120), default="")
    phone: Mapped[str | None] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10), default="staff")
    locale: Mapped[str | None] = mapped_column(String(10))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    session_epoch: Mapped[int] = mapped_column(Integer, default=0)
    must_change: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """The password was given by somebody else and serves only to choose an own one."""
    created_at: Mapped[datetime]


class Membership(TenantScoped, Base):
    """A role of a user, in one unit or in the whole office."""

    __tablename__ = "membership"
    __table_args__ = (Index(None, "tenant_id", "user_id"),)

    user_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(40))
    unit_code: Mapped[str | None] = mapped_column(String(40))


class Absence(TenantScoped, Base):
    """A person is away from `starts_at` to `ends_at`, and who stands in. `by_office`: entered by an administrator.

    An absence that ends early gets an earlier `ends_at`; nothing else of a row ever changes, so a substitute that an
    administrator named cannot be exchanged behind that name.
    """

    __tablename__ = "absence"
    __table_args__ = (Index(None, "tenant_id", "user_id", "ends_at"),
                      Index(None, "tenant_id", "substitute_id", "ends_at"))

    user_id: Mapped[UUID]
    substitute_id: Mapped[UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    by_office: Mapped[bool] = mapped_column(Boolean, default=False)
    entered_by: Mapped[UUID | None]
    entered_at: Mapped[datetime]


class SignInSession(TenantScoped, Base):
    """One signed-in browser; the cookie holds `id`. A newer epoch of the user ends it."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index(None, "tenant_id", "user_id"), {"info": {"secret": True}})

    user_id: Mapped[UUID]
    epoch: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PhoneCode(TenantScoped, Base):
    """A code sent to a phone, kept as a slow hash; used once, tried a few times, soon over."""

    __tablename__ = "phone_code"
    __table_args__ = (Index(None, "tenant_id", "phone", "purpose"), {"info": {"secret": True}})

    phone: Mapped[str] = mapped_column(String(20))
    purpose: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[str] = mapped_column(String(200))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInLock(TenantScoped, Base):
    """Failures of one login name in a row; `id` is made from the name, so that unknown names count too."""

    __tablename__ = "sign_in_lock"
    __table_args__ = {"info": {"secret": True}}

    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    last_at: Mapped[datetime]


class RateCount(TenantScoped, Base):
    """Uses of one bucket in one window of time; `id` is made from both."""

    __tablename__ = "rate_count"
    __table_args__ = (Index(None, "tenant_id", "ends_at"), {"info": {"secret": True}})

    count: Mapped[int] = mapped_column(Integer, default=0)
    ends_at: Mapped[datetime]
