"""The inbox of a signed-in person or of a group: the stored row is the message."""

from __future__ import annotations

from app.notifications.channels.base import Outgoing


class InApp:
    """Nothing leaves the house."""

    name = "in_app"
    kinds: frozenset[str] = frozenset()
    is_remote = False

    def send(self, message: Outgoing) -> None:
        """Stored is delivered."""
