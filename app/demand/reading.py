"""Classified cases as rows to count, in one statement; places with all they belong to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.cases.model import Case, Person
from app.demand.cells import Cell, Row
from app.tenancy.model import Place

DEEPEST = 6
"""Steps up from a place; a circle in the data ends here."""
CLASSIFIED = or_(Case.service.is_not(None), and_(Case.module.is_not(None), Case.kind.is_not(None)))


def first_day(session: Session) -> datetime | None:
    """When the first case came in."""
    return session.scalar(select(func.min(Case.submitted_at)).where(CLASSIFIED))


def rows(session: Session, zone: ZoneInfo, since: datetime, until: datetime,
         case_ids: Collection[UUID] | None = None) -> list[Row]:
    """Cases that came in from `since` up to `until`, in order; days are the office's."""
    above = places_above(session)
    query = (select(Case.id, Case.submitted_at, Case.service, Case.module, Case.kind, Case.place_id, Case.rating,
                    Case.solved, Case.rounds, Case.person_id, Person.user_id, Person.phone)
             .outerjoin(Person, and_(Person.tenant_id == Case.tenant_id, Person.id == Case.person_id))
             .where(CLASSIFIED, Case.submitted_at >= since, Case.submitted_at < until)
             .order_by(Case.submitted_at, Case.id))
    if case_ids is not None:
        query = query.where(Case.id.in_(list(case_ids)))
    return [Row(one[0], one[1].astimezone(zone).date(), one[2], one[3], one[4], above.get(one[5], ()),
                one[10] or one[11] or one[9], one[6], one[7], one[8]) for one in session.execute(query)]


def places_above(session: Session) -> dict[UUID | None, tuple[str, ...]]:
    """Place id -> its code and the codes of what it belongs to, from below."""
    found = [(row[0], row[1], row[2]) for row in session.execute(select(Place.id, Place.code, Place.parent_code))]
    parents = {code: parent for _id, code, parent in found}
    return {place_id: _chain(code, parents) for place_id, code, _parent in found}


def _chain(code: str, parents: dict[str, str | None]) -> tuple[str, ...]:
    chain: list[str] = []
    at: str | None = code
    while at and at in parents and at not in chain and len(chain) < DEEPEST:
        chain.append(at)
        at = parents[at]
    return tuple(chain)


def in_cell(cell: Cell, found: Iterable[Row]) -> list[Row]:
    """The rows that count in a cell."""
    topic = (lambda row: row.service) if cell.level == "service" else (lambda row: f"{row.module}/{row.kind}")
    return [row for row in found if topic(row) == cell.code and (not cell.place or cell.place in row.places)]
