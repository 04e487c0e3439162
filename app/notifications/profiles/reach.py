"""Over which ways somebody is reached now: the choices of the profile, else what the installation offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth.model import User
from app.notifications import channels
from app.notifications.profiles import choices
from app.notifications.profiles.model import ContactProfile
from app.tenancy import zones


@dataclass(frozen=True)
class Way:
    """A remote channel with the address it needs."""

    channel: channels.Channel
    kind: str
    value: str


def remote_ways(session: Session, profile: ContactProfile | None, kind: str, phone: str | None,
                email: str | None) -> list[Way]:
    """Without a profile the first address that a channel takes; with one, each channel that was chosen."""
    if profile is None:
        for address, value in (("phone", phone), ("email", email)):
            channel = channels.for_kind(address) if value else None
            if channel is not None and value:
                return [Way(channel, address, value)]
        return []
    wanted = choices.chosen(profile, kind)
    values = {"sms": phone or _phone(session, profile.id), "email": profile.email, "wechat": profile.wechat}
    found = []
    for name in choices.CHANNELS[1:]:
        address, value = choices.ADDRESS[name], values[name] if name in wanted else None
        channel = channels.for_kind(address) if value else None
        if channel is not None and value:
            found.append(Way(channel, address, value))
    return found


def not_before(session: Session, tenant_id: UUID, profile: ContactProfile | None, now: datetime, *,
               urgent: bool) -> datetime:
    """When a message to a resident may leave: after the quiet hours, unless it is urgent and they agreed to that."""
    if profile is not None and (not profile.resident or (urgent and profile.urgent_at_night)):
        return now
    return choices.earliest(now, choices.quiet_hours(session, profile), zones.zone_of(session, tenant_id))


def _phone(session: Session, user_id: UUID) -> str | None:
    user = session.get(User, (session.info["tenant_id"], user_id))
    return user.phone if user is not None else None
