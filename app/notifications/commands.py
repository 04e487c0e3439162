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
