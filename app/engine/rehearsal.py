"""Plays scenarios against diagrams without a host: for tests, and before a diagram is published."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.engine.context import StepContext
from app.engine.definition import ProcessDefinition
from app.engine.flows_taken import flows_after
from app.engine.ports import StepBudget
from app.engine.results import Job, StepResult, TraceStep
from app.engine.scenarios import Deed, Scenario
from app.engine.stage import START, Decide, Stage
from app.engine.state import restore, save
from app.engine.step import run
from app.engine.stimuli import (
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Start,
    Stimulus,
    ThrowJobError,
)
from app.kernel.errors import Problem, YikouError, msg

SEED = "rehearsal"
MAX_JOBS = 200

Fill = Callable[[str, Mapping[str, Any], Mapping[str, Any], datetime], dict[str, Any]]
"""(form id, values, variables of the task, now) -> what the form hands on. Raises YikouError."""
Functions = Mapping[str, Callable[..., Any]]
Done = tuple[str, str | None, str]
"""Who did something: the person, the process of a task (None: of a journal line), the element."""
Bars = Callable[[Mapping[str, Any], Sequence[Done]], frozenset[str]]
"""(properties of a task that opens, what was done) -> who may not do it: `by:PERSON`, `@UNIT`."""
Look = Callable[[Deed | None, Mapping[str, Any]], None]


@dataclass
class Played:
    """How a run went. `elements`: (process, element) entered; `flows`: (process, flow) taken; `states`: after
    each stimulus."""

    problems: list[Problem] = field(default_factory=list)
    elements: set[tuple[str, str]] = field(default_factory=set)
    flows: set[tuple[str, str]] = field(default_factory=set)
    states: list[bytes] = field(default_factory=list)


def play(scenario: Scenario, definitions: Iterable[ProcessDefinition], decide: Decide,
         fill: Fill | None = None, *, resave: bool = False, functions: Functions | None = None,
         look: Look | None = None, bars: Bars | None = None) -> Played:
    """Run the scenario; what went otherwise than told are the problems.

    `resave`: after every stimulus the state is restored and saved once more, and must not change. `functions`: more
    FEEL functions. `bars`: who may not do a task, as the host says it. `look` is told at the start and
    after each deed what there is to expect, by name.
    """
    performance = _Performance(scenario, Stage(definitions, decide, scenario.answers, functions), fill, resave,
                               bars)
    try:
        performance.go(Start(scenario.process_id, scenario.variables, SEED, scenario.start, scenario.brought))
        if look is not None:
            look(None, performance.standing())
        for deed in scenario.deeds:
            performance.perform(deed)
            if look is not None:
                look(deed, performance.standing())
    except _Broken as broken:
        performance.played.problems.append(broken.problem)
    except YikouError as error:
        problem = performance.problem(performance.line, error.message, **error.params)
        performance.played.problems.append(problem)
    return performance.played


class _Broken(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Performance:
    """One run under way."""

    def __init__(self, scenario: Scenario, stage: Stage, fill: Fill | None, resave: bool, bars: Bars | None) -> None:
        self.scenario, self.stage, self.fill, self.resave, self.bars = scenario, stage, fill, resave, bars
        self.played = Played()
        self.result = StepResult(b"", False)
        self.line = scenario.line
        self.told: list[str] = []
        self.outcome: str | None = None
        self.ended: list[str] = []
        self.decided: dict[str, Any] = {}
        self.done: list[Done] = []
        self.barred: dict[str, frozenset[str]] = {}
        self.unanswered: dict[str, str] = {}

    def problem(self, line: int, message: str, **params: Any) -> Problem:
        return Problem("scenario", message, params, file=self.scenario.file, line=line,
                       within=(("%(name)s", {"name": self.scenario.name}),))

    def fail(self, message: str, **params: Any) -> _Broken:
        return _Broken(self.problem(self.line, message, **params))

    def perform(self, deed: Deed) -> None:
        self.line = deed.line
        if deed.kind == "expect":
            self.check(deed.target)
        elif deed.kind == "do":
            self.complete(deed)
        elif deed.kind == "job":
            self.answer(deed)
        elif deed.kind == "fire":
            timer = self.found(self.result.timers, deed)
            self.stage.now = max(self.stage.now, timer.due_at or self.stage.now)
            self.go(FireTimer(timer.task_id))
        else:
            self.send(deed)

    def answer(self, deed: Deed) -> None:
        """A job that fails for good or never answers stays open; it may still be answered later."""
        job = self.found(self.result.jobs, deed)
        self.unanswered.pop(job.task_id, None)
        if deed.outcome:
            self.unanswered[job.task_id] = deed.outcome
            return
        self.go(ThrowJobError(job.task_id, deed.error, deed.values) if deed.error
                else CompleteJob(job.task_id, deed.values))

    def found(self, offered: Iterable[Any], deed: Deed) -> Any:
        rows: list[Any] = list(offered)
        for row in rows:
            if row.element_id == deed.target and all(row.variables.get(k) == v for k, v in deed.of.items()):
                return row
        raise self.fail(msg("%(target)s is not open, but %(open)s"), target=deed.target,
                        open=", ".join(sorted(row.element_id for row in rows)) or "-")

    def complete(self, deed: Deed) -> None:
        task = self.found(self.result.open_tasks, deed)
        if deed.by and f"by:{deed.by}" in self.barred.get(task.task_id, ()):
            raise self.fail(msg("%(person)s may not do %(target)s: assign.exclude names what they did"), person=deed.by,
                            target=deed.target)
        values = dict(deed.values)
        if self.fill is not None and task.form_id is not None:
            values = self.fill(task.form_id, values, task.variables, self.stage.now)
        if deed.by:
            self.done.append((deed.by, task.process_id, task.element_id))
        self.go(CompleteTask(task.task_id, values), deed.by)

    def send(self, deed: Deed) -> None:
        waiting = next((one for one in self.result.subscriptions if one.name == deed.target), None)
        if waiting is None:
            raise self.fail(msg("nothing waits for the message %(target)s"), target=deed.target)
        self.go(DeliverMessage(waiting.task_id, waiting.name, waiting.key, deed.values))

    def go(self, stimulus: Stimulus, by: str | None = None) -> None:
        """One step, then the jobs that need nobody."""
        self.step(stimulus, by)
        for _ in range(MAX_JOBS):
            job = next((one for one in self.result.jobs if one.type in self.scenario.auto
                        and one.task_id not in self.unanswered), None)
            if job is None:
                return
            self.tell(job)
            self.step(CompleteJob(job.task_id, {}))
        raise self.fail(msg("more than %(limit)s jobs in one go"), limit=MAX_JOBS)

    def tell(self, job: Job) -> None:
        if job.headers.get("to") == "group" and not job.variables.get("group"):
            raise self.fail(msg("%(element)s tells a group but names none"), element=job.element_id)
        self.told.append(job.headers.get("template") or job.type)

    def step(self, stimulus: Stimulus, by: str | None = None) -> None:
        wrote = len(self.stage.wrote)
        first = isinstance(stimulus, Start)
        before = None if first else self.result.state
        self.result = run(before, stimulus, now=self.stage.now, ports=self.stage)
        if self.resave:
            again = save(restore(self.result.state, StepContext(self.stage.now, self.stage, StepBudget())))
            if again != self.result.state:
                raise self.fail(msg("the state changes when it is restored and saved"))
        self.played.states.append(self.result.state)
        if by:
            self.done += [(by, None, element) for element in self.stage.wrote[wrote:]]
        self.bar()
        self.note(self.result.steps)
        self.decided |= {one.decision_id: one.value for one in self.result.decisions}
        for element, properties in self.result.ended:
            self.ended.append(element)
            self.outcome = properties.get("outcome") or self.outcome
        for incident in self.result.incidents:
            params = dict(incident.params)
            raise self.fail("%(at)s: " + incident.message, at=incident.element_id, **params)

    def bar(self) -> None:
        """Who may not do a task is settled when it opens."""
        if self.bars is not None:
            self.barred = {one.task_id: self.barred[one.task_id] if one.task_id in self.barred
                           else self.bars(one.properties, self.done) for one in self.result.open_tasks}

    def note(self, steps: tuple[TraceStep, ...]) -> None:
        """Which elements and flows were reached."""
        for number, step in enumerate(steps):
            if step.how == "entered":
                self.played.elements.add((step.process_id, step.element_id))
            if step.how == "completed":
                self.played.flows |= flows_after(self.stage.by_id[step.process_id], step, steps[number + 1:])

    def standing(self) -> dict[str, Any]:
        """All there is to expect now."""
        now = self.result
        return {"open": SEEN["open"](self, None), "jobs": SEEN["jobs"](self, None), "waiting": sorted(_waiting(now)),
                "completed": now.completed, "outcome": SEEN["outcome"](self, None), "ended": list(self.ended),
                "phase": SEEN["phase"](self, None), "decisions": plain(self.decided),
                "clocks": {name: clock["state"] for name, clock in self.stage.clocks.items()},
                "barred": {name: found for name, found in SEEN["barred"](self, None).items() if found},
                "failed": SEEN["failed"](self, None), "silent": SEEN["silent"](self, None),
                "due": SEEN["due"](self, self.stage.clocks), "columns": plain(self.stage.columns)}

    def check(self, wanted: Mapping[str, Any]) -> None:
        for name, value in wanted.items():
            seen = SEEN[name](self, value)
            if seen != value:
                raise self.fail(msg("%(name)s is %(seen)s, not %(wanted)s"), name=name, seen=str(seen),
                                wanted=str(value))


def _waiting(result: StepResult) -> set[str]:
    return {timer.element_id for timer in result.timers} | {one.element_id for one in result.subscriptions}


def _unanswered(now: _Performance, how: str) -> list[str]:
    return sorted(job.element_id for job in now.result.jobs if now.unanswered.get(job.task_id) == how)


def _subset(seen: Mapping[str, Any], wanted: Any) -> Any:
    """What was seen, of the names that are wanted."""
    return {name: seen.get(name) for name in wanted} if isinstance(wanted, Mapping) else dict(seen)


def plain(value: Any) -> Any:
    """Numbers as a scenario file writes them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def _span(since: datetime, at: datetime) -> str:
    """Days, hours and minutes after the start: `5d 3h 30min`."""
    minutes = round((at - since).total_seconds() / 60)
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return sign + (" ".join(f"{number}{unit}" for number, unit in parts if number) or "0d")


SEEN: dict[str, Callable[[_Performance, Any], Any]] = {
    "open": lambda now, wanted: sorted(task.element_id for task in now.result.open_tasks),
    "jobs": lambda now, wanted: sorted(job.element_id for job in now.result.jobs),
    "waiting": lambda now, wanted: [name for name in wanted if name in _waiting(now.result)],
    "failed": lambda now, wanted: _unanswered(now, "fails"),
    "silent": lambda now, wanted: _unanswered(now, "silent"),
    "barred": lambda now, wanted: {task.element_id: sorted(now.barred.get(task.task_id, ()))
                                   for task in now.result.open_tasks if wanted is None or task.element_id in wanted},
    "completed": lambda now, wanted: now.result.completed,
    "outcome": lambda now, wanted: now.outcome if now.result.completed else None,
    "ended": lambda now, wanted: [name for name in wanted if name in now.ended],
    "variables": lambda now, wanted: _subset(now.result.variables, wanted),
    "columns": lambda now, wanted: _subset(now.stage.columns, wanted),
    "phases": lambda now, wanted: now.stage.phases,
    "phase": lambda now, wanted: now.stage.phases[-1] if now.stage.phases else None,
    "told": lambda now, wanted: [name for name in wanted if name in now.told],
    "entries": lambda now, wanted: [text for text in wanted if text in now.stage.entries],
    "clocks": lambda now, wanted: {name: now.stage.clocks.get(name, {}).get("state") for name in wanted},
    "decisions": lambda now, wanted: {name: now.decided.get(name) for name in wanted},
    "due": lambda now, wanted: {name: _span(START, now.stage.clocks[name]["due"]) if name in now.stage.clocks else None
                                for name in wanted},
    "groups": lambda now, wanted: {name: next((list(task.groups) for task in now.result.open_tasks
                                               if task.element_id == name), None) for name in wanted},
}
"""Each expectation by name: what is seen of it."""
