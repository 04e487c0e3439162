"""What happened to profiles: ids only, never what somebody chose."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("profile.saved")
@dataclass(frozen=True)
class ProfileSaved:
    """Somebody said how they want to be told."""

    user_id: UUID


@event("profile.email_confirmed")
@dataclass(frozen=True)
class EmailConfirmed:
    """An e-mail address was proved by its code."""

    user_id: UUID


@event("profile.stopped")
@dataclass(frozen=True)
class MessagesStopped:
    """Nothing leaves the house for this person any more."""

    user_id: UUID


@event("profile.erased")
@dataclass(frozen=True)
class ProfileErased:
    """The profile was emptied."""

    user_id: UUID
