"""Linking accounts with the installed WeChat channel; nothing when this installation has none."""

from __future__ import annotations

from app.notifications import channels
from app.notifications.channels.wechat import Wechat, signing_in


def link(back: str, state: str) -> str | None:
    """Where a browser asks WeChat who its reader is."""
    channel = channels.for_kind("wechat")
    return signing_in.link(channel, back, state) if isinstance(channel, Wechat) else None


def openid(code: str) -> str:
    """The id that a code of WeChat stands for; empty when there is none."""
    channel = channels.for_kind("wechat")
    return signing_in.openid(channel, code) if isinstance(channel, Wechat) and code else ""


def offered() -> bool:
    """Whether residents can link an account."""
    return isinstance(channels.for_kind("wechat"), Wechat)
