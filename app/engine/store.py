"""One step of one instance against the database: lock, run, write back. Everything in the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from blinker import Signal
from sqlalchemy import select
from sqlalchemy.orm import defer

from app.engine import budgets, held
from app.engine.held import Held as Held
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, ProcessInstance, TimerRow
from app.engine.ports import BudgetSpent, Ports, StepBudget
from app.engine.results import StepResult
from app.engine.rows import BUDGET as BUDGET
from app.engine.rows import Differences, write_rows
from app.engine.step import begin_held, run
from app.engine.stimuli import Start, Stimulus
from app.kernel import metrics
from app.kernel.errors import Conflict, NotFound, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones

ACTIVE, SUSPENDED = "active", "suspended"
AT_ONCE = 500
"""Ids in one query."""
written = Signal("Sent with an instance behind each step, once its new state is in its row.")


@dataclass(frozen=True)
class Stepped:
    """What a step changed. `result` is None when a budget was passed: then nothing changed but an incident."""

    instance: ProcessInstance
    result: StepResult | None
    opened: list[OpenTaskRow] = field(default_factory=list)
    closed: list[OpenTaskRow] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    resolved: list[IncidentRow] = field(default_factory=list)


def start(uow: UnitOfWork, begin: Start, ports: Ports, *, business_key: str | None = None,
          budget: StepBudget | None = None, spent: BudgetSpent | None = None) -> Stepped:
    """Begin an instance of the live definition. Raises what `run` raises.

    `spent`: why the first step was thrown away; the instance then waits at its start with that incident.
    """
    now, limits = zones.local_now(uow), budget or budgets.of(uow.session)
    result = (run(None, begin, now=now, ports=ports, budget=limits) if spent is None
              else begin_held(begin, spent, now=now, ports=ports, budget=limits))
    instance = ProcessInstance(
        tenant_id=uow.tenant_id, id=new_id(), process_id=begin.process_id, business_key=business_key,
        definition_hash=result.pins[begin.process_id], started_at=uow.now,
        **{"status": ACTIVE, **_values(uow, result, version=1)})
    uow.session.add(instance)
    written.send(instance)
    return _write_rows(uow, held.keep(uow.session, instance, new=True), result)


def holding(uow: UnitOfWork, instance_id: UUID) -> Held | None:
    """What this transaction holds of an instance; None before `lock`."""
    return held.of(uow.session, instance_id)


def hold(uow: UnitOfWork, instance: ProcessInstance) -> Held:
    """Note that the caller's statement locked the instance."""
    return held.keep(uow.session, instance)


def lock(uow: UnitOfWork, instance_id: UUID) -> Held:
    """The instance row and what belongs to it, held until the end of the transaction. Raises NotFound."""
    known = held.of(uow.session, instance_id)
    if known is not None:
        return known
    query = (select(ProcessInstance)
             .where(ProcessInstance.tenant_id == uow.tenant_id, ProcessInstance.id == instance_id)
             .with_for_update().execution_options(populate_existing=True))
    instance = uow.session.scalars(query).one_or_none()
    if instance is None:
        raise NotFound(msg("There is no such process instance."))
    return held.keep(uow.session, instance)


def lock_all(uow: UnitOfWork, instance_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Many instances at once, in the order of their ids, with their timers and without their state.

    The state is read only if somebody steps one of them later in the transaction. Unknown ids are left out.
    """
    wanted = sorted(one for one in instance_ids if held.of(uow.session, one) is None)
    for at in range(0, len(wanted), AT_ONCE):
        part = wanted[at:at + AT_ONCE]
        query = (select(ProcessInstance)
                 .where(ProcessInstance.tenant_id == uow.tenant_id, ProcessInstance.id.in_(part))
                 .order_by(ProcessInstance.id).options(defer(ProcessInstance.state))
                 .with_for_update().execution_options(populate_existing=True))
        mine = {row.id: held.keep(uow.session, row) for row in uow.session.scalars(query)}
        timers: dict[UUID, list[TimerRow]] = {one: [] for one in mine}
        found = select(TimerRow).where(TimerRow.instance_id.in_(part)).order_by(TimerRow.id)
        for timer in uow.session.scalars(found.execution_options(populate_existing=True)):
            timers[timer.instance_id].append(timer)
        for one, holder in mine.items():
            holder.give(TimerRow, timers[one])
    return {one: known for one in instance_ids if (known := held.of(uow.session, one)) is not None}


def apply(uow: UnitOfWork, instance_id: UUID, stimulus: Stimulus, ports: Ports, *,
          budget: StepBudget | None = None) -> Stepped:
    """One stimulus. Raises Conflict when the instance or the task is not open for it, and what `run` raises."""
    mine = lock(uow, instance_id)
    instance = mine.instance
    if instance.status == SUSPENDED:
        raise Conflict(msg("This is suspended for now. Please try again later."))
    if instance.status != ACTIVE:
        raise Conflict(msg("This process has ended already."))
    if any(isinstance(row, held.KINDS) for row in uow.session.new):
        uow.session.flush()  # what an earlier step of the transaction made may go with this one
    try:
        result = run(instance.state, stimulus, now=zones.local_now(uow), ports=ports,
                     budget=budget or budgets.of(uow.session))
    except BudgetSpent as spent:
        return Stepped(instance, None, incidents=_budget_incidents(uow, mine, stimulus, spent))
    _write_state(uow, instance, result)
    return _write_rows(uow, mine, result, _task_id(stimulus))


def suspend(uow: UnitOfWork, instance_id: UUID) -> bool:
    """Nothing moves the instance until `resume`: its jobs and timers are kept from workers. False: nothing to do."""
    mine = lock(uow, instance_id)
    if mine.instance.status != ACTIVE:
        return False
    mine.instance.status = SUSPENDED
    _hold(mine)
    return True


def resume(uow: UnitOfWork, instance_id: UUID) -> bool:
    """Go on; what came due meanwhile is due now. What an incident holds stays held. False: nothing to do."""
    mine = lock(uow, instance_id)
    if mine.instance.status != SUSPENDED:
        return False
    mine.instance.status = ACTIVE
    stopped = {incident.task_id for incident in mine.rows(IncidentRow).values()}
    for job in mine.rows(JobRow).values():
        job.state = "pending" if job.state == SUSPENDED else job.state
    for timer in mine.rows(TimerRow).values():
        timer.held = timer.id in stopped
    return True


def _task_id(stimulus: Stimulus) -> UUID | None:
    task_id = getattr(stimulus, "task_id", None)
    return UUID(task_id) if task_id else None


def replace(uow: UnitOfWork, instance_id: UUID, result: StepResult,
            renamed: Mapping[str, tuple[str, str, str]]) -> Stepped:
    """Store an instance that was moved to another version; `renamed` as in `Migration`. Raises Conflict.

    What stood on an element keeps its rows; a suspended instance stays so, with what was set up for it.
    """
    mine = lock(uow, instance_id)
    for incident in mine.rows(IncidentRow).values():
        if incident.task_id is not None and incident.task_id.hex in renamed:
            incident.element_id = renamed[incident.task_id.hex][2]
    _write_state(uow, mine.instance, result, definition_hash=result.pins[mine.instance.process_id])
    stepped = _write_rows(uow, mine, result)
    if mine.instance.status == SUSPENDED:
        _hold(mine)
    return stepped


def _hold(mine: Held) -> None:
    """Keep jobs and timers from workers."""
    for job in mine.rows(JobRow).values():
        job.state = SUSPENDED if job.state == "pending" else job.state
    for timer in mine.rows(TimerRow).values():
        timer.held = True


def _write_rows(uow: UnitOfWork, mine: Held, result: StepResult, task_id: UUID | None = None) -> Stepped:
    metrics.STEPS.inc()
    changed: Differences = write_rows(uow, mine, result, task_id)
    return Stepped(mine.instance, result, changed.opened, changed.closed, changed.incidents, changed.resolved)


def _values(uow: UnitOfWork, result: StepResult, version: int) -> dict[str, Any]:
    """The columns that a step changes."""
    values: dict[str, Any] = {"state": result.state, "version": version, "pins": dict(result.pins)}
    return values | {"status": "completed", "ended_at": uow.now} if result.completed else values


def _write_state(uow: UnitOfWork, instance: ProcessInstance, result: StepResult, **more: str) -> None:
    """The row's version is checked when it is written (`version_id_col`): a lost lock must never lose a step."""
    for name, value in (_values(uow, result, instance.version + 1) | more).items():
        setattr(instance, name, value)
    written.send(instance)


def _budget_incidents(uow: UnitOfWork, mine: Held, stimulus: Stimulus, spent: BudgetSpent) -> list[IncidentRow]:
    """One for each task, element and limit; none when somebody has only tried again."""
    instance, task_id = mine.instance, _task_id(stimulus)
    known = {(row.task_id, row.element_id, row.code) for row in mine.rows(IncidentRow).values() if row.source == BUDGET}
    row = IncidentRow(
        tenant_id=uow.tenant_id, id=new_id(), instance_id=instance.id, business_key=instance.business_key,
        task_id=task_id, source=BUDGET, element_id=spent.element_id, code=spent.code,
        message=spent.message, params=dict(spent.params), opened_at=uow.now)
    if (row.task_id, row.element_id, row.code) in known:
        return []
    uow.session.add(row)
    mine.rows(IncidentRow)[row.id] = row
    return [row]
