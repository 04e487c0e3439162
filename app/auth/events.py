"""What happened to people's access; ids and codes only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.events import event


@event("auth.signed_in")
@dataclass(frozen=True)
class SignedIn:
    """A session began."""

    user_id: UUID
    way: str


@event("auth.sign_in_failed")
@dataclass(frozen=True)
class SignInFailed:
    """A wrong password or code; `user_id` is None for an unknown name."""

    user_id: UUID | None
    way: str


@event("auth.locked_out")
@dataclass(frozen=True)
class LockedOut:
    """Too many failures in a row."""

    user_id: UUID | None
    until: datetime


@event("auth.signed_out")
@dataclass(frozen=True)
class SignedOut:
    """A session was ended by its owner."""

    user_id: UUID


@event("auth.access_denied")
@dataclass(frozen=True)
class AccessDenied:
    """Somebody asked for what they may not have; `place` is the route's name."""

    place: str


@event("auth.user_created")
@dataclass(frozen=True)
class UserCreated:
    """A new user."""

    user_id: UUID
    kind: str


@event("auth.user_changed")
@dataclass(frozen=True)
class UserChanged:
    """Switched on or off."""

    user_id: UUID
    active: bool


@event("auth.details_changed")
@dataclass(frozen=True)
class DetailsChanged:
    """The name or phone of a member of staff was corrected; what they were is not told."""

    user_id: UUID
    name: bool
    phone: bool


@event("auth.user_erased")
@dataclass(frozen=True)
class UserErased:
    """A resident's account was emptied for good."""

    user_id: UUID


@event("auth.memberships_set")
@dataclass(frozen=True)
class MembershipsSet:
    """New roles; all sessions of the user ended."""

    user_id: UUID
    roles: str


@event("auth.password_changed")
@dataclass(frozen=True)
class PasswordChanged:
    """A new password; all other sessions ended."""

    user_id: UUID


@event("auth.code_requested")
@dataclass(frozen=True)
class CodeRequested:
    """A one-time code was made for a phone."""

    code_id: UUID
    purpose: str


@event("auth.absence_entered")
@dataclass(frozen=True)
class AbsenceEntered:
    """A person will be away; `by_office`: an administrator entered it."""

    user_id: UUID
    absence_id: UUID
    substitute_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    by_office: bool


@event("auth.absence_ended")
@dataclass(frozen=True)
class AbsenceEnded:
    """The person is back earlier, or was not away at all."""

    user_id: UUID
    absence_id: UUID
