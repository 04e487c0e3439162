"""One step of one instance against the database: lock, run, write back. Everything in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.engine.model import IncidentRow, OpenTaskRow, ProcessInstance
from app.engine.ports import BudgetSpent, Ports, StepBudget
from app.engine.results import StepResult
from app.engine.rows import Differences, write_rows
from app.engine.step import run
from app.engine.stimuli import Start, Stimulus
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones


@dataclass(frozen=True)
class Stepped:
    """What a step changed. `result` is None when a budget was passed: then nothing changed but an incident."""

    instance: ProcessInstance
    result: StepResult | None
    opened: list[OpenTaskRow] = field(default_factory=list)
    closed: list[OpenTaskRow] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    resolved: list[IncidentRow] = field(default_factory=list)


def start(uow: UnitOfWork, process_id: str, variables: Mapping[str, Any], ports: Ports, *,
          business_key: str | None = None, budget: StepBudget | None = None) -> Stepped:
    """Begin an instance of the live definition. Raises what `run` raises."""
    now = zones.local_now(uow)
    result = run(None, Start(process_id, variables), now=now, ports=ports, budget=budget or StepBudget())
    instance = ProcessInstance(
        tenant_id=uow.tenant_id, id=new_id(), process_id=process_id, definition_hash=result.pins[process_id],
        business_key=business_key, status="active", state=b"", version=0, started_at=uow.now, pins={})
    uow.session.add(instance)
    uow.session.flush()
    return _write(uow, instance, result)


def lock(uow: UnitOfWork, instance_id: UUID) -> ProcessInstance:
    """The instance row, held until the end of the transaction. Raises NotFound."""
    query = (select(ProcessInstance)
             .where(ProcessInstance.tenant_id == uow.tenant_id, ProcessInstance.id == instance_id)
             .with_for_update().execution_options(populate_existing=True))
    instance = uow.session.scalars(query).one_or_none()
    if instance is None:
        raise NotFound(msg("There is no such process instance."))
    return instance


def apply(uow: UnitOfWork, instance_id: UUID, stimulus: Stimulus, ports: Ports, *,
          budget: StepBudget | None = None) -> Stepped:
    """One stimulus. Raises Conflict when the instance or the task is not open for it, and what `run` raises."""
    instance = lock(uow, instance_id)
    if instance.status != "active":
        raise Conflict(msg("This process has ended already."))
    try:
        result = run(instance.state, stimulus, now=zones.local_now(uow), ports=ports, budget=budget or StepBudget())
    except BudgetSpent as spent:
        return Stepped(instance, None, incidents=[_budget_incident(uow, instance, stimulus, spent)])
    return _write(uow, instance, result)


def _write(uow: UnitOfWork, instance: ProcessInstance, result: StepResult) -> Stepped:
    _write_state(uow, instance, result)
    changed: Differences = write_rows(uow, instance, result)
    return Stepped(instance, result, changed.opened, changed.closed, changed.incidents, changed.resolved)


def _write_state(uow: UnitOfWork, instance: ProcessInstance, result: StepResult) -> None:
    """Version check beside the row lock: a lost lock must never lose a step."""
    key = (ProcessInstance.tenant_id == uow.tenant_id, ProcessInstance.id == instance.id)
    values: dict[str, Any] = {"state": result.state, "version": instance.version + 1, "pins": dict(result.pins)}
    if result.completed:
        values |= {"status": "completed", "ended_at": uow.now}
    statement = update(ProcessInstance).where(*key, ProcessInstance.version == instance.version).values(**values)
    done: Any = uow.session.execute(statement, execution_options={"synchronize_session": False})
    if done.rowcount != 1:
        raise Conflict(msg("This is being worked on right now. Please try again in a moment."))
    uow.session.refresh(instance)


def _budget_incident(uow: UnitOfWork, instance: ProcessInstance, stimulus: Stimulus, spent: BudgetSpent) -> IncidentRow:
    task_id = getattr(stimulus, "task_id", None)
    row = IncidentRow(
        tenant_id=uow.tenant_id, id=new_id(), instance_id=instance.id, business_key=instance.business_key,
        task_id=UUID(task_id) if task_id else None, source="budget", element_id=spent.element_id, code=spent.code,
        message=spent.message, params=dict(spent.params), opened_at=uow.now)
    uow.session.add(row)
    return row
