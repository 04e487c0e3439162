"""Internal matters for the rooms that opened them: by what they are about, or as a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cases import access
from app.cases.model import REQUEST, Case, every
from app.kernel.commands import Actor


@dataclass(frozen=True)
class Matter:
    """One internal matter. `step`: the `phase` its diagram is at; `rating`: 1 to 5, where its diagram gives one."""

    id: UUID
    number: str
    nature: str
    subject_id: UUID | None
    title: str
    unit: str | None
    kind: str | None
    step: str
    status: str
    outcome: str | None
    rating: int | None
    fields: Mapping[str, Any]
    opened_at: datetime
    closed_at: datetime | None


def matter_of(session: Session, nature: str, subject_id: UUID) -> Matter | None:
    """The newest matter of this nature about a subject; no right is asked."""
    return next(iter(matters(session, nature, Case.subject_id == subject_id, limit=1)), None)


def matters(session: Session, nature: str, *conditions: ColumnElement[bool], limit: int = 100) -> list[Matter]:
    """The newest first; `conditions` on `Case`. No right is asked: the room that shows them does."""
    query = select(Case).where(Case.nature == nature, *conditions).order_by(Case.id.desc()).limit(limit)
    return [_matter(case) for case in session.scalars(every(query))]


def matter(session: Session, actor: Actor, matter_id: UUID, nature: str) -> Matter:
    """One of this nature, for a reader that has to do with it. Raises Forbidden, NotFound."""
    case = access.readable(session, actor, matter_id)
    if case.nature != nature or nature == REQUEST:
        raise access.missing()
    return _matter(case)


def _matter(case: Case) -> Matter:
    return Matter(case.id, case.number, case.nature, case.subject_id, case.text, case.unit, case.kind, case.phase,
                  case.status, case.outcome, case.rating, case.fields, case.submitted_at, case.closed_at)


