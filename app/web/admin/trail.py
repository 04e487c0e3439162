"""The audit trail as rows for its page: events in the order of their numbers. Ids and codes, no person's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
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


def trail(session: Session, *, before: int | None = None, prefix: str = "", limit: int = 100) -> list[TrailRow]:
    """The newest first; `before` a number, and only types that begin with `prefix`."""
    query = (select(StoredEvent, EventNumber.number, EventNumber.hash)
             .join(EventNumber, (EventNumber.tenant_id == StoredEvent.tenant_id) & (EventNumber.id == StoredEvent.id),
                   isouter=True)
             .order_by(EventNumber.number.is_not(None), EventNumber.number.desc(), StoredEvent.id.desc()).limit(limit))
    if before is not None:
        query = query.where(EventNumber.number < before)
    if prefix:
        query = query.where(StoredEvent.type.startswith(prefix, autoescape=True))
    return [TrailRow(number, digest, row.type, row.at, row.actor_id, row.actor_kind, row.case_id, dict(row.data))
            for row, number, digest in session.execute(query)]


def extent(session: Session) -> tuple[int, int]:
    """(events with a number, events that still wait for one)."""
    numbered = session.scalar(select(func.count()).select_from(EventNumber)) or 0
    return numbered, (session.scalar(select(func.count()).select_from(StoredEvent)) or 0) - numbered
