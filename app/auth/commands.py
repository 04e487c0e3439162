"""What can be done to people and their access."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SignIn(Command):
    """Answer {"session_id", "user_id"}; or {"error": "wrong" | "locked"}, so that the failure is stored."""

    login: str
    password: str


@dataclass(frozen=True, kw_only=True)
class EnterDemo(Command):
    """Sign in without a password as the first account of a role; in a demonstration only, else NotFound.

    Answer {"session_id", "user_id"}. The operator's right reaches every office: it is given away only where all are
    demonstrations.
    """

    role: str


@dataclass(frozen=True, kw_only=True)
class SignOut(Command):
    """End one session."""

    session_id: UUID


@dataclass(frozen=True, kw_only=True)
class CreateUser(Command):
    """Make a staff user with memberships (role, unit code or None). Answer {"user_id"}."""

    login: str
    name: str
    password: str
    phone: str | None = None
    locale: str | None = None
    memberships: tuple[tuple[str, str | None], ...] = ()


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
class EraseUser(Command):
    """Empty a resident's account: name, phone, codes; it can never be signed in to again. Answer {"erased"}."""

    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class ChangePassword(Command):
    """One's own, or by an administrator (then `old` is not asked). Ends all sessions of the user."""

    user_id: UUID
    new: str
    old: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetLocale(Command):
    """The language a user wants."""

    locale: str


@dataclass(frozen=True, kw_only=True)
class RequestCode(Command):
    """Send a one-time code to a phone. Answers the same for known and unknown phones."""

    phone: str
    purpose: str = "sign_in"
    locale: str = "zh"


@dataclass(frozen=True, kw_only=True)
class ConfirmCode(Command):
    """Answer {"session_id", "user_id"} for `sign_in`, {"confirmed": phone} else; or {"error": "wrong"}."""

    phone: str
    code: str
    purpose: str = "sign_in"


@dataclass(frozen=True, kw_only=True)
class UseAllowance(Command):
    """Count one use of a bucket of the web edge; TooMany beyond the limit."""

    bucket: str
    per_minutes: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class RecordDenial(Command):
    """Put a refused request into the audit trail."""

    place: str
