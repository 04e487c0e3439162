"""Handlers of the commands about one's own profile, and what erasing a person does to it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app import auth
from app.auth.commands import SetLocale, SetName
from app.kernel.bus import handles, subscribes
from app.kernel.errors import Forbidden, Invalid, NotFound, msg
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork
from app.notifications import channels
from app.notifications.profiles import checks
from app.notifications.profiles.commands import (
    ConfirmEmail,
    EraseProfile,
    LinkWechat,
    RequestEmailCode,
    SaveProfile,
    SaveWorkChoices,
    StopMessages,
)
from app.notifications.profiles.events import EmailConfirmed, MessagesStopped, ProfileErased, ProfileSaved
from app.notifications.profiles.model import ContactProfile, ProfileInterest, ProfilePlace
from app.notifications.queueing import Recipient, queue

CODE_TEMPLATE, CODE_LIFE, MAX_TRIES = "email_code", timedelta(minutes=10), 5
CODES = ((1, 1), (60, 5))
"""(minutes, codes): how often one account, and one address, gets a code."""


def _own(uow: UnitOfWork) -> ContactProfile:
    """The signed-in person's row, made when it is not there."""
    if uow.actor.user_id is None:
        raise Forbidden(msg("You may not do this."))
    key = (uow.tenant_id, uow.actor.user_id)
    row = uow.session.get(ContactProfile, key, with_for_update=True)
    if row is None:
        row = ContactProfile(tenant_id=uow.tenant_id, id=uow.actor.user_id, channels={}, email_code_tries=0,
                             resident="resident" in uow.actor.roles, urgent_at_night=False,
                             stop_token=secrets.token_urlsafe(24), changed_at=uow.now)
        uow.session.add(row)
        uow.session.flush()
    row.changed_at = uow.now
    return row


@handles(SaveProfile)
def save_profile(command: SaveProfile, uow: UnitOfWork) -> dict[str, Any]:
    """Everything on the page at once; what is not sent is taken away."""
    auth.policy.require(uow.actor, "profile.edit")
    checks.profile(command, uow)
    row, session = _own(uow), uow.session
    row.channels = {**row.channels, **{kind: list(names) for kind, names in command.channels.items()}}
    row.quiet_from, row.quiet_until = command.quiet_from or None, command.quiet_until or None
    row.urgent_at_night, row.stopped_at = command.urgent_at_night, None
    for table in (ProfilePlace, ProfileInterest):
        session.execute(delete(table).where(table.user_id == row.id))
    for code, label in dict(command.places).items():
        session.add(ProfilePlace(tenant_id=uow.tenant_id, user_id=row.id, place_code=code, label=label))
    for interest in dict.fromkeys(command.interests):
        session.add(ProfileInterest(tenant_id=uow.tenant_id, user_id=row.id, interest=interest))
    for nested in (SetName(tenant_id=uow.tenant_id, actor=uow.actor, name=command.name),
                   SetLocale(tenant_id=uow.tenant_id, actor=uow.actor, locale=command.locale)):
        uow.dispatch_nested(nested)
    uow.record(ProfileSaved(user_id=row.id))
    return {"user_id": str(row.id)}


@handles(SaveWorkChoices)
def save_work_choices(command: SaveWorkChoices, uow: UnitOfWork) -> dict[str, Any]:
    """The inbox always; e-mail to a confirmed address only."""
    auth.policy.require(uow.actor, "staff.enter")
    row = _own(uow)
    row.channels = {**row.channels, "work": ["in_app", "email"] if command.by_email else ["in_app"]}
    row.stopped_at = None
    uow.record(ProfileSaved(user_id=row.id))
    return {"user_id": str(row.id)}


@handles(RequestEmailCode)
def request_email_code(command: RequestEmailCode, uow: UnitOfWork) -> dict[str, Any]:
    """The address counts only once its code has come back."""
    email = checks.email(command.email)
    row = _own(uow)
    for minutes, limit in CODES:
        auth.limits.hit(uow, f"email:{row.id}", minutes, limit)
        auth.limits.hit(uow, f"email:{email}", minutes, limit)
    if channels.for_kind("email") is None:
        return {"sent": False}
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.email_pending, row.email_code = email, auth.passwords.hash_secret(code)
    row.email_code_tries, row.email_code_until = 0, uow.now + CODE_LIFE
    queue(uow, CODE_TEMPLATE, Recipient(email=email, person_id=row.id, locale=command.locale), {"code": code},
          is_secret=True)
    return {"sent": True}


@handles(ConfirmEmail)
def confirm_email(command: ConfirmEmail, uow: UnitOfWork) -> dict[str, Any]:
    """Used once, tried five times, soon over."""
    row = _own(uow)
    waiting = row.email_code is not None and row.email_code_until is not None and row.email_code_until > uow.now
    if not waiting or row.email_code_tries >= MAX_TRIES:
        return {"confirmed": False}
    row.email_code_tries += 1
    if not auth.passwords.matches(row.email_code, command.code.strip()[:20]):
        return {"confirmed": False}
    row.email, row.email_pending, row.email_code, row.email_code_until = row.email_pending, None, None, None
    uow.record(EmailConfirmed(user_id=row.id))
    return {"confirmed": True}


@handles(LinkWechat)
def link_wechat(command: LinkWechat, uow: UnitOfWork) -> dict[str, Any]:
    """Only WeChat itself says who somebody is there: the edge asks it."""
    auth.policy.require(uow.actor, "profile.edit")
    if command.openid and not checks.OPENID.match(command.openid):
        raise Invalid(msg("WeChat did not tell us who you are. Please try again."))
    row = _own(uow)
    row.wechat = command.openid or None
    uow.record(ProfileSaved(user_id=row.id))
    return {"user_id": str(row.id)}


@handles(StopMessages)
def stop_messages(command: StopMessages, uow: UnitOfWork) -> dict[str, Any]:
    """Also what waits to be sent: it is looked at again before it goes."""
    if command.token is None:
        row: ContactProfile | None = _own(uow)
    else:
        row = uow.session.scalars(select(ContactProfile).where(
            ContactProfile.stop_token == command.token[:40]).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(msg("This page is not there."))
    if row.stopped_at is None:
        row.stopped_at = uow.now
        uow.record(MessagesStopped(user_id=row.id))
    return {"stopped": True}


@handles(EraseProfile)
def erase_profile(_command: EraseProfile, uow: UnitOfWork) -> dict[str, Any]:
    """One's own, at once and without asking anybody."""
    if uow.actor.user_id is None:
        raise Forbidden(msg("You may not do this."))
    return {"erased": _erase(uow, uow.actor.user_id)}


@subscribes("auth.user_erased", name="notifications.erase_profile")
def forget(event: StoredEvent, uow: UnitOfWork) -> None:
    """The account was emptied: so is everything that says how to reach its person, and what was said to them."""
    user_id = UUID(str(event.current()["user_id"]))
    checks.empty_messages(uow, user_id)
    _erase(uow, user_id)


def _erase(uow: UnitOfWork, user_id: UUID) -> bool:
    for table in (ProfilePlace, ProfileInterest):
        uow.session.execute(delete(table).where(table.user_id == user_id))
    row = uow.session.get(ContactProfile, (uow.tenant_id, user_id))
    if row is None:
        return False
    uow.session.delete(row)
    uow.record(ProfileErased(user_id=user_id))
    return True
