"""Short messages through a gateway of the operator's choice: one signed POST each (Standard Webhooks headers).

SMS_GATEWAY_URL receives {"id", "to", "text", "locale"}; SMS_GATEWAY_SECRET (16 characters or more) signs
"id.timestamp.body" with HMAC-SHA256. The gateway drops an id it has seen.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from app.kernel import clock
from app.notifications.channels.base import DeliveryError, Outgoing

SECONDS = 10.0
PHONE = re.compile(r"\+?[0-9]{5,15}\Z")


@dataclass(frozen=True)
class Sms:
    """A gateway. The address comes from the operator's environment, never from an office or a resident."""

    url: str
    secret: str = field(repr=False)
    name: str = "sms"
    kinds: frozenset[str] = frozenset({"phone"})
    is_remote: bool = True

    def send(self, message: Outgoing) -> None:
        """2xx is taken; 408, 425, 429 and 5xx are tried again, other answers (redirects too) are not."""
        if not PHONE.match(message.address):
            raise DeliveryError("address_refused", again=False)
        content = {"id": str(message.id), "to": message.address, "text": message.body, "locale": message.locale}
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            status = self._post(body, self._headers(str(message.id), body))
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(type(error).__name__, again=True) from None
        if not 200 <= status < 300:
            raise DeliveryError(f"http_{status}", again=status >= 500 or status in (408, 425, 429))

    def _headers(self, message_id: str, body: bytes) -> dict[str, str]:
        stamp = str(int(clock.now().timestamp()))
        return {"Content-Type": "application/json", "webhook-id": message_id, "webhook-timestamp": stamp,
                "Idempotency-Key": message_id,
                "webhook-signature": signature(self.secret, message_id, stamp, body)}

    def _post(self, body: bytes, headers: Mapping[str, str]) -> int:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=ssl.create_default_context())
            if parts.scheme == "https" else http.client.HTTPConnection(host, parts.port, timeout=SECONDS))
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body,
                               dict(headers))
            response = connection.getresponse()
            response.read(65_536)
            return response.status
        finally:
            connection.close()


def signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over "id.timestamp.body"."""
    digest = hmac.new(secret.encode(), f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def make(config: Mapping[str, Any]) -> Sms:
    """Raises ValueError with what is missing."""
    missing = [name for name in ("SMS_GATEWAY_URL", "SMS_GATEWAY_SECRET") if not config.get(name)]
    if missing:
        raise ValueError(f"NOTIFICATION_CHANNEL names sms, but {' and '.join(missing)} is not set")
    url, secret = str(config["SMS_GATEWAY_URL"]), str(config["SMS_GATEWAY_SECRET"])
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ValueError("SMS_GATEWAY_URL must begin with https:// (http:// on this machine only)")
    if not parts.hostname or parts.username:
        raise ValueError("SMS_GATEWAY_URL needs a host and bears no password")
    if len(secret) < 16:
        raise ValueError("SMS_GATEWAY_SECRET has fewer than 16 characters")
    return Sms(url, secret)
