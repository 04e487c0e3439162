"""An instance in the database: each step is a transaction, and what is open is read from the narrow rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.engine import (
    Incident,
    Job,
    OpenTask,
    Start,
    StepResult,
    Stimulus,
    Subscription,
    Timer,
    store,
)
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.kernel import clock, database
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import UnitOfWork, transact
from tests.reliability.processes.blocks import Diagram
from tests.reliability.processes.drawing import draw
from tests.reliability.processes.walking import BEGIN, BUDGET, Ports, Walk, ports_of

TENANT = UUID(int=7)


class Rows:
    """Implements `Host` on the installed database."""

    def __init__(self, ports: Ports) -> None:
        self.ports, self.clock = ports, clock.VirtualClock(BEGIN)
        self.instance: UUID | None = None

    def do(self, stimulus: Stimulus, now: datetime) -> StepResult:
        """One transaction; then everything is read again."""
        self.clock.move_to(now)
        with clock.use(self.clock):
            return self.read(transact(TENANT, SYSTEM, lambda uow: self.step(uow, stimulus)))

    def step(self, uow: UnitOfWork, stimulus: Stimulus) -> StepResult:
        """Begin or go on."""
        if isinstance(stimulus, Start):
            stepped = store.start(uow, stimulus, self.ports, budget=BUDGET)
            self.instance = stepped.instance.id
        else:
            assert self.instance is not None
            stepped = store.apply(uow, self.instance, stimulus, self.ports, budget=BUDGET)
        assert stepped.result is not None
        return stepped.result

    def read(self, thrown: StepResult) -> StepResult:
        """What the rows say; what was thrown is in no row."""
        with database.current().read(TENANT) as session:
            def rows(model: Any) -> list[Any]:
                return list(session.scalars(select(model).where(model.instance_id == self.instance).order_by(model.id)))
            instance = session.scalars(select(ProcessInstance).where(ProcessInstance.id == self.instance)).one()
            return StepResult(
                state=instance.state, completed=instance.status == "completed", variables=thrown.variables,
                messages=thrown.messages, signals=thrown.signals,
                open_tasks=tuple(OpenTask(r.id.hex, r.process_id, r.element_id, r.name, r.form_id, tuple(r.groups), r.assignee,
                                          r.due_at, r.priority, r.lane, r.properties, r.variables) for r in rows(OpenTaskRow)),
                jobs=tuple(Job(r.id.hex, r.element_id, r.type, r.retries, r.headers, r.variables) for r in rows(JobRow)),
                timers=tuple(Timer(r.id.hex, r.element_id, r.due_at, r.clock, r.repeats) for r in rows(TimerRow)),
                subscriptions=tuple(Subscription(r.id.hex, r.element_id, r.name, r.key) for r in rows(SubscriptionRow)),
                incidents=tuple(Incident(None, r.element_id, r.code, r.message) for r in rows(IncidentRow)
                                if r.resolved_at is None))


def walk_rows(seeds: range, paths: int) -> tuple[int, int, list[str]]:
    """(paths, steps, differences) through the installed database."""
    steps, wrong = 0, []
    for seed in seeds:
        diagram: Diagram = draw(seed)
        ports = ports_of(diagram)
        for path in range(paths):
            walk = Walk(diagram, path, Rows(ports))
            try:
                walk.go()
            except AssertionError as error:
                wrong.append(f"diagram {seed} path {path}: {error}")
            steps += len(walk.steps)
    return len(seeds) * paths, steps, wrong
