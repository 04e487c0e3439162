"""From a template and a recipient to message rows, one for each way the recipient is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import catalog
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.notifications import channels
from app.notifications.events import NotificationQueued, NotificationSent
from app.notifications.model import Notification, NotificationAddress
from app.notifications.shown import shown
from app.notifications.templates import MessageText, render


@dataclass(frozen=True)
class Recipient:
    """Whom to tell: any of an account, a phone, an e-mail address, or a group. `person_id` is for erasing later."""

    user_id: UUID | None = None
    phone: str | None = None
    email: str | None = None
    group: str | None = None
    person_id: UUID | None = None
    locale: str = "zh"


def queue(uow: UnitOfWork, template_key: str, to: Recipient, params: Mapping[str, Any], case_id: UUID | None = None,
          *, is_secret: bool = False) -> list[UUID]:
    """Put the message into the outbox of this transaction; the ids of its rows, none if nobody can be reached.

    An account or group finds it in its inbox; a phone or e-mail address gets it over the first channel of the
    installation that takes such an address. Raises NotFound for an unknown template, Invalid for a missing value.
    """
    _published, template = catalog.compiled(uow.session, uow.tenant_id, "message", template_key)
    text = render(template, shown(uow.session, params, to.locale), to.locale)
    rows = []
    if (to.user_id or to.group) and not is_secret:
        rows.append(_row(uow, template_key, to, text, case_id, channels.INBOX, None, is_secret=False))
    for kind, value in (("phone", to.phone), ("email", to.email)):
        channel = channels.for_kind(kind) if value else None
        if channel is not None and value:
            address = _address(uow, kind, value, to.person_id)
            rows.append(_row(uow, template_key, to, text, case_id, channel, address, is_secret=is_secret))
            break
    for row in rows:
        row.params = {} if is_secret else dict(params)
    uow.session.flush()
    return [row.id for row in rows]


def _row(uow: UnitOfWork, template_key: str, to: Recipient, text: MessageText, case_id: UUID | None,
         channel: channels.Channel, address: NotificationAddress | None, *, is_secret: bool) -> Notification:
    row = Notification(
        tenant_id=uow.tenant_id, id=new_id(), case_id=case_id, channel=channel.name, person_id=to.person_id,
        address_id=address.id if address else None, to_user_id=None if address else to.user_id,
        to_group=None if address else to.group, template=template_key, locale=to.locale, subject=text.subject,
        body=text.body, is_secret=is_secret, created_at=uow.now, run_at=uow.now)
    uow.session.add(row)
    uow.record(NotificationQueued(notification_id=row.id, case_id=case_id, channel=channel.name,
                                  template=template_key))
    if not channel.is_remote:
        row.state, row.sent_at = "sent", uow.now
        uow.record(NotificationSent(notification_id=row.id, case_id=case_id, channel=channel.name))
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
