"""What stopped and waits for a person: incidents of processes, events that a subscriber failed to take."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases.model import Case, every
from app.cases.queries.parts import incident_view
from app.cases.views import Sentence
from app.engine.model import IncidentRow, JobRow, ProcessInstance
from app.kernel.commands import Actor
from app.kernel.errors import msg
from app.kernel.events import Delivery

INCIDENT, DELIVERY = "incident", "delivery"


@dataclass(frozen=True)
class StoppedFilter:
    """Each field that is set narrows. `at`: element, or subscriber of a delivery."""

    kind: str = ""
    process: str = ""
    at: str = ""
    code: str = ""
    numbers: Collection[str] = ()


EVERYTHING = StoppedFilter()


@dataclass(frozen=True)
class Stopped:
    """`id` is the row's that the command names; `job`: values can be given or an error thrown in its place."""

    kind: str
    id: UUID
    case_id: UUID | None
    number: str
    at: str
    code: str
    problem: Sentence
    since: datetime
    job: bool = False
    engine: bool = False


def stopped(session: Session, actor: Actor, wanted: StoppedFilter = EVERYTHING, limit: int = 200) -> list[Stopped]:
    """The newest first. Raises Forbidden."""
    policy.require(actor, "incident.read")
    found: list[Stopped] = []
    if wanted.kind in ("", INCIDENT):
        found += _incidents(session, wanted, limit)
    if wanted.kind in ("", DELIVERY) and not wanted.process:
        found += _deliveries(session, wanted, limit)
    return sorted(found, key=lambda one: one.since, reverse=True)[:limit]


def _incidents(session: Session, wanted: StoppedFilter, limit: int) -> list[Stopped]:
    query = (select(IncidentRow, Case, JobRow.id)
             .join(Case, (Case.tenant_id == IncidentRow.tenant_id) & (Case.instance_id == IncidentRow.instance_id),
                   isouter=True)
             .join(JobRow, (JobRow.tenant_id == IncidentRow.tenant_id) & (JobRow.id == IncidentRow.task_id),
                   isouter=True)
             .where(IncidentRow.resolved_at.is_(None)).order_by(IncidentRow.id.desc()).limit(limit))
    if wanted.process:
        query = query.where(IncidentRow.instance_id.in_(
            select(ProcessInstance.id).where(ProcessInstance.process_id == wanted.process)))
    for column, value in ((IncidentRow.element_id, wanted.at), (IncidentRow.code, wanted.code)):
        if value:
            query = query.where(column == value)
    if wanted.numbers:
        query = query.where(Case.number.in_(wanted.numbers))
    found = []
    for row, case, job_id in session.execute(every(query)):
        view = incident_view(row, case.id if case else None, case.number if case else "")
        found.append(Stopped(INCIDENT, row.id, view.case_id, view.case_number, row.element_id, row.code, view.problem,
                             row.opened_at, job=job_id is not None, engine=row.source == "engine"))
    return found


def _deliveries(session: Session, wanted: StoppedFilter, limit: int) -> list[Stopped]:
    query = (select(Delivery, Case.id, Case.number)
             .join(Case, (Case.tenant_id == Delivery.tenant_id) & (Case.id == Delivery.case_id), isouter=True)
             .where(Delivery.state == literal_column("'dead'")).order_by(Delivery.event_id.desc()).limit(limit))
    if wanted.at:
        query = query.where(Delivery.subscriber == wanted.at)
    if wanted.code:
        query = query.where(literal_column("'delivery_failed'") == wanted.code)
    if wanted.numbers:
        query = query.where(Case.number.in_(wanted.numbers))
    return [Stopped(DELIVERY, row.id, case_id, number or "", row.subscriber, "delivery_failed",
                    Sentence(msg("%(subscriber)s failed %(attempts)s times: %(error)s"),
                             {"subscriber": row.subscriber, "attempts": row.attempts,
                              "error": (row.last_error or "")[:300]}), row.run_at)
            for row, case_id, number in session.execute(every(query))]
