"""Reading what processes begin by, who waits for a message, and what was sent by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases.model import Case, CaseStep, every
from app.cases.starts.model import MessageByHand
from app.engine import SIGNAL_WORD
from app.engine.model import ProcessInstance, StartRow, SubscriptionRow
from app.kernel.commands import Actor

SHOWN = 100


@dataclass(frozen=True)
class Beginning:
    """One start event with a trigger. `kind`: timer, message or signal. `next_at`: of a timer, None when nothing more
    is due; `late_at`: when a worker looks again after failures. `last_at`: when it began an instance last."""

    process_id: str
    element_id: str
    kind: str
    name: str
    text: str
    next_at: datetime | None
    late_at: datetime | None
    failures: int
    last_at: datetime | None
    begun: int


@dataclass(frozen=True)
class Waiting:
    """A process that waits for a message with this name and key."""

    case_id: UUID
    number: str
    process_id: str
    element_id: str
    name: str
    key: str
    pins: Mapping[str, str]


def beginnings(session: Session, actor: Actor) -> list[Beginning]:
    """By process and element. Raises Forbidden."""
    policy.require(actor, "definition.read")
    rows = list(session.scalars(select(StartRow).order_by(StartRow.process_id, StartRow.element_id)))
    known = _begun(session, {row.process_id for row in rows})
    found = []
    for row in rows:
        last_at, begun = known.get((row.process_id, row.element_id), (None, 0))
        late_at = row.run_at if row.failures and row.run_at != row.due_at else None
        found.append(Beginning(row.process_id, row.element_id, row.kind, row.name or "", row.text or "", row.due_at,
                               late_at, row.failures, last_at, begun))
    return found


def _begun(session: Session, processes: set[str]) -> dict[tuple[str, str], tuple[datetime, int]]:
    """(process, start event) -> when it last began a matter, and how many it has begun."""
    query = (select(CaseStep.process_id, CaseStep.element_id, func.max(CaseStep.at),
                    func.count(CaseStep.case_id.distinct()))
             .join(Case, (Case.tenant_id == CaseStep.tenant_id) & (Case.id == CaseStep.case_id))
             .join(StartRow, (StartRow.tenant_id == CaseStep.tenant_id) & (StartRow.process_id == CaseStep.process_id)
                   & (StartRow.element_id == CaseStep.element_id))
             .where(CaseStep.process_id.in_(processes), CaseStep.how == "completed")
             .group_by(CaseStep.process_id, CaseStep.element_id))
    return {(row[0], row[1]): (row[2], int(row[3])) for row in session.execute(every(query))}


def waiting(session: Session, actor: Actor, limit: int = SHOWN) -> list[Waiting]:
    """Open cases that wait for a message, those that have waited longest first. Raises Forbidden."""
    policy.require(actor, "instance.change")
    query = (select(Case.id, Case.number, ProcessInstance.process_id, SubscriptionRow.element_id, SubscriptionRow.name,
                    SubscriptionRow.key, ProcessInstance.pins)
             .join(SubscriptionRow, (SubscriptionRow.tenant_id == Case.tenant_id)
                   & (SubscriptionRow.instance_id == Case.instance_id))
             .join(ProcessInstance, (ProcessInstance.tenant_id == Case.tenant_id)
                   & (ProcessInstance.id == Case.instance_id))
             .where(Case.status == "open", SubscriptionRow.key.not_like(f"{SIGNAL_WORD}%"))
             .order_by(Case.id, SubscriptionRow.id).limit(limit))
    return [Waiting(*row) for row in session.execute(every(query))]


def sent_by_hand(session: Session, actor: Actor, limit: int = 20) -> list[MessageByHand]:
    """The newest first. Raises Forbidden."""
    policy.require(actor, "instance.change")
    return list(session.scalars(select(MessageByHand).order_by(MessageByHand.id.desc()).limit(limit)))
