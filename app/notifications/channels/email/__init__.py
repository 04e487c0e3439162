"""E-mail over SMTP: SMTP_HOST, MAIL_FROM, and perhaps SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_SECURITY.

SMTP_SECURITY is starttls (the default), tls, or none for a relay on this machine.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

from app.notifications.channels.base import DeliveryError, Outgoing

SECONDS = 10.0
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{1,253}\Z)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+\Z")
LINK = re.compile(r"https?://[!-;=?-~]{1,900}\Z")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


@dataclass(frozen=True)
class Email:
    """A relay and the office's address."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    security: str = "starttls"
    name: str = "email"
    kinds: frozenset[str] = frozenset({"email"})
    is_remote: bool = True

    def send(self, message: Outgoing) -> None:
        """One connection a message. A permanent refusal (5xx) is not tried again."""
        mail = compose(message, self.sender)
        try:
            with self._connection() as connection:
                if self.user:
                    connection.login(self.user, self.password or "")
                self._transfer(connection, message, mail)
        except smtplib.SMTPResponseException as error:
            raise DeliveryError(f"smtp_{error.smtp_code}", again=error.smtp_code < 500) from None
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryError(type(error).__name__, again=True) from None

    def _transfer(self, connection: smtplib.SMTP, message: Outgoing, mail: EmailMessage) -> None:
        """Up to the text anything may be tried again; a lost answer after it leaves open whether it arrived."""
        connection.ehlo_or_helo_if_needed()
        _accepted("sender", connection.mail(self.sender))
        _accepted("recipient", connection.rcpt(message.address))
        message.hand_over()
        try:
            _accepted("text", connection.data(as_sent(message, mail)))
        except smtplib.SMTPResponseException:
            raise
        except (OSError, smtplib.SMTPException):
            raise DeliveryError("outcome_unknown", again=False) from None
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()  # taken is taken, however the parting goes

    def _connection(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        connection = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.security == "starttls":
            connection.starttls(context=context)
        return connection


def _accepted(step: str, answer: tuple[int, bytes]) -> None:
    if not 200 <= answer[0] < 300:
        raise DeliveryError(f"{step}_refused_{answer[0]}", again=answer[0] < 500)


def compose(message: Outgoing, sender: str) -> EmailMessage:
    """The mail. An address that could carry a second header or recipient is refused with DeliveryError."""
    if not ADDRESS.match(message.address):
        raise DeliveryError("address_refused", again=False)
    if CONTROL.search(message.subject) or CONTROL.search(sender):
        raise DeliveryError("header_refused", again=False)
    local, _at, domain = message.address.rpartition("@")
    mail = EmailMessage()
    mail["From"], mail["Subject"] = sender, message.subject
    mail["To"] = Address(username=local, domain=domain)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2].strip('>')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = message.locale[:10] if re.fullmatch("[A-Za-z-]+", message.locale) else "zh"
    mail.set_content(message.body)
    return mail


def as_sent(message: Outgoing, mail: EmailMessage) -> bytes:
    """The mail with the way to stop such mails (RFC 8058). Written by hand: the library encodes long addresses."""
    link = message.stop_link or ""
    head = b""
    if LINK.match(link):
        head = f"List-Unsubscribe: <{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")
    return head + mail.as_bytes(policy=policy.SMTP)


def make(config: Mapping[str, Any]) -> Email:
    """Raises ValueError with what is missing."""
    missing = [name for name in ("SMTP_HOST", "MAIL_FROM") if not config.get(name)]
    if missing:
        raise ValueError(f"NOTIFICATION_CHANNEL names email, but {' and '.join(missing)} is not set")
    sender, security = str(config["MAIL_FROM"]), str(config.get("SMTP_SECURITY") or "starttls")
    if not ADDRESS.match(sender):
        raise ValueError("MAIL_FROM is no plain e-mail address")
    if security not in ("starttls", "tls", "none"):
        raise ValueError("SMTP_SECURITY is one of starttls, tls, none")
    port = str(config.get("SMTP_PORT") or {"tls": 465, "starttls": 587, "none": 25}[security])
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("SMTP_PORT is no port number")
    return Email(str(config["SMTP_HOST"]), int(port), sender, config.get("SMTP_USER"), config.get("SMTP_PASSWORD"),
                 security)
