"""The statements behind claims: who has something due, take a batch of it, keep it or give it back.

PostgreSQL: one UPDATE over FOR UPDATE SKIP LOCKED. SQLite has one writer at a time: look and UPDATE in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Table,
    Update,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from app.kernel import clock, database, pauses
from app.kernel.model import UtcDateTime
from app.kernel.unit_of_work import transact_installation

Piece = tuple[UUID, UUID]
Found = tuple[UUID, UUID, datetime]
"""(tenant, id, when it was due)."""
NOW = bindparam("now", type_=UtcDateTime())
SEEN = bindparam("seen", type_=UtcDateTime())
"""By the clock of the claims, which a caller's `now` need not be."""


@dataclass(frozen=True)
class Queue:
    """Rows that wait for workers. The model has `claimed_by` and `claimed_until`.

    `at`: the column that says when a row is due. `open`: what of a row waits at all, as the partial index on
    (tenant_id, `at`) says it, so that the index serves it. `line`: columns whose equal values make a line; of a line
    only the row with the smallest `turn` is taken. `wanted`: what else must be so, beyond the index; who stands before
    it in its line counts only if it is so too. `though_paused`: what goes on in a suspended office.
    """

    name: str
    model: Any
    at: str
    open: Callable[[Any], ColumnElement[bool]]
    line: tuple[str, ...] = ()
    turn: tuple[str, ...] = ()
    wanted: Callable[[Any], ColumnElement[bool]] | None = None
    though_paused: Callable[[Any], ColumnElement[bool]] | None = None

    def first(self, row: Any) -> ColumnElement[bool]:
        """Nothing stands before the row in its line."""
        if not self.line:
            return true()
        earlier = aliased(self.model)
        same = [getattr(earlier, name) == getattr(row, name) for name in ("tenant_id", *self.line)]
        before = tuple_(*(getattr(earlier, name) for name in self.turn)) < tuple_(*(getattr(row, name)
                                                                                   for name in self.turn))
        return ~exists().where(*same, self.open(earlier), before, *self.also(earlier))

    def due(self, row: Any) -> ColumnElement[bool]:
        """It waits, its time has come, and nobody has it."""
        parts = [self.open(row), getattr(row, self.at) <= NOW,
                 or_(row.claimed_until.is_(None), row.claimed_until <= SEEN), *self.also(row)]
        if self.though_paused is not None:
            parts.append(or_(self.though_paused(row), pauses.working(row.tenant_id)))
        return and_(*parts)

    def also(self, row: Any) -> tuple[ColumnElement[bool], ...]:
        """What the index does not know."""
        return () if self.wanted is None else (self.wanted(row),)


def tenants(queue: Queue) -> Any:
    """A part of a query (column `id`) that goes from office to office by the partial index, not from row to row."""
    row, further = aliased(queue.model), aliased(queue.model)
    head = select(row.tenant_id).where(queue.open(row)).order_by(row.tenant_id).limit(1)
    found = select(head.scalar_subquery().label("id")).cte(f"offices_{queue.name}", recursive=True)
    after = (select(further.tenant_id).where(queue.open(further), further.tenant_id > found.c.id)
             .order_by(further.tenant_id).limit(1))
    return found.union_all(select(after.scalar_subquery()).where(found.c.id.is_not(None)))


@cache
def offices(queue: Queue) -> Select[UUID]:
    """Offices with something due; parameters `now`, `seen`."""
    found, row = tenants(queue), aliased(queue.model)
    query = select(found.c.id).where(
        found.c.id.is_not(None), exists().where(row.tenant_id == found.c.id, queue.due(row), queue.first(row)))
    return query if queue.though_paused is not None else query.where(pauses.working(found.c.id))


def claim(queue: Queue, of: list[UUID], share: int, now: datetime, by: str, until: datetime) -> list[Found]:
    """Take up to `share` pieces of each office, the oldest first."""
    values = {"now": now, "seen": clock.now(), "share": share}
    if database.current().dialect == "postgresql":
        rows = transact_installation(
            lambda session: session.execute(
                _taking(queue), {**values, "offices": of, "by": by, "until": until}).all())
        return [(row[0], row[1], row[2]) for row in sorted(rows, key=lambda row: (row[2], row[1]))]

    def take(session: Any) -> list[Found]:
        found = [(row[0], row[1], row[2]) for one in of
                 for row in session.execute(_oldest(queue), {**values, "office": one})]
        if found:
            session.execute(_mark(queue, [row[:2] for row in found]).values(claimed_by=by, claimed_until=until))
        return found

    return transact_installation(take)


def _pick(queue: Queue, office: ColumnElement[UUID]) -> Any:
    row = aliased(queue.model)
    order = [getattr(row, name) for name in (queue.at, *queue.turn, "id")]
    return (select(row.tenant_id, row.id, getattr(row, queue.at).label("at"))
            .where(row.tenant_id == office, queue.due(row), queue.first(row))
            .order_by(*dict.fromkeys(order)).limit(bindparam("share", type_=Integer()))), row


@cache
def _oldest(queue: Queue) -> Any:
    return _pick(queue, bindparam("office", type_=Uuid()))[0]


@cache
def _taking(queue: Queue) -> Any:
    """MATERIALIZED: what is locked is decided once, however the rows are then joined."""
    office = select(func.unnest(bindparam("offices", type_=ARRAY(Uuid())), type_=Uuid()).label("id")).cte("office")
    query, row = _pick(queue, office.c.id)
    found = query.with_for_update(skip_locked=True, of=row).lateral("found")
    chosen = (select(found.c.tenant_id, found.c.id, found.c.at).select_from(office).join(found, true())
              .cte("chosen").prefix_with("MATERIALIZED"))
    table = _table(queue)
    return (update(table).where(table.c.tenant_id == chosen.c.tenant_id, table.c.id == chosen.c.id)
            .values(claimed_by=bindparam("by", type_=String()), claimed_until=bindparam("until", type_=UtcDateTime()))
            .returning(table.c.tenant_id, table.c.id, chosen.c.at))


def change(queue: Queue, pieces: Collection[Piece], by: str, until: datetime | None) -> set[Piece]:
    """Keep claims until then, or give them back (None); those that are settled now: changed, gone or another's.

    What another transaction has locked is left as it is, so that nobody waits for a claim.
    """
    table = _table(queue)

    def work(session: Any) -> set[Piece]:
        mine = select(table.c.tenant_id, table.c.id).where(
            tuple_(table.c.tenant_id, table.c.id).in_(list(pieces)), table.c.claimed_by == by)
        there = {(row[0], row[1]) for row in session.execute(mine)}
        free = {(row[0], row[1]) for row in session.execute(mine.with_for_update(skip_locked=True))}
        if free:
            session.execute(_mark(queue, free).values(claimed_until=until, **({} if until else {"claimed_by": None})))
        return free if until else free | (set(pieces) - there)

    return transact_installation(work)


def _mark(queue: Queue, pieces: Collection[Piece]) -> Update:
    table = _table(queue)
    return update(table).where(tuple_(table.c.tenant_id, table.c.id).in_(list(pieces)))


def _table(queue: Queue) -> Table:
    table = queue.model.__table__
    assert isinstance(table, Table)  # noqa: S101  narrows the type; mapped classes of ours have plain tables
    return table
