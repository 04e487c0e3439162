"""What a step leaves for people to read: the path through the diagram, decisions, task events, faulty properties."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from app.cases import clock_events, events
from app.cases.effects import Fault
from app.cases.journal import record
from app.cases.model import Case, CaseStep, DecisionRecord
from app.engine import StepResult
from app.engine.model import IncidentRow, OpenTaskRow, ProcessInstance
from app.engine.store import Stepped
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

MESSAGE_LIFE = timedelta(days=30)
"""How long a message waits for somebody who wants it."""


def write(uow: UnitOfWork, case: Case, result: StepResult) -> None:
    """The path, and each decision with its version and what matched."""
    for one in result.steps:
        uow.session.put(CaseStep, id=new_id(), case_id=case.id, task_id=one.task_id, process_id=one.process_id,
                        element_id=one.element_id, how=one.how, at=uow.now)
    for taken in result.decisions:
        trace = taken.trace if isinstance(taken.trace, dict) else {}
        inputs = {str(i["label"]): i["value"] for table in trace.get("tables", ()) for i in table.get("inputs", ())}
        record_id = new_id()
        uow.session.put(DecisionRecord, id=record_id, case_id=case.id, decision_id=taken.decision_id,
                        element_id=taken.element_id, hash=taken.hash, version=taken.version, inputs=inputs,
                        value={"value": taken.value}, trace=trace, at=uow.now)
        record(uow, case, clock_events.DecisionMade, {taken.decision_id: taken.hash}, record_id=record_id,
               decision_id=taken.decision_id, element_id=taken.element_id, version=taken.version)


def tell_tasks(uow: UnitOfWork, case: Case, stepped: Stepped) -> None:
    """Tasks that opened, and those that ended without being done by a person."""
    assert stepped.result is not None  # noqa: S101  the caller writes only steps that count
    cancelled = {one.task_id for one in stepped.result.steps if one.how == "cancelled"}
    for row in stepped.closed:
        if row.id.hex in cancelled or str(row.id) in cancelled:
            record(uow, case, events.CaseTaskCancelled, **task_codes(row))
    for row in stepped.opened:
        record(uow, case, events.CaseTaskOpened, groups=",".join(row.groups)[:500], due_at=row.due_at,
               **task_codes(row))


def task_codes(row: OpenTaskRow) -> dict[str, Any]:
    """The fields every task event carries."""
    return {"task_id": row.id, "element_id": row.element_id, "process_id": row.process_id}


def minutes_open(row: OpenTaskRow, now: datetime) -> int:
    """Whole minutes since the task opened."""
    return max(0, int((now - row.opened_at).total_seconds() // 60))


def write_faults(uow: UnitOfWork, case: Case, instance: ProcessInstance, faults: list[Fault]) -> None:
    """A property that means nothing does not stop the case, but somebody must see it."""
    for fault in faults:
        row = IncidentRow(tenant_id=uow.tenant_id, id=new_id(), instance_id=instance.id,
                          business_key=instance.business_key, task_id=None, source="property",
                          element_id=fault.element_id, code="element_property", message=fault.message,
                          params=fault.params, opened_at=uow.now)
        uow.session.add(row)
        record(uow, case, clock_events.IncidentOpened, incident_id=row.id, code=row.code, element_id=row.element_id)
