"""When somebody first spoke with the residents of many cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.cases.model import Case, CaseEntry


def first_answers(session: Session, within: Sequence[ColumnElement[bool]]) -> dict[UUID, datetime]:
    """Case -> the first time a resident was reached, or got an answer they can read; `within`: conditions on `Case`."""
    spoken = and_(CaseEntry.kind == "contact", CaseEntry.reached.is_(True))
    written = and_(CaseEntry.kind == "reply", CaseEntry.visibility == "public")
    query = (select(CaseEntry.case_id, func.min(CaseEntry.at))
             .join(Case, and_(Case.tenant_id == CaseEntry.tenant_id, Case.id == CaseEntry.case_id))
             .where(CaseEntry.kind.in_(("contact", "reply")), or_(spoken, written), *within)
             .group_by(CaseEntry.case_id))
    return {case_id: at for case_id, at in session.execute(query)}  # noqa: C416 - rows are not pairs to mypy
