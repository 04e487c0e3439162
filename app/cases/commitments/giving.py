"""Gives promises, and writes how they ended. A promise that stands is never rewritten: a new row takes its place."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases import sources
from app.cases.commitments import events
from app.cases.commitments.model import (
    BROKEN,
    CHANGED,
    DATED,
    DROPPED,
    EXTENDED,
    KEPT,
    PROMISE,
    RECLASSIFIED,
    RENEWED,
    Commitment,
)
from app.cases.commitments.terms import Terms
from app.cases.journal import record
from app.cases.model import Case, DecisionRecord
from app.deadlines import ClockState, DeadlineBook
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

TABLES = ("commitment", "time_limit")
WORDINGS = "commitments"
"""The list of each service's own wording, which the room of the catalogue registers."""
SIGNED = ("case_id", "service", "module", "urgency", "round", "standard_zh", "standard_en", "limit_amount",
          "limit_unit", "promised_at", "dated", "apology", "explanation", "remedy", "remedy_zh", "remedy_en", "publish",
          "tables", "given_at")
SAME = ("service", "urgency", "round", "limit_amount", "limit_unit", "apology", "explanation", "remedy", "remedy_zh",
        "remedy_en", "publish")
"""Two promises equal in these are the same promise."""


def give(uow: UnitOfWork, case: Case, book: DeadlineBook, terms: Terms) -> None:
    """Promise, unless the same promise stands already for this run of the clock."""
    clock, last = _open(book), _last(uow, case)
    values = _values(terms)
    same = last is not None and all(getattr(last, name) == values[name] for name in SAME)
    if last is not None and _covers(last, clock, same=same):
        return
    if same and last is not None:
        values |= {name: getattr(last, name) for name in ("standard_zh", "standard_en", "tables")}
    else:
        values |= {"tables": _versions(uow, case)} | _standard(uow, terms)
    if last is not None and last.ended is None:
        _end(uow, case, last, _why(last, terms, clock, same=same))
    row = Commitment(tenant_id=uow.tenant_id, id=new_id(), case_id=case.id, unit=case.unit, given_at=uow.now,
                     promised_at=clock.due_at if clock else _latest(book, terms), dated=clock is not None,
                     extensions=clock.extensions if clock else 0, digest="", **values)
    row.digest = digest(row)
    uow.session.add(row)
    record(uow, case, events.CommitmentGiven, commitment_id=row.id, promised_at=row.promised_at,
           amount=row.limit_amount, limit_unit=row.limit_unit, remedy=row.remedy, digest=row.digest)


def keep(uow: UnitOfWork, case: Case, book: DeadlineBook) -> None:
    """The answer is out: the promise that stands was kept, or was not."""
    row = _last(uow, case)
    if row is None or row.ended is not None:
        return
    clock = book.clock(PROMISE) if row.dated else None
    late = clock.is_late(uow.now) if clock is not None else uow.now > row.promised_at
    longer = clock is not None and clock.extensions > row.extensions
    _end(uow, case, row, BROKEN if late else EXTENDED if longer else KEPT)


def broken(uow: UnitOfWork, case: Case) -> None:
    """The clock ran out."""
    _end_standing(uow, case, BROKEN)


def drop(uow: UnitOfWork, case: Case) -> None:
    """The request ended, and with it what was promised for it."""
    _end_standing(uow, case, DROPPED)


def digest(row: Commitment) -> str:
    """SHA-256 (hex) over what was promised, as canonical JSON."""
    signed = {name: _plain(getattr(row, name)) for name in SIGNED}
    return hashlib.sha256(json.dumps(signed, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The same text before and after the database: moments in UTC, amounts without a tail of noughts."""
    if isinstance(value, datetime):
        return int(value.timestamp() * 1_000_000)
    if isinstance(value, Decimal):
        return f"{value:.4f}"
    return str(value) if isinstance(value, UUID) else value


def _last(uow: UnitOfWork, case: Case) -> Commitment | None:
    query = (select(Commitment).where(Commitment.tenant_id == uow.tenant_id, Commitment.case_id == case.id)
             .order_by(Commitment.id.desc()).limit(1))
    return uow.session.scalars(query).one_or_none()


def _open(book: DeadlineBook) -> ClockState | None:
    clock = book.clock(PROMISE)
    return clock if clock is not None and clock.state in ("running", "paused") else None


def _covers(last: Commitment, clock: ClockState | None, *, same: bool) -> bool:
    """Whether the last promise goes on: given for this run of the clock, also where it was broken meanwhile."""
    if clock is None or not last.dated:
        return same and clock is None and last.ended is None
    return last.given_at >= clock.started_at and (same or last.ended == BROKEN)


def _why(last: Commitment, terms: Terms, clock: ClockState | None, *, same: bool) -> str:
    if last.service != terms.service:
        return RECLASSIFIED
    if not same:
        return CHANGED
    return RENEWED if last.dated or clock is None else DATED


def _end_standing(uow: UnitOfWork, case: Case, how: str) -> None:
    row = _last(uow, case)
    if row is not None and row.ended is None:
        _end(uow, case, row, how)


def _end(uow: UnitOfWork, case: Case, row: Commitment, how: str) -> None:
    row.ended, row.ended_at = how, uow.now
    row.unit = case.unit or row.unit
    record(uow, case, events.CommitmentEnded, commitment_id=row.id, how=how)


def _values(terms: Terms) -> dict[str, Any]:
    return {"service": terms.service, "module": terms.module, "urgency": terms.urgency, "round": terms.round,
            "limit_amount": terms.limit.amount, "limit_unit": terms.limit.unit, "apology": terms.apology,
            "explanation": terms.explanation, "remedy": terms.remedy, "remedy_zh": terms.remedy_zh,
            "remedy_en": terms.remedy_en, "publish": terms.publish}


def _standard(uow: UnitOfWork, terms: Terms) -> dict[str, str]:
    """The service's own wording; the table's where it has none."""
    zh, en = sources.names(uow.session, WORDINGS).get(terms.service or "", ("", ""))
    return {"standard_zh": zh or terms.standard_zh, "standard_en": en or (terms.standard_en if not zh else "")}


def _latest(book: DeadlineBook, terms: Terms) -> datetime:
    """The date if each step before takes its whole limit."""
    at = book.now
    for limit in (*terms.before, terms.limit):
        at = limit.due(book.calendar, at)
    return at


def _versions(uow: UnitOfWork, case: Case) -> dict[str, str]:
    """The versions of the tables that were asked last for this case."""
    found = {}
    for decision in TABLES:
        query = (select(DecisionRecord.hash)
                 .where(DecisionRecord.case_id == case.id, DecisionRecord.decision_id == decision)
                 .order_by(DecisionRecord.id.desc()).limit(1))
        found[decision] = uow.session.scalar(query) or ""
    return found
