"""The narrow rows of an instance after a step: added, changed or removed to match the step's result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.engine.held import Held, Row
from app.engine.model import (
    IncidentRow,
    JobRow,
    OpenTaskGroup,
    OpenTaskRow,
    ProcessInstance,
    SubscriptionRow,
    TimerRow,
)
from app.engine.results import Incident, Job, OpenTask, StepResult, Subscription, Timer
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork

BUDGET = "budget"
"""Source of incidents of steps that were thrown away."""


@dataclass
class Differences:
    """Rows that appeared and went; closed rows are detached values."""

    opened: list[OpenTaskRow] = field(default_factory=list)
    closed: list[OpenTaskRow] = field(default_factory=list)
    incidents: list[IncidentRow] = field(default_factory=list)
    resolved: list[IncidentRow] = field(default_factory=list)


def write_rows(uow: UnitOfWork, held: Held, result: StepResult, task_id: UUID | None = None) -> Differences:
    """Make the rows say what the result says. `task_id`: of the stimulus, which is no longer beyond its budget."""
    found = Differences()
    found.opened, found.closed = _match(uow, held, OpenTaskRow, result.open_tasks, _task_values)
    for row in found.closed:
        uow.session.discard(OpenTaskGroup, task_id=row.id)
    for row in found.opened:
        row.opened_at = uow.now
        for name in row.groups:
            uow.session.put(OpenTaskGroup, task_id=row.id, group_name=name)
    gone_timers = _match(uow, held, TimerRow, result.timers, _timer_values)[1]
    _match(uow, held, SubscriptionRow, result.subscriptions, _subscription_values)
    new_jobs, gone_jobs = _match(uow, held, JobRow, result.jobs, _job_values)
    for job in new_jobs:
        job.run_at = uow.now
    _match_incidents(uow, held, result.incidents, found)
    gone_ids = {row.id for row in found.closed} | {row.id for row in gone_timers} | {row.id for row in gone_jobs}
    _resolve_of_tasks(uow, held, gone_ids, task_id, found)
    return found


def _match(uow: UnitOfWork, held: Held, model: type[Row], wanted: Iterable[Any],
           values: Callable[[ProcessInstance, Any], dict[str, Any]]) -> tuple[list[Row], list[Row]]:
    """(new rows, removed rows) of one table; kept rows get the values that changed."""
    instance, known = held.instance, held.rows(model)
    gone, added = dict(known), []
    for item in wanted:
        row, changed = gone.pop(UUID(item.task_id), None), values(instance, item)
        if row is None:
            row = model(tenant_id=uow.tenant_id, id=UUID(item.task_id), instance_id=instance.id, **changed)
            uow.session.add(row)
            known[row.id] = row
            added.append(row)
            continue
        for name, value in changed.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    for row in gone.values():
        uow.session.delete(row)
        del known[row.id]
    return added, list(gone.values())


def _task_values(instance: ProcessInstance, task: OpenTask) -> dict[str, Any]:
    name_en = task.properties.get("name_en")
    return {"business_key": instance.business_key, "process_id": task.process_id, "element_id": task.element_id,
            "name": task.name, "name_en": name_en if isinstance(name_en, str) else task.name, "form_id": task.form_id,
            "groups": list(task.groups), "assignee": task.assignee, "due_at": task.due_at, "priority": task.priority,
            "lane": task.lane, "properties": dict(task.properties), "variables": dict(task.variables)}


def _timer_values(_instance: ProcessInstance, timer: Timer) -> dict[str, Any]:
    return {"element_id": timer.element_id, "due_at": timer.due_at, "clock": timer.clock, "repeats": timer.repeats}


def _subscription_values(_instance: ProcessInstance, one: Subscription) -> dict[str, Any]:
    return {"element_id": one.element_id, "name": one.name, "key": one.key}


def _job_values(_instance: ProcessInstance, job: Job) -> dict[str, Any]:
    return {"element_id": job.element_id, "type": job.type, "retries": job.retries, "headers": dict(job.headers),
            "variables": dict(job.variables)}


def _match_incidents(uow: UnitOfWork, held: Held, wanted: Iterable[Incident], found: Differences) -> None:
    """Incidents of the engine itself are kept while they last; those of jobs and budgets end with their task."""
    instance, known = held.instance, held.rows(IncidentRow)
    rows = {(row.task_id, row.element_id, row.code): row for row in known.values() if row.source == "engine"}
    for one in wanted:
        task_id = UUID(one.task_id) if one.task_id else None
        if rows.pop((task_id, one.element_id, one.code), None) is not None:
            continue
        row = IncidentRow(tenant_id=uow.tenant_id, id=new_id(), instance_id=instance.id, task_id=task_id,
                          business_key=instance.business_key, source="engine", element_id=one.element_id,
                          code=one.code, message=one.message, params=dict(one.params), opened_at=uow.now)
        uow.session.add(row)
        known[row.id] = row
        found.incidents.append(row)
    _resolve(uow, held, rows.values(), found)


def _resolve_of_tasks(uow: UnitOfWork, held: Held, gone: set[UUID], done: UUID | None, found: Differences) -> None:
    """Not those of the engine: an error that a job throws and nobody catches stands where the job stood."""
    _resolve(uow, held, [row for row in held.rows(IncidentRow).values()
                         if (row.task_id in gone and row.source != "engine")
                         or (row.source == BUDGET and row.task_id == done)], found)


def _resolve(uow: UnitOfWork, held: Held, rows: Iterable[IncidentRow], found: Differences) -> None:
    for row in rows:
        row.resolved_at = uow.now
        del held.rows(IncidentRow)[row.id]
        found.resolved.append(row)
