"""Returns of a case as pages show them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.model import CaseReturn
from app.cases.queries.rows import Names
from app.cases.views import ReturnView


def returns_of(session: Session, case_id: UUID, names: Names) -> tuple[ReturnView, ...]:
    """In the order they happened."""
    query = select(CaseReturn).where(CaseReturn.case_id == case_id).order_by(CaseReturn.id)
    return tuple(ReturnView(row.unit, *names.unit(row.unit), row.judgement, row.ground, row.wait_days, row.at)
                 for row in session.scalars(query))
