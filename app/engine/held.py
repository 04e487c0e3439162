"""A locked instance and its narrow rows, read once in a transaction: who holds the lock is the only one who changes
them, so what was read stays true until the commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, event, exists, select
from sqlalchemy.orm import Session, SessionTransaction

from app.engine.model import IncidentRow, JobRow, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow

Row = TypeVar("Row", OpenTaskRow, TimerRow, SubscriptionRow, JobRow, IncidentRow)
KINDS: tuple[type[Any], ...] = (OpenTaskRow, TimerRow, SubscriptionRow, JobRow, IncidentRow)
_HELD = "held_instances"
_PRESENT = select(*(
    exists().where(kind.__table__.c.tenant_id == bindparam("tenant_id"),
                   kind.__table__.c.instance_id == bindparam("instance_id"),
                   *([kind.__table__.c.resolved_at.is_(None)] if kind is IncidentRow else []))
    for kind in KINDS))
"""Which tables have rows of an instance: most have none, and asking for all at once is cheaper than reading each."""


class Held:
    """The rows by id, each table read when it is first asked for. Incidents: those that are open."""

    def __init__(self, session: Session, instance: ProcessInstance, *, new: bool = False) -> None:
        self.instance = instance
        self._session = session
        self._rows: dict[type[Any], dict[UUID, Any]] | None = {kind: {} for kind in KINDS} if new else None

    def rows(self, kind: type[Row]) -> dict[UUID, Row]:
        """The rows of one table, in the order of their ids; whoever adds or deletes one does so here too."""
        if self._rows is None:
            self._rows = {absent: {} for absent in self._absent()}
        if kind not in self._rows:
            query = select(kind).where(kind.instance_id == self.instance.id).order_by(kind.id)
            if kind is IncidentRow:
                query = query.where(IncidentRow.resolved_at.is_(None))
            found: Iterable[Row] = self._session.scalars(query.execution_options(populate_existing=True))
            self._rows[kind] = {row.id: row for row in found}
        return self._rows[kind]

    def give(self, kind: type[Row], rows: Iterable[Row]) -> None:
        """Take the rows of one table from whoever read them for many instances at once, behind their locks."""
        if self._rows is None:
            self._rows = {}
        self._rows[kind] = {row.id: row for row in rows}

    def _absent(self) -> list[type[Any]]:
        """The tables without a row. Asked behind the lock: a statement that waits for it would see what was before."""
        self._session.flush()
        key = {"tenant_id": self.instance.tenant_id, "instance_id": self.instance.id}
        found = self._session.connection().execute(_PRESENT, key).one()
        return [kind for kind, present in zip(KINDS, found, strict=True) if not present]

    def due_timer(self, now: datetime) -> TimerRow | None:
        """The timer that has been due for the longest time."""
        due = [(row.due_at, row.id) for row in self.rows(TimerRow).values()
               if row.due_at is not None and row.due_at <= now and not row.held]
        return self.rows(TimerRow)[min(due)[1]] if due else None


def of(session: Session, instance_id: UUID) -> Held | None:
    """What this transaction holds of an instance; None before it is locked."""
    found: Held | None = session.info.get(_HELD, {}).get(instance_id)
    return found


def keep(session: Session, instance: ProcessInstance, *, new: bool = False) -> Held:
    """Note that this transaction holds the instance. `new`: it was made here and has no rows yet."""
    held = Held(session, instance, new=new)
    session.info.setdefault(_HELD, {})[instance.id] = held
    return held


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """The lock ends with the transaction."""
    if transaction.parent is None:
        session.info.pop(_HELD, None)


@event.listens_for(Session, "after_soft_rollback")
def _doubt(session: Session, _transaction: SessionTransaction) -> None:
    """What a savepoint undid was perhaps read here: lock and read anew."""
    session.info.pop(_HELD, None)
