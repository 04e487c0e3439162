"""WeChat template messages: WECHAT_APP_ID, WECHAT_SECRET, WECHAT_TEMPLATE_ID.

WECHAT_FIELDS names the template's fields (`thing1=subject,thing2=body` when not set); WECHAT_API_URL another server,
WECHAT_OAUTH_URL another page for linking an account. Each message carries its id as `client_msg_id`, by which WeChat
sends a repeated one only once.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from app.kernel import clock
from app.notifications.channels.base import DeliveryError, Outgoing
from app.notifications.channels.wechat.http import Broken, call

OPENID = re.compile(r"[A-Za-z0-9_-]{6,128}\Z")
FIELD = re.compile(r"[a-z_]{1,20}[0-9]{0,3}\Z")
LONGEST = 20
"""Characters of a field `thing`; a longer one is refused."""
EARLY = timedelta(minutes=5)
STALE = {40001, 40014, 42001}
"""The token ran out or was replaced by another process."""
LATER = {-1, 45009, 45011, 45047}
"""Busy, or too many calls for now."""


@dataclass
class Wechat:
    """An official account. The token is fetched once and kept until shortly before it ends."""

    app_id: str
    secret: str = field(repr=False)
    template_id: str
    fields: tuple[tuple[str, str], ...]
    base: str
    sign_in: str = "https://open.weixin.qq.com"
    name: str = "wechat"
    kinds: frozenset[str] = frozenset({"wechat"})
    is_remote: bool = True
    _token: tuple[str, datetime] | None = field(default=None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def send(self, message: Outgoing) -> None:
        """A stale token is fetched anew once."""
        if not OPENID.match(message.address):
            raise DeliveryError("address_refused", again=False)
        code = self._send(message, self._access_token())
        if code in STALE:
            code = self._send(message, self._access_token(anew=True))
        if code != 0:
            raise DeliveryError(f"wechat_{code}", again=code in LATER or code in STALE)

    def _send(self, message: Outgoing, token: str) -> int:
        texts = {"subject": message.subject, "body": " ".join(message.body.split())}
        content: dict[str, Any] = {
            "touser": message.address, "template_id": self.template_id, "client_msg_id": str(message.id),
            "data": {name: {"value": _short(name, texts[which])} for name, which in self.fields}}
        answer = self._call(f"/cgi-bin/message/template/send?access_token={quote(token, safe='')}", content)
        return _code(answer)

    def _access_token(self, *, anew: bool = False) -> str:
        with self._lock:
            if not anew and self._token is not None and self._token[1] > clock.now():
                return self._token[0]
            content = {"grant_type": "client_credential", "appid": self.app_id, "secret": self.secret}
            answer = self._call("/cgi-bin/stable_token", {**content, "force_refresh": anew})
            token, seconds = answer.get("access_token"), answer.get("expires_in")
            if not isinstance(token, str) or not isinstance(seconds, int):
                code = _code(answer)
                raise DeliveryError(f"wechat_token_{code}", again=code in LATER)
            self._token = token, clock.now() + max(timedelta(seconds=seconds) - EARLY, timedelta(0))
            return token

    def _call(self, path: str, content: Mapping[str, Any]) -> dict[str, Any]:
        """The answer's document. Whatever is wrong on the way is tried again: WeChat knows the id."""
        try:
            status, body = call(self.base + path, json.dumps(content, ensure_ascii=False).encode())
            found = json.loads(body) if 200 <= status < 300 else None
        except (Broken, ValueError) as error:
            raise DeliveryError(str(error)[:40] or "no_answer", again=True) from None
        if not isinstance(found, dict):
            raise DeliveryError(f"http_{status}", again=status >= 500 or status in (408, 425, 429))
        return found


def _short(name: str, text: str) -> str:
    return text if not name.startswith("thing") or len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _code(answer: Mapping[str, Any]) -> int:
    found = answer.get("errcode", 0)
    return found if isinstance(found, int) else -1


def make(config: Mapping[str, Any]) -> Wechat:
    """Raises ValueError with what is missing."""
    missing = [name for name in ("WECHAT_APP_ID", "WECHAT_SECRET", "WECHAT_TEMPLATE_ID") if not config.get(name)]
    if missing:
        raise ValueError(f"NOTIFICATION_CHANNEL names wechat, but {' and '.join(missing)} is not set")
    pairs = [one.partition("=") for one in str(config.get("WECHAT_FIELDS") or "thing1=subject,thing2=body").split(",")]
    fields = tuple((name.strip(), which.strip()) for name, _equals, which in pairs)
    if any(not FIELD.match(name) or which not in ("subject", "body") for name, which in fields):
        raise ValueError("WECHAT_FIELDS is written as thing1=subject,thing2=body")
    base = str(config.get("WECHAT_API_URL") or "https://api.weixin.qq.com").rstrip("/")
    parts = urlsplit(base)
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ValueError("WECHAT_API_URL must begin with https:// (http:// on this machine only)")
    page = str(config.get("WECHAT_OAUTH_URL") or "https://open.weixin.qq.com").rstrip("/")
    return Wechat(str(config["WECHAT_APP_ID"]), str(config["WECHAT_SECRET"]), str(config["WECHAT_TEMPLATE_ID"]), fields,
                  base, page)
