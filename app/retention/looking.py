"""What the table would take now, in numbers; and what was taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.model import Case, every
from app.kernel.events import StoredEvent
from app.retention import kinds
from app.retention.model import RetentionHold
from app.retention.policy import NO_CASE, policy

SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One period of one kind. `cases`: how many combinations of nature, module and outcome have it; `rules`: ids of the
    rows of the table that say so."""

    what: str
    days: int
    cases: int
    due: int
    rules: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hold:
    """A case that must stay whole."""

    hold_id: UUID
    number: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Look:
    """`version` None: no table is in force, and everything is kept. `done`: events of the last batches. `kept`: kinds
    that the table keeps for ever; `idle`: those of closed cases while there is none."""

    version: int | None
    lines: list[Line]
    kept: list[str]
    held: int
    holds: list[Hold]
    done: list[dict[str, Any]]
    idle: list[str] = field(default_factory=list)


def look(session: Session, tenant_id: UUID, now: datetime) -> Look:
    """Only counts; nobody's words."""
    table = policy(session, tenant_id, now)
    lines, kept, idle = list[Line](), list[str](), list[str]()
    given = kinds.facts(session)
    for what in kinds.KINDS if table is not None else ():
        assert table is not None  # noqa: S101
        facts = given if what in kinds.OF_CASES else [NO_CASE]
        found = [Line(what, days, len(those), _due(session, what, those, now - timedelta(days=days)),
                      frozenset[str]().union(*(table.rules(what, one) for one in those)))
                 for days, those in sorted(table.by_days(what, facts).items())]
        lines += found
        if not found:
            (kept if facts else idle).append(what)
    return Look(table.version if table is not None else None, lines, kept, _held(session), _holds(session),
                _done(session), idle)


def _due(session: Session, what: str, facts: list[Any], before: datetime) -> int:
    if what in kinds.OF_CASES:
        query = kinds.case_ids(kinds.OF_CASES[what], session, facts, before).order_by(None)
        return int(session.scalar(every(select(func.count()).select_from(query.subquery()))) or 0)
    return sum(int(session.scalar(select(func.count()).select_from(one.model).where(one.before(before))) or 0)
               for one in kinds.AGED[what])


def _held(session: Session) -> int:
    """Closed cases that stay whole for some reason."""
    return int(session.scalar(every(
        select(func.count()).select_from(Case).where(Case.status == "closed", kinds.held()))) or 0)


def _holds(session: Session) -> list[Hold]:
    query = every(select(RetentionHold, Case.number).join(Case, (Case.tenant_id == RetentionHold.tenant_id) & (
        Case.id == RetentionHold.case_id)).order_by(RetentionHold.id.desc()).limit(SHOWN))
    return [Hold(row.id, number, row.reason, row.at) for row, number in session.execute(query)]


def _done(session: Session) -> list[dict[str, Any]]:
    query = (select(StoredEvent).where(StoredEvent.type == "retention.applied").order_by(StoredEvent.at.desc(),
                                                                                         StoredEvent.id.desc()))
    return [{**one.current(), "at": one.at} for one in session.scalars(query.limit(SHOWN))]
