"""What was told to processes by hand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("message.sent_by_hand")
@dataclass(frozen=True, kw_only=True)
class MessageSentByHand:
    """Row `message_by_hand_id` holds the key and the reason. `reached`: instances that waited for it."""

    message_by_hand_id: UUID
    name: str
    reached: int
