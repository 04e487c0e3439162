"""What is wrong with a profile, field by field; and emptying what was said to somebody."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update

from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.notifications import channels
from app.notifications.model import Notification, NotificationAddress
from app.notifications.profiles.choices import CHANNELS, CLOCK, KINDS, LABELS
from app.notifications.profiles.commands import SaveProfile
from app.tenancy import interests
from app.tenancy.model import Place

MOST_PLACES = 10
OPENID = re.compile(r"[A-Za-z0-9_-]{6,128}\Z")
CHOOSE: list[tuple[str, dict[str, Any]]] = [(msg("Please choose from the list."), {})]


def profile(command: SaveProfile, uow: UnitOfWork) -> None:
    """Raise Invalid with every fault."""
    errors: FieldErrors = {}
    codes = {code for code, _label in command.places}
    known = set(uow.session.scalars(select(Place.code).where(Place.code.in_(codes))))
    if codes - known or any(label not in LABELS for _code, label in command.places):
        errors["places"] = CHOOSE
    elif len(codes) > MOST_PLACES:
        errors["places"] = [(msg("At most %(limit)s places."), {"limit": MOST_PLACES})]
    if set(command.interests) - set(interests.of(uow.session)):
        errors["interests"] = CHOOSE
    if any(kind not in KINDS or set(names) - set(CHANNELS) for kind, names in command.channels.items()):
        errors["channels"] = CHOOSE
    if len(command.name.strip()) > 120:
        errors["name"] = [(msg("At most %(limit)s characters."), {"limit": 120})]
    hours = (command.quiet_from, command.quiet_until)
    if any(hours) and not all(CLOCK.match(one) for one in hours):
        errors["quiet"] = [(msg("Please write both times, as 21:00."), {})]
    if errors:
        raise Invalid(msg("Please check the marked fields."), fields=errors)


def email(text: str) -> str:
    """An address that can carry neither a second recipient nor a header. Raises Invalid."""
    plain = text.strip()
    if not channels.EMAIL_ADDRESS.match(plain):
        raise Invalid(msg("Please check the marked fields."), fields={
            "email": [(msg("This does not look like an e-mail address."), {})]})
    return plain


def empty_messages(uow: UnitOfWork, user_id: UUID) -> None:
    """Words and addresses of messages to an account; that something was sent, and when, stays."""
    mine = or_(Notification.to_user_id == user_id, Notification.profile_id == user_id,
               Notification.person_id == user_id)
    addresses = select(Notification.address_id).where(mine, Notification.address_id.is_not(None))
    uow.session.execute(update(NotificationAddress).where(
        or_(NotificationAddress.id.in_(addresses), NotificationAddress.person_id == user_id))
        .values(value=None, erased_at=uow.now).execution_options(synchronize_session=False))
    uow.session.execute(update(Notification).where(mine).values(
        subject="", body="", params={}, to_user_id=None, profile_id=None)
        .execution_options(synchronize_session=False))
