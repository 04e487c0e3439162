"""What can be done to messages."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class MarkRead(Command):
    """A person has seen a message of their own inbox. Answer {"read"}."""

    notification_id: UUID


@dataclass(frozen=True, kw_only=True)
class SendAgain(Command):
    """Try a failed message once more. Answer {"queued"}."""

    notification_id: UUID


@dataclass(frozen=True, kw_only=True)
class SettleMessage(Command):
    """What to do about a message that failed: `retry`, `resolve` (told otherwise) or `skip`. Answer {"state"}.

    `reason` stands beside the message, cut to 80 characters. A code is never sent again.
    """

    notification_id: UUID
    way: str
    reason: str
