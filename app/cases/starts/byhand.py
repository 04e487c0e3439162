"""A message that a person sends to a process, with a reason in the journal of whoever waits for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from app.cases import access, messaging
from app.cases.handlers.operating import KIND, RIGHT, checked_reason
from app.cases.journal import write_entry
from app.cases.model import Case, every
from app.cases.starts.commands import PublishMessage, SendMessage
from app.cases.starts.events import MessageSentByHand
from app.cases.starts.model import MessageByHand
from app.engine import SIGNAL_WORD
from app.engine.model import SubscriptionRow
from app.kernel.bus import handles
from app.kernel.errors import Invalid, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

MAX_TEXTS = {"name": 120, "message_key": 200, "message_id": 120}
MAX_VARIABLES = 100_000
"""Characters of JSON."""
NAMED = 100
"""Cases whose journals tell of it: more wait under one key only by mistake."""


def check(command: PublishMessage | SendMessage) -> None:
    """Raises Invalid."""
    for name, limit in MAX_TEXTS.items():
        if len(getattr(command, name, None) or "") > limit:
            raise Invalid(msg("At most %(limit)s characters."), limit=limit)
    if not command.name or command.message_key.startswith(SIGNAL_WORD):
        raise Invalid(msg("A message has a name, and a key that is no signal's."))


@handles(SendMessage)
def send_message(command: SendMessage, uow: UnitOfWork) -> dict[str, Any]:
    """It goes the way of every message: whoever waits for it finds it, else a process that begins with it."""
    if uow.actor.kind != "system":
        access.require(uow, RIGHT)
    reason = checked_reason(command.reason)
    check(command)
    if len(json.dumps(dict(command.variables), default=str)) > MAX_VARIABLES:
        raise Invalid(msg("At most %(limit)s characters."), limit=MAX_VARIABLES)
    waiting = list(_waiting(uow, command))
    messaging.publish(uow, command.name, command.message_key, command.variables)
    row = MessageByHand(tenant_id=uow.tenant_id, id=new_id(), name=command.name, key=command.message_key,
                        reason=reason, reached=len(waiting), by_user_id=uow.actor.user_id, at=uow.now)
    uow.session.add(row)
    for case in waiting[:NAMED]:
        write_entry(uow, case, KIND, f"{reason}\n> {command.name} {command.message_key}".rstrip(), "staff")
    uow.record(MessageSentByHand(message_by_hand_id=row.id, name=command.name, reached=len(waiting)))
    return {"reached": len(waiting)}


def _waiting(uow: UnitOfWork, command: SendMessage) -> Iterable[Case]:
    query = (select(Case).join(SubscriptionRow, (SubscriptionRow.tenant_id == Case.tenant_id)
                               & (SubscriptionRow.instance_id == Case.instance_id))
             .where(SubscriptionRow.name == command.name, SubscriptionRow.key == command.message_key)
             .order_by(Case.id).distinct())
    return uow.session.scalars(every(query))
