"""Which ways out somebody has chosen for a kind of message, and when it may go: pure, from rows and settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.notifications.profiles.model import ContactProfile
from app.tenancy import settings

KINDS = ("cases", "notices", "surveys")
STAFF_KINDS = ("work",)
CHANNELS = ("in_app", "sms", "email", "wechat")
LABELS = ("home", "parents", "work", "other")
ADDRESS = {"sms": "phone", "email": "email", "wechat": "wechat"}
"""The kind of address a channel needs."""
USUAL: dict[str, tuple[str, ...]] = {"cases": ("in_app", "sms"), "notices": ("in_app",), "surveys": ("in_app",),
                                     "work": ("in_app",)}
QUIET = ("21:00", "08:00")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z")


def usual() -> dict[str, list[str]]:
    """What counts until somebody chooses: one's own cases by phone, everything else on one's page only."""
    return {kind: list(names) for kind, names in USUAL.items()}


def chosen(profile: ContactProfile, kind: str) -> set[str]:
    """The channels for a kind of message. Who stopped everything still finds it on the own page."""
    names = profile.channels.get(kind, USUAL.get(kind, ()))
    return set(names) & {"in_app"} if profile.stopped_at is not None else set(names)


def office_hours(session: Session) -> tuple[str, str] | None:
    """The office's quiet hours: the setting `quiet_hours` {from, until}; false for none."""
    given: Any = settings.value(session, "quiet_hours")
    if given is False:
        return None
    if isinstance(given, Mapping):
        hours = str(given.get("from", "")), str(given.get("until", ""))
        if all(CLOCK.match(one) for one in hours):
            return hours
    return QUIET


def quiet_hours(session: Session, profile: ContactProfile | None) -> tuple[str, str] | None:
    """Somebody's own, else the office's."""
    if profile is not None and profile.quiet_from and profile.quiet_until:
        return profile.quiet_from, profile.quiet_until
    return office_hours(session)


def earliest(now: datetime, hours: tuple[str, str] | None, zone: ZoneInfo) -> datetime:
    """`now`, or the end of the quiet hours that `now` falls into, as the clocks of the zone show it."""
    if hours is None or hours[0] == hours[1]:
        return now
    local = now.astimezone(zone)
    begin, end = (time.fromisoformat(one) for one in hours)
    at, over_night = local.time(), begin > end
    if not ((at >= begin or at < end) if over_night else begin <= at < end):
        return now
    days = 1 if over_night and at >= begin else 0
    return datetime.combine(local.date() + timedelta(days=days), end, zone).astimezone(now.tzinfo)
