"""Messages on their way: put where a worker, or the receiver's next step, finds them; each id once in its life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update

from app.cases import history
from app.engine.model import BufferedMessage, StartRow, SubscriptionRow
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing

MESSAGE = "message"
WAITS = BufferedMessage.used_at.is_(None)
"""Of messages that nobody has got: the others stay for their id."""


def publish(uow: UnitOfWork, name: str, key: str, variables: Mapping[str, Any], *, message_id: str | None = None,
            ttl: float | None = None) -> bool:
    """Keep a message for `ttl` seconds, by default 30 days. False: it was dropped.

    Dropped is one whose id is known under this name and key and has not outlived its time, delivered or not; and one
    with `ttl` 0 for which nobody waits now.
    """
    if ttl is not None and ttl <= 0 and not _wanted_now(uow, name, key):
        return False
    life = history.MESSAGE_LIFE if ttl is None or ttl <= 0 else min(timedelta(seconds=ttl), 4 * history.MESSAGE_LIFE)
    row: dict[str, Any] = {
        "tenant_id": uow.tenant_id, "id": new_id(), "name": name, "key": key, "message_id": message_id,
        "variables": dict(variables), "created_at": uow.now, "expires_at": uow.now + life}
    if message_id is None:
        uow.session.add(BufferedMessage(**row))
        return True
    same = (BufferedMessage.tenant_id == uow.tenant_id, BufferedMessage.name == name, BufferedMessage.key == key,
            BufferedMessage.message_id == message_id)
    uow.session.execute(delete(BufferedMessage).where(*same, BufferedMessage.expires_at <= uow.now))
    insert_missing(uow.session, BufferedMessage, **row)
    return bool(uow.session.scalar(select(BufferedMessage.id).where(*same)) == row["id"])


def taken(uow: UnitOfWork, early: BufferedMessage) -> None:
    """Somebody got it. One with an id leaves the id behind until it expires, and nothing of what it said."""
    this = (BufferedMessage.tenant_id == uow.tenant_id, BufferedMessage.id == early.id)
    if early.message_id is None:
        uow.session.execute(delete(BufferedMessage).where(*this))
    else:
        uow.session.execute(update(BufferedMessage).where(*this).values(used_at=uow.now, variables={}))


def forget(uow: UnitOfWork, name: str, key: str) -> None:
    """What was said under this name and key no longer counts."""
    uow.session.execute(delete(BufferedMessage).where(
        BufferedMessage.tenant_id == uow.tenant_id, BufferedMessage.name == name, BufferedMessage.key == key))


def _wanted_now(uow: UnitOfWork, name: str, key: str) -> bool:
    """Whether an instance waits for it, or a process begins with it."""
    waits: ColumnElement[bool] = exists().where(
        SubscriptionRow.tenant_id == uow.tenant_id, SubscriptionRow.name == name, SubscriptionRow.key == key)
    begins: ColumnElement[bool] = exists().where(
        StartRow.tenant_id == uow.tenant_id, StartRow.kind == MESSAGE, StartRow.name == name)
    return bool(uow.session.scalar(select(waits | begins)))
