"""Which cases still need a unit or a place."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.model import Case, every
from app.kernel.errors import msg
from app.tenancy import uses
from app.tenancy.model import Place


@uses.asker("unit", "cases")
def open_cases(session: Session, _tenant_id: UUID, code: str) -> list[uses.Use]:
    """Open cases of the unit."""
    query = select(func.count()).select_from(Case).where(Case.unit == code, Case.status == "open")
    count = session.scalar(every(query)) or 0
    return [(msg("%(count)s open cases are with it."), {"count": count})] if count else []


@uses.asker("place", "cases")
def cases_at(session: Session, _tenant_id: UUID, code: str) -> list[uses.Use]:
    """Cases of a place, the closed ones too: their page names it."""
    query = (select(func.count()).select_from(Case)
             .join(Place, (Place.tenant_id == Case.tenant_id) & (Place.id == Case.place_id)).where(Place.code == code))
    count = session.scalar(every(query)) or 0
    return [(msg("%(count)s cases name it."), {"count": count})] if count else []
