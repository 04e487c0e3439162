"""Reading promises: those of a case, and how many were kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.commitments.giving import digest
from app.cases.commitments.model import BROKEN, DROPPED, EXTENDED, KEPT, SUPERSEDED, Commitment


@dataclass(frozen=True)
class CommitmentView:
    """A promise as pages show it. `limit`: {"amount", "unit"}; `intact`: the row still is what was signed."""

    commitment_id: UUID
    service: str | None
    standard_zh: str
    standard_en: str
    limit: Mapping[str, Any]
    promised_at: datetime
    dated: bool
    apology: bool
    explanation: str
    remedy_zh: str
    remedy_en: str
    publish: bool
    tables: Mapping[str, str]
    digest: str
    intact: bool
    given_at: datetime
    ended: str | None
    ended_at: datetime | None


@dataclass(frozen=True)
class Sums:
    """`given` in a time and not replaced by another; of it or of earlier ones `kept`, `extended`, `broken`, `dropped`
    in that time; `open`: standing now."""

    given: int = 0
    kept: int = 0
    extended: int = 0
    broken: int = 0
    dropped: int = 0
    open: int = 0


def of_case(session: Session, case_id: UUID) -> tuple[CommitmentView, ...]:
    """The newest first; the first one is what is owed, or what was owed last."""
    query = select(Commitment).where(Commitment.case_id == case_id).order_by(Commitment.id.desc())
    return tuple(_view(row) for row in session.scalars(query))


def _view(row: Commitment) -> CommitmentView:
    amount = row.limit_amount
    plain = int(amount) if amount == int(amount) else amount.normalize()
    return CommitmentView(
        row.id, row.service, row.standard_zh, row.standard_en, {"amount": plain, "unit": row.limit_unit},
        row.promised_at, row.dated, row.apology, row.explanation, row.remedy_zh, row.remedy_en, row.publish, row.tables,
        row.digest, digest(row) == row.digest, row.given_at, row.ended, row.ended_at)


def sums(session: Session, by: InstrumentedAttribute[Any], begin: datetime, end: datetime,
         inside: Sequence[ColumnElement[bool]] = ()) -> dict[Any, Sums]:
    """Value of the column -> its sums over `begin` <= time < `end`, for rows that meet `inside`."""
    given = and_(_within(Commitment.given_at, begin, end), _stands_for_itself())
    settled = _within(Commitment.ended_at, begin, end)
    standing = Commitment.ended.is_(None)
    counts = (_sum(given), *(_sum(and_(settled, Commitment.ended == how)) for how in (KEPT, EXTENDED, BROKEN, DROPPED)),
              _sum(standing))
    query = (select(by, *counts).where(or_(given, settled, standing), *inside).group_by(by))
    return {key: Sums(*(int(one) for one in numbers)) for key, *numbers in session.execute(query)}


def _stands_for_itself() -> ColumnElement[bool]:
    return or_(Commitment.ended.is_(None), Commitment.ended.not_in(SUPERSEDED))


def _within(column: InstrumentedAttribute[Any], begin: datetime, end: datetime) -> ColumnElement[bool]:
    return and_(column >= begin, column < end)


def _sum(condition: Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
