"""The past decisions of an office, newest first, a part at a time; each with what is needed to ask again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.cases.backtest.variables import COLUMNS
from app.cases.model import EVERY, Case, DecisionRecord, FormSubmission

CHUNK = 500


class Past(NamedTuple):
    """One decision with its case."""

    id: UUID
    case_id: UUID
    hash: str
    version: int
    value: Any
    trace: Mapping[str, Any]
    at: datetime
    number: str
    status: str
    unit: str | None
    columns: Mapping[str, Any]


def count(session: Session, decision_id: str, since: datetime) -> int:
    """How many were made since then, in the session's office."""
    return session.scalar(select(func.count()).select_from(DecisionRecord).where(*_which(decision_id, since))) or 0


def parts(session: Session, decision_id: str, since: datetime) -> Iterator[list[Past]]:
    """Lists of at most CHUNK; the office is the session's."""
    columns = (DecisionRecord.id, DecisionRecord.case_id, DecisionRecord.hash, DecisionRecord.version,
               DecisionRecord.value, DecisionRecord.trace, DecisionRecord.at, Case.number, Case.status, Case.unit,
               *(getattr(Case, name) for name in COLUMNS))
    query = (select(*columns)
             .join(Case, and_(Case.tenant_id == DecisionRecord.tenant_id, Case.id == DecisionRecord.case_id))
             .where(*_which(decision_id, since)).execution_options(**EVERY)
             .order_by(DecisionRecord.at.desc(), DecisionRecord.id.desc()).limit(CHUNK))
    last: Past | None = None
    while True:
        before = () if last is None else (or_(DecisionRecord.at < last.at, and_(
            DecisionRecord.at == last.at, DecisionRecord.id < last.id)),)
        found = [_past(row) for row in session.execute(query.where(*before))]
        if found:
            yield found
        if len(found) < CHUNK:
            return
        last = found[-1]


def _which(decision_id: str, since: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return DecisionRecord.decision_id == decision_id, DecisionRecord.at >= since


def _past(row: Sequence[Any]) -> Past:
    ident, case_id, hashed, version, value, trace, at, number, status, unit, *columns = row
    answer = trace.get("value") if trace else value.get("value")
    return Past(ident, case_id, hashed, version, answer, trace, at, number, status, unit,
                dict(zip(COLUMNS, columns, strict=True)))


class Forms:
    """What was sent with forms in the cases of one part, read when it is first asked for."""

    def __init__(self, session: Session, part: Sequence[Past]) -> None:
        self.session, self.part = session, part
        self._sent: dict[UUID, list[tuple[datetime, Mapping[str, Any]]]] | None = None

    def before(self, past: Past) -> Iterator[Mapping[str, Any]]:
        """Up to the decision, the last first."""
        if self._sent is None:
            self._sent = self._read()
        return (data for at, data in self._sent.get(past.case_id, ()) if at <= past.at)

    def _read(self) -> dict[UUID, list[tuple[datetime, Mapping[str, Any]]]]:
        query = (select(FormSubmission.case_id, FormSubmission.at, FormSubmission.data)
                 .where(FormSubmission.case_id.in_({past.case_id for past in self.part}))
                 .order_by(FormSubmission.id.desc()))
        found: dict[UUID, list[tuple[datetime, Mapping[str, Any]]]] = {}
        for case_id, at, data in self.session.execute(query):
            found.setdefault(case_id, []).append((at, data))
        return found
