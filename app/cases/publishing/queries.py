"""Reading public summaries, those that wait for one, and the counts of a month without persons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case as sql_case
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import access
from app.cases.model import Case
from app.cases.publishing import allowed
from app.cases.publishing.model import PublicCase
from app.cases.queries.rows import Names
from app.deadlines.model import Deadline
from app.kernel.commands import Actor

FEWEST = 5
"""Smaller counts could point at somebody."""
SATISFIED = 4
MOST = 100


@dataclass(frozen=True)
class PublicRow:
    """A case as everybody may read it. The day it ended is told by month only."""

    module: str | None
    service_zh: str
    service_en: str
    unit_zh: str
    unit_en: str
    summary_zh: str
    summary_en: str
    closed_at: datetime | None
    rating: int | None


@dataclass(frozen=True)
class WaitingRow:
    """A case that may be shown, for its editors. `text` is empty for who may not read the request."""

    case_id: UUID
    number: str
    text: str
    service_zh: str
    service_en: str
    unit_zh: str
    unit_en: str
    closed_at: datetime | None
    state: str
    summary_zh: str
    summary_en: str
    may_write: bool
    may_decide: bool


@dataclass(frozen=True)
class Figures:
    """Counts of one module; None stands for a number too small to be told."""

    module: str
    taken: int | None
    in_time: int | None
    satisfied: int | None


def published(session: Session, tenant_id: UUID, *, module: str | None = None, limit: int = MOST) -> list[PublicRow]:
    """Approved, agreed, closed, and allowed by the table as it stands today; the newest first."""
    query = (select(Case, PublicCase)
             .join(PublicCase, (PublicCase.tenant_id == Case.tenant_id) & (PublicCase.id == Case.id))
             .where(PublicCase.state == "published", Case.may_publish.is_(True), Case.status == "closed")
             .order_by(PublicCase.decided_at.desc(), PublicCase.id.desc()).limit(limit))
    if module:
        query = query.where(Case.module == module)
    names, listing = Names(session), allowed.Listing(session, tenant_id)
    return [PublicRow(case.module, *names.service(case.service), *names.unit(case.unit), row.summary_zh,
                      row.summary_en, case.closed_at, case.rating)
            for case, row in session.execute(query) if listing.allows(case)]


def waiting(session: Session, tenant_id: UUID, actor: Actor, limit: int = MOST) -> list[WaitingRow]:
    """Agreed, closed cases of the actor's units, those without a summary first. Raises Forbidden."""
    policy.require(actor, "public_case.read")
    found = [_waiting_row(session, actor, case, row, Names(session))
             for case, row in _candidates(session, tenant_id, limit * 5)
             if allowed.may_write(actor, case) or (allowed.may_decide(actor, case) and row is not None)]
    order = {"": 0, "draft": 1, "published": 2, "withdrawn": 3}
    return sorted(found, key=lambda one: order[one.state])[:limit]


def agreed(session: Session, case_id: UUID) -> bool:
    """Whether the resident lets the office show the case."""
    return bool(session.scalar(select(Case.may_publish).where(Case.id == case_id)))


def summary(session: Session, tenant_id: UUID, actor: Actor, case_id: UUID) -> WaitingRow:
    """One of `waiting`. Raises NotFound."""
    for one in waiting(session, tenant_id, actor):
        if one.case_id == case_id:
            return one
    raise access.missing()


def _candidates(session: Session, tenant_id: UUID, limit: int) -> Iterable[tuple[Case, PublicCase | None]]:
    query = (select(Case, PublicCase)
             .join(PublicCase, (PublicCase.tenant_id == Case.tenant_id) & (PublicCase.id == Case.id), isouter=True)
             .where(Case.may_publish.is_(True), Case.status == "closed").order_by(Case.closed_at.desc()).limit(limit))
    listing = allowed.Listing(session, tenant_id)
    return [(case, row) for case, row in session.execute(query) if listing.allows(case)]


def _waiting_row(session: Session, actor: Actor, case: Case, row: PublicCase | None, names: Names) -> WaitingRow:
    may_write = allowed.may_write(actor, case) and policy.can(actor, "public_case.write")
    return WaitingRow(
        case.id, case.number if may_write else "", case.text if may_write else "", *names.service(case.service),
        *names.unit(case.unit), case.closed_at, row.state if row else "", row.summary_zh if row else "",
        row.summary_en if row else "", may_write,
        allowed.may_decide(actor, case) and policy.can(actor, "public_case.publish"))


def figures(session: Session, begin: datetime, end: datetime) -> list[Figures]:
    """Of cases handed in between two moments, by module: taken in, answered in time, rated satisfied."""
    answered = (Deadline.state == "stopped") & Deadline.breached_at.is_(None)
    query = (select(Case.module, func.count(), func.sum(sql_case((answered, 1), else_=0)),
                    func.sum(sql_case((Case.rating >= SATISFIED, 1), else_=0)))
             .join(Deadline, (Deadline.tenant_id == Case.tenant_id) & (Deadline.case_id == Case.id)
                   & (Deadline.name == "reply"), isouter=True)
             .where(Case.submitted_at >= begin, Case.submitted_at < end, Case.module.is_not(None))
             .group_by(Case.module).order_by(Case.module))
    return [Figures(str(row[0]), *(_large(value) for value in row[1:])) for row in session.execute(query)]


def _large(value: int | None) -> int | None:
    return int(value) if value is not None and value >= FEWEST else None
