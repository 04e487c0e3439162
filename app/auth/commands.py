"""What can be done to people and their access."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SignIn(Command):
    """Answer {"session_id", "user_id"}; or {"error": "wrong" | "locked"}, so that the failure is stored."""

    while_paused: ClassVar[bool] = True
    login: str
    password: str = field(repr=False, metadata={"secret": True})


@dataclass(frozen=True, kw_only=True)
class EnterDemo(Command):
    """Sign in without a password as the first account of a role; in a demonstration only, else NotFound.

    Answer {"session_id", "user_id"}. The operator's right reaches every office: it is given away only where all are
    demonstrations.
    """

    while_paused: ClassVar[bool] = True
    role: str


@dataclass(frozen=True, kw_only=True)
class SignOut(Command):
    """End one session."""

    while_paused: ClassVar[bool] = True
    session_id: UUID


@dataclass(frozen=True, kw_only=True)
class CreateUser(Command):
    """Make a staff user with memberships (role, unit code or None). Answer {"user_id"}.

    `one_time`: the password only serves to choose another one.
    """

    login: str
    name: str
    password: str = field(repr=False, metadata={"secret": True})
    phone: str | None = None
    locale: str | None = None
    memberships: tuple[tuple[str, str | None], ...] = ()
    one_time: bool = False


@dataclass(frozen=True, kw_only=True)
class SetMemberships(Command):
    """Replace a user's memberships; ends all sessions of the user."""

    user_id: UUID
    memberships: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class SetUserActive(Command):
    """Switch a user on or off; ends all sessions of the user."""

    user_id: UUID
    active: bool


@dataclass(frozen=True, kw_only=True)
class ChangeDetails(Command):
    """Correct the name and phone of a member of staff; an empty phone is none. Sessions go on."""

    user_id: UUID
    name: str
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class EraseUser(Command):
    """Empty a resident's account: name, phone, codes; it can never be signed in to again. Answer {"erased"}."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChangePassword(Command):
    """One's own, or by an administrator (then `old` is not asked). Ends all sessions of the user."""

    while_paused: ClassVar[bool] = True
    user_id: UUID
    new: str
    old: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetLocale(Command):
    """The language a user wants."""

    while_paused: ClassVar[bool] = True
    locale: str


@dataclass(frozen=True, kw_only=True)
class SetName(Command):
    """What a resident wants to be called."""

    name: str


@dataclass(frozen=True, kw_only=True)
class RequestCode(Command):
    """Send a one-time code to a phone. Answers the same for known and unknown phones."""

    while_paused: ClassVar[bool] = True
    phone: str
    purpose: str = "sign_in"
    locale: str = "zh"


@dataclass(frozen=True, kw_only=True)
class ConfirmCode(Command):
    """Answer {"session_id", "user_id"} for `sign_in`, {"confirmed": phone} else; or {"error": "wrong"}."""

    while_paused: ClassVar[bool] = True
    phone: str
    code: str
    purpose: str = "sign_in"


@dataclass(frozen=True, kw_only=True)
class UseAllowance(Command):
    """Count one use of a bucket of the web edge; TooMany beyond the limit."""

    while_paused: ClassVar[bool] = True
    bucket: str
    per_minutes: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class RecordDenial(Command):
    """Put a refused request into the audit trail."""

    while_paused: ClassVar[bool] = True
    place: str


@dataclass(frozen=True, kw_only=True)
class EnterAbsence(Command):
    """A person is away from one day to another (both included). Answer {"absence_id"}.

    By the person, who then lends only what the substitute holds too, or by an administrator.
    """

    user_id: UUID
    from_on: date | None
    until_on: date | None
    substitute_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class EndAbsence(Command):
    """The person is back, or will not be away."""

    absence_id: UUID
