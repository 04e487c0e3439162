"""The inbox in SQL: orders, and pages of them. What is read is about as much as is shown, however long the list is.

A list of up to MOST_COUNTED tasks is read whole, as ids, so its length is known. Of a longer one, in an order that the
indexes know, the first of each queue and priority are taken and put together (as many as a page holds, from where the
last page ended); in other orders the narrow rows of the index are gone through.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, tuple_, union_all
from sqlalchemy.orm import Session

from app.cases.inbox_views import MOST_COUNTED
from app.cases.queries.inbox_scope import TASK, Condition, Reader, lanes_of, parked, scoped
from app.kernel.model import UtcDateTime

MOST_ARMS = 80
"""Queues and priorities that are read one by one; with more, going through all rows is less work."""
BY_DATE = (TASK.next_at, TASK.opened_at, TASK.id)
"""How tasks of one queue and priority lie in the index; the id alone is random."""
NO_DAY = date(9999, 1, 1)
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Asked:
    """A tab with filters, in an order. `conditions`: of the filters, beside the tab's."""

    reader: Reader
    scope: str
    inside: Condition
    conditions: tuple[Condition, ...]
    sort: str

    def order(self) -> tuple[ColumnElement[Any], ...]:
        """What the order compares, all upwards, the id last.

        Pressing: what is planned for later goes last unless it is late; then priority, the nearest date, age.
        """
        pressing = (case((parked(self.reader), 1), else_=0), -TASK.priority, *BY_DATE)
        orders: dict[str, tuple[ColumnElement[Any], ...]] = {
            "pressing": pressing, "due": BY_DATE, "age": BY_DATE[1:],
            "number": (func.coalesce(TASK.number, ""), *BY_DATE[1:]),
            "service": (case((TASK.service.is_(None), 1), else_=0), func.coalesce(TASK.service, ""), *pressing),
            "follow_up": (case((TASK.follow_up_on.is_(None), 1), else_=0), func.coalesce(TASK.follow_up_on, NO_DAY),
                          *pressing)}
        return orders[self.sort]

    def all(self) -> Condition:
        """Tab and filters."""
        return and_(self.inside, *self.conditions)


@dataclass(frozen=True)
class From:
    """Where a part of a long list begins: at its start, or beside a row, whose key that is. `back`: backwards."""

    key: Key | None = None
    back: bool = False


def first_ids(session: Session, asked: Asked) -> list[UUID]:
    """All ids in their order, or, of a longer list, one more than MOST_COUNTED of them in no order that counts."""
    keys = [one.label(f"k{at}") for at, one in enumerate(asked.order())]
    some = select(TASK.id.label("task"), *keys).where(asked.all()).limit(MOST_COUNTED + 1).subquery()
    statement = select(some.c.task).order_by(*(some.c[f"k{at}"] for at in range(len(keys))))
    return list(session.scalars(scoped(statement)))


def count(asked: Condition) -> Select[Any]:
    """How many tasks meet a condition, up to one more than MOST_COUNTED."""
    some = select(literal(1).label("one")).select_from(TASK.id.table).where(asked).limit(MOST_COUNTED + 1).subquery()
    return select(func.count()).select_from(some)


def part(session: Session, asked: Asked, start: From, size: int) -> list[Key]:
    """The keys of `size` rows of a long list from somewhere on, or fewer at its end, always in the list's order."""
    arms = _arms(session, asked) if asked.sort in ("pressing", "due") else None
    if arms is None:
        found = _walk(session, asked, start, size)
    elif asked.sort == "due":
        found = _merged(session, arms, start, size)
    else:
        found = _pressing(session, asked, arms, start, size)
    return found[::-1] if start.back else found


@dataclass(frozen=True)
class Arm:
    """Tasks that lie in order in an index: of one priority, in one queue or in all."""

    priority: int
    condition: Condition


def _arms(session: Session, asked: Asked) -> list[Arm] | None:
    """The parts of a list that are in order by themselves; None when there are none, or too many."""
    queued = lanes_of(asked.reader, asked.scope)
    if queued is not None and 0 < len(queued.arms()) <= MOST_ARMS:
        found = _of_queues(session, asked, queued.arms())
    elif asked.scope == "all":
        found = _of_office(session, asked)
    else:
        return None
    return found if len(found) <= MOST_ARMS else None


def _of_queues(session: Session, asked: Asked, queues: Mapping[str, tuple[Condition, ...]]) -> list[Arm]:
    here = asked.reader.here
    return [Arm(priority, and_(here, TASK.queue == queue, TASK.priority == priority, *queues[queue], *asked.conditions))
            for queue, priority in session.execute(scoped(_lying(asked.reader, queues)))]


def _of_office(session: Session, asked: Asked) -> list[Arm]:
    here = asked.reader.here
    return [Arm(priority, and_(here, TASK.priority == priority, *asked.conditions))
            for (priority,) in session.execute(scoped(_priorities(asked.reader)))]


def _priorities(reader: Reader) -> Select[Any]:
    """The priorities that open tasks have, each found from the one before."""
    known = select(func.min(TASK.priority).label("priority")).where(reader.here).cte("known", recursive=True)
    after = select(func.min(TASK.priority)).where(reader.here, TASK.priority > known.c.priority).scalar_subquery()
    known = known.union_all(select(after).where(known.c.priority.is_not(None)))
    return select(known.c.priority).where(known.c.priority.is_not(None))


def _lying(reader: Reader, queues: Iterable[str]) -> Select[Any]:
    """Queues with the priorities of their tasks, found in the same way."""
    names = union_all(*(select(literal(name).label("queue")) for name in queues)).cte("names")
    least = select(func.min(TASK.priority)).where(reader.here, TASK.queue == names.c.queue).scalar_subquery()
    known = select(names.c.queue, least.label("priority")).cte("known", recursive=True)
    after = select(func.min(TASK.priority)).where(
        reader.here, TASK.queue == known.c.queue, TASK.priority > known.c.priority).scalar_subquery()
    known = known.union_all(select(known.c.queue, after).where(known.c.priority.is_not(None)))
    return select(known.c.queue, known.c.priority).where(known.c.priority.is_not(None))


def _pressing(session: Session, asked: Asked, arms: Sequence[Arm], start: From, size: int) -> list[Key]:
    """What is not parked, priority by priority; then what is. Backwards it is the other way round."""
    aside, laid = parked(asked.reader), start.key is not None and bool(start.key[0])
    usual = [Arm(one.priority, and_(one.condition, ~aside)) for one in arms]
    late = replace(asked, conditions=(*asked.conditions, aside))
    if start.back:
        found = _walk(session, late, start, size) if laid else []
        rest = From(None if laid else start.key, back=True)
        return found + _of_priorities(session, usual, rest, size - len(found))
    found = [] if laid else _of_priorities(session, usual, start, size)
    return found + _walk(session, late, From(start.key if laid else None), size - len(found))


def _of_priorities(session: Session, arms: Sequence[Arm], start: From, size: int) -> list[Key]:
    """High priorities first: behind a row come the rest of its priority, and all that is below; before it, above."""
    if start.key is None:
        return _merged(session, arms, start, size, ranked=True)
    mine, at = -int(start.key[1]), beyond(BY_DATE, start.key[2:], back=start.back)
    beside = [Arm(one.priority, and_(one.condition, at)) if one.priority == mine else one for one in arms
              if (one.priority >= mine if start.back else one.priority <= mine)]
    return _merged(session, beside, From(back=start.back), size, ranked=True)


def _merged(session: Session, arms: Sequence[Arm], start: From, size: int, *, ranked: bool = False) -> list[Key]:
    """The first of each arm, put together. `ranked`: by priority before the date; keys are then those of `pressing`."""
    if not arms or size <= 0:
        return []
    bound = () if start.key is None else (beyond(BY_DATE, start.key, back=start.back),)
    order = _turned(BY_DATE, start.back)
    parts = [select(TASK.priority, *BY_DATE).where(one.condition, *bound).order_by(*order).limit(size).subquery()
             for one in arms]
    merged = union_all(*(select(one) for one in parts)).subquery()
    rank: tuple[ColumnElement[Any], ...] = (-merged.c.priority,) if ranked else ()
    keys = (*rank, merged.c.next_at, merged.c.opened_at, merged.c.id)
    laid: tuple[ColumnElement[Any], ...] = (literal(0),) if ranked else ()
    statement: Select[Any] = select(*laid, *keys).order_by(*_turned(keys, start.back)).limit(size)
    return [tuple(row) for row in session.execute(scoped(statement))]


def _walk(session: Session, asked: Asked, start: From, size: int) -> list[Key]:
    """Through all narrow rows of a tab."""
    if size <= 0:
        return []
    keys = asked.order()
    bound = () if start.key is None else (beyond(keys, start.key, back=start.back),)
    statement = (select(*(one.label(f"k{at}") for at, one in enumerate(keys))).where(asked.all(), *bound)
                 .order_by(*_turned(keys, start.back)).limit(size))
    return [tuple(row) for row in session.execute(scoped(statement))]


def _turned(keys: Sequence[ColumnElement[Any]], back: bool) -> list[ColumnElement[Any]]:
    return [one.desc() for one in keys] if back else list(keys)


def beyond(keys: Sequence[ColumnElement[Any]], at: Key, *, back: bool = False) -> Condition:
    """That a row comes after another one, or before it."""
    here, there = tuple_(*keys), tuple_(*(literal(value, one.type) for one, value in zip(keys, at, strict=True)))
    return here < there if back else here > there


_WRITTEN: dict[type[Any], str] = {datetime: "t", date: "d", UUID: "u", int: "i", str: "s"}


def mark(key: Key) -> str:
    """A key as part of an address."""
    parts = [_WRITTEN[type(one)] + (one.isoformat() if isinstance(one, date) else str(one)) for one in key]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def key_of(text: str, asked: Asked) -> Key | None:
    """The key that `mark` wrote for this order; None for anything else, which a database could not take either."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        key = tuple(_READ[one[0]](one[1:]) for one in parts)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError):
        return None
    kinds = [datetime if isinstance(one.type, UtcDateTime) else one.type.python_type for one in asked.order()]
    return key if [type(one) for one in key] == kinds else None


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment has a zone")
    return found.astimezone(UTC)


def _number(text: str) -> int:
    found = int(text)
    if abs(found) >= 2**31:
        raise ValueError("a number of a column")
    return found


def _word(text: str) -> str:
    if text and not text.isprintable():
        raise ValueError("a word can be printed")
    return text


_READ: dict[str, Callable[[str], Any]] = {"t": _moment, "d": date.fromisoformat, "u": UUID, "i": _number, "s": _word}
