"""From a template and a recipient to message rows, one for each way the recipient is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog
from app.auth import queries as auth
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.notifications import channels
from app.notifications.events import NotificationQueued, NotificationSent
from app.notifications.model import Notification, NotificationAddress
from app.notifications.profiles import choices, reach
from app.notifications.profiles import queries as profiles
from app.notifications.shown import shown
from app.notifications.templates import MessageText, render
from app.tenancy import queries as tenancy


@dataclass(frozen=True)
class Recipient:
    """Whom to tell: any of an account, a phone, an e-mail address, or a group. `person_id` is for erasing later."""

    user_id: UUID | None = None
    phone: str | None = None
    email: str | None = None
    group: str | None = None
    person_id: UUID | None = None
    locale: str = "zh"


@dataclass(frozen=True)
class Manner:
    """How a message goes: the kind whose choices count, at night when urgent, `once` only, behind others in `bulk`."""

    kind: str = "cases"
    urgent: bool = False
    once: str | None = None
    bulk: bool = False
    about_id: UUID | None = None


USUAL = Manner()


def locale_for(uow: UnitOfWork, user_id: UUID) -> str:
    """The language a person chose, else the office's."""
    office = tenancy.tenant_by_id(uow.tenant_id)
    return auth.locale_of(uow.session, user_id) or (office.locale if office is not None else "zh")


def queue(uow: UnitOfWork, template_key: str, to: Recipient, params: Mapping[str, Any], case_id: UUID | None = None,
          *, is_secret: bool = False, manner: Manner = USUAL) -> list[UUID]:
    """Put the message into the outbox of this transaction; the ids of its rows, none if nobody can be reached.

    An account or group finds it in its inbox. Who has a profile is reached over each channel chosen there; anybody
    else over the first channel of the installation that takes the phone or e-mail address. What leaves the house
    waits for the end of the quiet hours; a code never does. Raises NotFound for an unknown template, Invalid for a
    missing value.
    """
    _published, template = catalog.compiled(uow.session, uow.tenant_id, "message", template_key)
    text = render(template, shown(uow.session, params, to.locale), to.locale)
    profile = None if is_secret else profiles.of_user(uow.session, to.user_id)
    kind = "work" if profile is not None and not profile.resident else manner.kind
    writer = _Writer(uow, template_key, to, text, case_id, manner, {} if is_secret else dict(params),
                     profile.id if profile else None, is_secret)
    rows = []
    inbox = profile is None or to.group is not None or "in_app" in choices.chosen(profile, kind)
    if (to.user_id or to.group) and not is_secret and inbox:
        rows.append(writer.row(channels.INBOX, None, uow.now))
    ways = reach.remote_ways(uow.session, profile, kind, to.phone, to.email)
    at = uow.now
    if ways and not is_secret:
        at = reach.not_before(uow.session, uow.tenant_id, profile, uow.now, urgent=manner.urgent)
    rows += [writer.row(way.channel, way, at) for way in ways]
    uow.session.flush()
    return [row.id for row in rows]


@dataclass(frozen=True)
class _Writer:
    """Makes the rows of one message."""

    uow: UnitOfWork
    template_key: str
    to: Recipient
    text: MessageText
    case_id: UUID | None
    manner: Manner
    params: dict[str, Any]
    profile_id: UUID | None
    is_secret: bool

    def row(self, channel: channels.Channel, way: reach.Way | None, run_at: datetime) -> Notification:
        """One way; what stays in the house is sent at once. Messages in bulk are counted by their rows, not events."""
        uow, to, manner = self.uow, self.to, self.manner
        address = _address(uow, way.kind, way.value, to.person_id) if way else None
        row = Notification(
            tenant_id=uow.tenant_id, id=new_id(), case_id=self.case_id, channel=channel.name, person_id=to.person_id,
            address_id=address.id if address else None, to_user_id=None if address else to.user_id,
            to_group=None if address else to.group, template=self.template_key, locale=to.locale,
            subject=self.text.subject, body=self.text.body, is_secret=self.is_secret, params=self.params,
            created_at=uow.now, run_at=run_at, bulk=manner.bulk, about_id=manner.about_id, profile_id=self.profile_id,
            once=f"{manner.once}:{channel.name}" if manner.once else None)
        uow.session.add(row)
        if not manner.bulk:
            uow.record(NotificationQueued(notification_id=row.id, case_id=self.case_id, channel=channel.name,
                                          template=self.template_key))
        if not channel.is_remote:
            row.state, row.sent_at = "sent", uow.now
            if not manner.bulk:
                uow.record(NotificationSent(notification_id=row.id, case_id=self.case_id, channel=channel.name))
        return row


def _address(uow: UnitOfWork, kind: str, value: str, person_id: UUID | None) -> NotificationAddress:
    query = select(NotificationAddress).where(
        NotificationAddress.kind == kind, NotificationAddress.value == value,
        NotificationAddress.person_id == person_id)
    row = uow.session.scalars(query).first()
    if row is None:
        row = NotificationAddress(tenant_id=uow.tenant_id, id=new_id(), kind=kind, value=value, person_id=person_id,
                                  created_at=uow.now)
        uow.session.add(row)
        uow.session.flush()
    return row
