"""For development: each message is printed to the terminal of the worker, codes included. Refused in production."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from app.notifications.channels.base import Outgoing


class Console:
    """Takes every address."""

    name = "console"
    kinds = frozenset({"phone", "email", "wechat"})
    is_remote = True

    def send(self, message: Outgoing) -> None:
        """One block of lines."""
        sys.stdout.write(f"\n--- message {message.id} to {message.address}\n{message.subject}\n{message.body}\n---\n")
        sys.stdout.flush()


def make(config: Mapping[str, Any]) -> Console:
    """Needs nothing."""
    return Console()
