"""Who somebody is at WeChat: a link to its page, and the id that its code stands for (snsapi_base: the id, no more)."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from app.notifications.channels.wechat import OPENID, Wechat
from app.notifications.channels.wechat.http import Broken, call


def link(channel: Wechat, back: str, state: str) -> str:
    """Where the browser goes; WeChat brings it to `back` with a code and `state`."""
    query = urlencode({"appid": channel.app_id, "redirect_uri": back, "response_type": "code", "scope": "snsapi_base",
                       "state": state})
    return f"{channel.sign_in}/connect/oauth2/authorize?{query}#wechat_redirect"


def openid(channel: Wechat, code: str) -> str:
    """The id that belongs to a code; empty when WeChat knows no such code or does not answer."""
    query = urlencode({"appid": channel.app_id, "secret": channel.secret, "code": code[:200],
                       "grant_type": "authorization_code"})
    try:
        _status, body = call(f"{channel.base}/sns/oauth2/access_token?{query}", None)
        found = json.loads(body).get("openid", "")
    except (Broken, ValueError, AttributeError):
        return ""
    return found if isinstance(found, str) and OPENID.match(found) else ""
