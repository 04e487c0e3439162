"""Which running instances a move concerns, and the pairs of its way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.cases.model import Case, every
from app.cases.queries.standing import Standing, at_element, pinned
from app.engine.model import ProcessInstance

_OF_CASE = and_(ProcessInstance.tenant_id == Case.tenant_id, ProcessInstance.id == Case.instance_id)


def instances(process_id: str, digest: str, at: Collection[str] = (),
              submitted_from: datetime | None = None, services: Collection[str] = (),
              units: Collection[str] = ()) -> Select[Any]:
    """(case, instance) of open cases and internal matters that run, or call, this version; the oldest first."""
    columns: tuple[Any, ...] = (Case.id, ProcessInstance.id)
    query = (select(*columns).join(ProcessInstance, _OF_CASE)
             .where(Case.status == "open", pinned(Standing(process_id, digest))).order_by(Case.id))
    if at:
        query = query.where(or_(*(at_element(Standing(process_id, digest, one)) for one in sorted(set(at)))))
    if submitted_from is not None:
        query = query.where(Case.submitted_at >= submitted_from)
    if services:
        query = query.where(Case.service.in_(sorted(set(services))))
    if units:
        query = query.where(Case.unit.in_(sorted(set(units))))
    return every(query)


def with_instances(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, tuple[Case, ProcessInstance]]:
    """Cases with their processes, read without a lock."""
    query = select(Case, ProcessInstance).join(ProcessInstance, _OF_CASE).where(Case.id.in_(list(case_ids)))
    return {case.id: (case, instance) for case, instance in session.execute(
        every(query).execution_options(populate_existing=True))}


def reversed_pairs(pairs: Mapping[str, str]) -> dict[str, str]:
    """Pairs the other way round. Where two elements went to one, which it was is known only of what has not gone on."""
    counts = Counter(pairs.values())
    return {after: before for before, after in pairs.items() if counts[after] == 1}
