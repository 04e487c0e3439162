"""For demonstrations: messages are shown on the page "messages sent" and go nowhere. Refused in production."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.notifications.channels.base import Outgoing


class Demo:
    """Takes every address; the stored row is what the page shows, codes included."""

    name = "demo"
    kinds = frozenset({"phone", "email", "wechat"})
    is_remote = False

    def send(self, message: Outgoing) -> None:
        """Stored is delivered."""


def make(config: Mapping[str, Any]) -> Demo:
    """Needs nothing."""
    return Demo()
