"""What a person can do to the own profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class SaveProfile(Command):
    """The signed-in resident's profile as a whole. Answer {"user_id"}.

    `places`: (code, label); `channels`: kind -> channels. Saving also ends a stop of all messages.
    """

    name: str = ""
    locale: str = "zh"
    places: tuple[tuple[str, str], ...] = ()
    interests: tuple[str, ...] = ()
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    quiet_from: str = ""
    quiet_until: str = ""
    urgent_at_night: bool = False


@dataclass(frozen=True, kw_only=True)
class SaveWorkChoices(Command):
    """A member of staff: whether messages about work also come by e-mail. Answer {"user_id"}."""

    by_email: bool


@dataclass(frozen=True, kw_only=True)
class RequestEmailCode(Command):
    """Send a code to an address that the signed-in person calls theirs. Answer {"sent"}: false without e-mail."""

    email: str
    locale: str = "zh"


@dataclass(frozen=True, kw_only=True)
class ConfirmEmail(Command):
    """Answer {"confirmed"}; a wrong code is an answer, so that the try is counted."""

    code: str


@dataclass(frozen=True, kw_only=True)
class LinkWechat(Command):
    """WeChat has told us who the signed-in person is there; an empty id parts them again. Answer {"user_id"}."""

    openid: str

    def __repr__(self) -> str:
        return "LinkWechat()"


@dataclass(frozen=True, kw_only=True)
class StopMessages(Command):
    """Nothing leaves the house for this person any more: signed in, or by the link of a mail. Answer {"stopped"}."""

    token: str | None = None


@dataclass(frozen=True, kw_only=True)
class EraseProfile(Command):
    """Forget the signed-in person's profile; the account and the cases stay. Answer {"erased"}."""
