"""What is known of each case that was closed in a period, in three statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.cases.model import Case
from app.cases.queries import PROMISE, first_answers
from app.deadlines.model import Deadline
from app.insight.periods import Period

ACCEPT = "accept"
HOUR = 3600
LONG = 2_000
"""Hours; more are not told apart."""


@dataclass(frozen=True)
class ClosedCase:
    """`facts` is what the tables of the rates are asked with, by the names of their inputs."""

    id: UUID
    number: str
    unit: str | None
    module: str | None
    closed_at: datetime
    facts: Mapping[str, Any]


def closed_cases(session: Session, period: Period, inside: list[ColumnElement[bool]]) -> list[ClosedCase]:
    """The last closed first."""
    within = [Case.closed_at >= period.starts(), Case.closed_at < period.ends(), *inside]
    reached, in_time = first_answers(session, within), _in_time(session, within)
    query = (select(Case.id, Case.number, Case.unit, Case.module, Case.closed_at, Case.submitted_at, Case.outcome,
                    Case.kind, Case.service, Case.urgency, Case.channel, Case.rounds, Case.solved, Case.rating)
             .where(*within).order_by(Case.closed_at.desc(), Case.id.desc()))
    return [ClosedCase(row.id, row.number, row.unit, row.module, row.closed_at, {
        "outcome": row.outcome, "kind": row.kind, "service": row.service, "module": row.module, "unit": row.unit,
        "urgency": row.urgency, "channel": row.channel, "rounds": row.rounds, "solved": row.solved,
        "rating": row.rating, "response_hours": _hours(row.submitted_at, reached.get(row.id)),
        "accepted_in_time": in_time.get((row.id, ACCEPT)), "answered_in_time": in_time.get((row.id, PROMISE))})
        for row in session.execute(query)]


def _hours(since: datetime, until: datetime | None) -> int | None:
    """Whole hours of the clock, begun ones counted."""
    return None if until is None else min(LONG, max(0, -(-int((until - since).total_seconds()) // HOUR)))


def _in_time(session: Session, within: list[ColumnElement[bool]]) -> dict[tuple[UUID, str], bool]:
    """Whether every clock of that name was met in time; a dropped one that had not run out tells nothing."""
    ran_out = and_(Deadline.state == "dropped", Deadline.paused_at.is_(None), Deadline.due_at < Case.closed_at)
    good = case((and_(Deadline.state == "stopped", Deadline.stopped_at <= Deadline.due_at), 1), else_=0)
    query = (select(Deadline.case_id, Deadline.name, func.min(good))
             .join(Case, and_(Case.tenant_id == Deadline.tenant_id, Case.id == Deadline.case_id))
             .where(Deadline.name.in_((ACCEPT, PROMISE)), or_(Deadline.state == "stopped", ran_out), *within)
             .group_by(Deadline.case_id, Deadline.name))
    return {(case_id, name): bool(number) for case_id, name, number in session.execute(query)}
