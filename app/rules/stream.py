"""Reading the numbered events of an office: forward from a position, or back over a window."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.cases.model import EVERY, REQUEST, Case
from app.kernel import database, pauses
from app.kernel.events import StoredEvent, upcast
from app.kernel.sequencer import EventNumber
from app.rules.conditions import Seen
from app.rules.language import GRACE
from app.rules.model import RuleDue, RuleFiring, RulePosition
from app.tenancy.model import Tenant

LATEST = 500
"""So many of the newest numbers are looked at for the newest event time."""


def offices() -> list[tuple[UUID, int, int]]:
    """(office, number read up to, number of the newest event) of offices that are not suspended; -1: never read."""
    newest = (select(func.max(EventNumber.number)).where(EventNumber.tenant_id == Tenant.tenant_id)
              .correlate(Tenant).scalar_subquery())
    query = (select(Tenant.tenant_id, func.coalesce(RulePosition.number, -1), func.coalesce(newest, 0))
             .outerjoin(RulePosition, RulePosition.tenant_id == Tenant.tenant_id)
             .where(pauses.working(Tenant.tenant_id)).order_by(Tenant.tenant_id))
    with database.current().claim() as session:
        return [(row[0], int(row[1]), int(row[2])) for row in session.execute(query)]


def offices_with_due(now: datetime) -> set[UUID]:
    """Offices in which something awaited has not come by now."""
    query = (select(RuleDue.tenant_id).where(RuleDue.due_at <= now - GRACE, pauses.working(RuleDue.tenant_id))
             .distinct())
    with database.current().claim() as session:
        return set(session.scalars(query))


def forward(session: Session, low: int, high: int, types: Collection[str], limit: int, *,
            residents: bool = False) -> list[Seen]:
    """Up to `limit` events of these types with low < number <= high, in order; `residents`: who is who, too."""
    query = _events(types).where(EventNumber.number > low, EventNumber.number <= high)
    return _seen(session, session.execute(query.order_by(EventNumber.number).limit(limit)), residents=residents)


def window(session: Session, high: int, types: Collection[str], since: datetime, *,
           residents: bool = False) -> list[Seen]:
    """Events of these types up to a number that are not older than `since`, in order."""
    query = _events(types).where(EventNumber.number <= high, StoredEvent.at >= since)
    return _seen(session, session.execute(query.order_by(EventNumber.number)), residents=residents)


def latest(session: Session, high: int) -> datetime | None:
    """The newest event time around a position; None before the first event."""
    query = (select(func.max(StoredEvent.at)).join(EventNumber, _same())
             .where(EventNumber.number <= high, EventNumber.number > high - LATEST))
    return session.scalar(query)


def waits_for_number(session: Session, event: str, since: datetime, until: datetime) -> bool:
    """Whether an event of this type and time is committed and has no number yet: whoever judges waits for it."""
    numbered = exists().where(EventNumber.tenant_id == StoredEvent.tenant_id, EventNumber.id == StoredEvent.id)
    query = select(StoredEvent.id).where(StoredEvent.type == event, StoredEvent.at >= since, StoredEvent.at <= until,
                                         ~numbered)
    return session.scalars(query.limit(1)).first() is not None


def first_number_since(session: Session, since: datetime) -> int:
    """The number before the first event that became known at `since` or later."""
    found = session.scalar(select(func.min(EventNumber.number)).where(EventNumber.at >= since))
    return (session.scalar(select(func.max(EventNumber.number))) or 0) if found is None else found - 1


def head(session: Session) -> int:
    """The newest number."""
    return session.scalar(select(func.max(EventNumber.number))) or 0


def ids_of(session: Session, numbers: Iterable[int]) -> dict[int, tuple[UUID, UUID | None]]:
    """Number -> (event, its case)."""
    query = (select(EventNumber.number, StoredEvent.id, StoredEvent.case_id).join(StoredEvent, _same())
             .where(EventNumber.number.in_(list(numbers))))
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}


def used(session: Session, version: str, since_number: int) -> set[int]:
    """Numbers of the events that firings of a version have used, from a number on."""
    query = select(RuleFiring.numbers).where(RuleFiring.version == version, RuleFiring.number >= since_number)
    return {int(number) for numbers in session.scalars(query) for number in numbers}


def _same() -> Any:
    return (EventNumber.tenant_id == StoredEvent.tenant_id) & (EventNumber.id == StoredEvent.id)


def _events(types: Collection[str]) -> Select[Any]:
    return (select(StoredEvent.tenant_id, EventNumber.number, StoredEvent.id, StoredEvent.type, StoredEvent.at,
                   EventNumber.at, StoredEvent.case_id, StoredEvent.schema_version, StoredEvent.data,
                   StoredEvent.cause_id)
            .join(EventNumber, _same()).where(StoredEvent.type.in_(sorted(types)), ~_internal())
            .execution_options(**EVERY))


def _internal() -> ColumnElement[bool]:
    """Rules look at residents' requests: that an order from above is late must not bring about another one."""
    return exists().where(Case.tenant_id == StoredEvent.tenant_id, Case.id == StoredEvent.case_id,
                          Case.nature != REQUEST)


def _seen(session: Session, rows: Iterable[Any], *, residents: bool) -> list[Seen]:
    rows = list(rows)
    hidden = _hidden(session, {row[9] for row in rows if row[9] is not None})
    people = {UUID(row[8]["person_id"]) for row in rows if residents and row[8].get("person_id")}
    same = {str(one): str(first) for one, first in cases.same_people(session, people).items()}
    return [Seen(row[0], row[1], row[2], row[3], row[4], row[5], row[6], upcast(row[3], row[7], row[8]),
                 hidden.get(str(row[2]), frozenset()), same.get(str(row[8].get("person_id")))) for row in rows]


def _hidden(session: Session, causes: Collection[UUID]) -> dict[str, frozenset[str]]:
    """Event id -> keys of the rules that brought it about."""
    if not causes:
        return {}
    query = select(RuleFiring.made, RuleFiring.line).where(RuleFiring.event_id.in_(list(causes)),
                                                           RuleFiring.mode == "live")
    return {str(made): frozenset(line) for found, line in session.execute(query) for made in found}


def since(newest: datetime | None, memory: timedelta) -> datetime | None:
    """How far back a window reaches; None when there is nothing to look back on."""
    return newest - memory if newest is not None and memory else None
