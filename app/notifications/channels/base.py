"""The one interface of all channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Outgoing:
    """One message as a channel gets it. `address` is empty for the inbox."""

    id: UUID
    address: str
    subject: str
    body: str
    locale: str


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
        """Kinds of addresses: phone, email; none for the inbox."""

    @property
    def is_remote(self) -> bool:
        """Whether sending leaves this process."""

    def send(self, message: Outgoing) -> None:
        """Hand it over within ten seconds or so. Raises DeliveryError. The same id may come twice."""
