"""The ways out: one package each behind one interface, and which of them this installation uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.config import ConfigurationError
from app.notifications.channels import console, demo, email, in_app, sms, wechat
from app.notifications.channels.base import Channel, DeliveryError, Outgoing
from app.notifications.channels.email import ADDRESS as EMAIL_ADDRESS

MAKERS: dict[str, Callable[[Mapping[str, Any]], Channel]] = {
    "demo": demo.make, "console": console.make, "email": email.make, "sms": sms.make, "wechat": wechat.make}
NOT_SENDING = {"demo", "console"}
"""They show messages to whoever runs the installation: never in production."""
INBOX = in_app.InApp()
_installed: list[Channel] = []

__all__ = ["EMAIL_ADDRESS", "INBOX", "Channel", "DeliveryError", "Outgoing", "by_name", "check_configuration",
           "configure", "for_kind", "stored_only"]


def configure(config: Mapping[str, Any]) -> None:
    """Install the channels that NOTIFICATION_CHANNEL names (with commas); the demo one when it names none.

    Raises ConfigurationError as `check_configuration`.
    """
    _installed[:] = _made(config)


def check_configuration(config: Mapping[str, Any]) -> None:
    """Raise ConfigurationError with a clear text when a named channel lacks something, or production has none."""
    _made(config)


@contextmanager
def stored_only() -> Iterator[None]:
    """Let no message leave this process until the block ends: for plays of what never happened."""
    before = list(_installed)
    _installed[:] = [demo.make({})]
    try:
        yield
    finally:
        _installed[:] = before


def _made(config: Mapping[str, Any]) -> list[Channel]:
    names = [name.strip() for name in str(config.get("NOTIFICATION_CHANNEL") or "").split(",") if name.strip()]
    production = config.get("YIKOU_ENV") == "production"
    unknown = sorted(set(names) - set(MAKERS))
    if unknown:
        raise ConfigurationError(
            f"NOTIFICATION_CHANNEL names {', '.join(unknown)}: known are {', '.join(sorted(MAKERS))}")
    if production and not set(names) & {"sms", "email"}:
        raise ConfigurationError(
            "NOTIFICATION_CHANNEL must name sms or email: residents of a production installation could not be told "
            "anything, and nobody could sign in by phone")
    for name in sorted(NOT_SENDING & set(names)) if production else ():
        raise ConfigurationError(f"NOTIFICATION_CHANNEL names {name}, which shows messages to staff and sends none")
    try:
        return [MAKERS[name](config) for name in names or ["demo"]]
    except ValueError as error:
        raise ConfigurationError(str(error)) from None


def for_kind(kind: str) -> Channel | None:
    """The first installed channel for a kind of address: phone, email or wechat."""
    return next((channel for channel in _installed if kind in channel.kinds), None)


def by_name(name: str) -> Channel | None:
    """An installed channel; None when the installation has given it up."""
    return next((channel for channel in (*_installed, INBOX) if channel.name == name), None)
