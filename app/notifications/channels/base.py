"""The one interface of all channels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


def _nothing() -> None:
    """Nobody notes it."""


@dataclass(frozen=True)
class Outgoing:
    """One message as a channel gets it. `address` is empty for the inbox.

    `stop_link`: where its reader stops all messages. `hand_over` is called by a channel whose other side does not know
    repeated ids, right before the message leaves: it raises DeliveryError when another worker has the message by now.
    """

    id: UUID
    address: str
    subject: str
    body: str
    locale: str
    stop_link: str | None = None
    hand_over: Callable[[], None] = field(default=_nothing, compare=False, repr=False)


class DeliveryError(Exception):
    """The channel did not take a message. `code` is for the log; `again`: later it may."""

    def __init__(self, code: str, *, again: bool) -> None:
        self.code, self.again = code, again
        super().__init__(code)


class Channel(Protocol):
    """A way out. `kinds`: addresses it takes; `is_remote`: `send` waits for others, so never in a transaction."""

    @property
    def name(self) -> str:
        """As it stands in rows."""

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of addresses: phone, email, wechat; none for the inbox."""

    @property
    def is_remote(self) -> bool:
        """Whether sending leaves this process."""

    def send(self, message: Outgoing) -> None:
        """Hand it over within ten seconds or so. Raises DeliveryError. The same id may come twice."""
