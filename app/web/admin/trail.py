"""The audit trail as rows for its page: events in the order of their numbers. Ids and codes, no person's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.kernel.events import StoredEvent
from app.kernel.sequencer import EventNumber


@dataclass(frozen=True)
class TrailRow:
    """One event; `number` and `hash` are None until the sequencer has numbered it."""

    number: int | None
    hash: str | None
    type: str
    at: datetime
    actor_id: UUID | None
    actor_kind: str
    case_id: UUID | None
    data: dict[str, Any]


def trail(session: Session, *, before: int | None = None, prefix: str = "", limit: int = 100,
          left: int = 0) -> list[TrailRow]:
    """The newest first; `before` a number, and only types that begin with `prefix`. `left`: how many have no number
    yet, by `extent`; these come first."""
    waiting = _waiting(session, prefix, min(left, limit)) if before is None and left > 0 else []
    query = (select(StoredEvent, EventNumber.number, EventNumber.hash).select_from(EventNumber)
             .join(StoredEvent, (StoredEvent.tenant_id == EventNumber.tenant_id) & (StoredEvent.id == EventNumber.id))
             .order_by(EventNumber.number.desc()).limit(limit - len(waiting)))
    if before is not None:
        query = query.where(EventNumber.number < before)
    if prefix:
        query = query.where(StoredEvent.type.startswith(prefix, autoescape=True))
    return [_row(*found) for found in [*((row, None, None) for row in waiting), *session.execute(query)]]


def _row(row: StoredEvent, number: int | None, digest: str | None) -> TrailRow:
    return TrailRow(number, digest, row.type, row.at, row.actor_id, row.actor_kind, row.case_id, dict(row.data))


def _waiting(session: Session, prefix: str, limit: int) -> list[StoredEvent]:
    """The newest of those without a number."""
    numbered = exists().where(EventNumber.tenant_id == StoredEvent.tenant_id, EventNumber.id == StoredEvent.id)
    query = select(StoredEvent).where(~numbered).order_by(StoredEvent.id.desc()).limit(limit)
    if prefix:
        query = query.where(StoredEvent.type.startswith(prefix, autoescape=True))
    return list(session.scalars(query))


def extent(session: Session) -> tuple[int, int]:
    """(events with a number, events that still wait for one). The last number is their count: there are no gaps."""
    numbered = session.scalar(select(func.max(EventNumber.number))) or 0
    return numbered, (session.scalar(select(func.count()).select_from(StoredEvent)) or 0) - numbered
