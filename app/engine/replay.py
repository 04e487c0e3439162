"""What was done in a past run, done again on diagrams in memory: the path it takes, and where it stops. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.engine.definition import ProcessDefinition
from app.engine.results import StepResult
from app.engine.stage import Decide, Stage
from app.engine.step import run
from app.engine.stimuli import CompleteJob, CompleteTask, DeliverMessage, FireTimer, Start, Stimulus
from app.kernel.errors import YikouError, msg

MAX_JOBS = 200
STOPS = msg("The changed diagram stops at %(element)s: %(code)s")
NO_PLACE = msg("%(element)s was done then, and the changed diagram waits for %(open)s instead.")


@dataclass(frozen=True)
class Done:
    """An element that was completed in the past. `values`: what a person entered there, None where nobody did.
    `known`: what a message may have brought."""

    element_id: str
    at: datetime
    values: Mapping[str, Any] | None = None
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Replayed:
    """`path`: (process, element) entered, in their order. `stopped`: why it did not go on, as message and params."""

    path: list[tuple[str, str]] = field(default_factory=list)
    completed: bool = False
    stopped: tuple[str, Mapping[str, Any]] | None = None


def replay(process_id: str, variables: Mapping[str, Any], past: Sequence[Done],
           definitions: Iterable[ProcessDefinition], decide: Decide) -> Replayed:
    """Start anew with these variables and do what was done, each at its time; jobs are completed with nothing.

    What was completed without a person (events that happened, work of the machine) happens again where the diagram
    waits for it, and is passed over elsewhere. What a person did must find its task, or the run stops there.
    """
    stage = Stage(definitions, decide, {})
    found = Replayed()
    try:
        _go(stage, found, process_id, variables, past)
    except YikouError as error:
        found.stopped = error.message, error.params
    return found


def _go(stage: Stage, found: Replayed, process_id: str, variables: Mapping[str, Any], past: Sequence[Done]) -> None:
    if past:
        stage.now = past[0].at
    starts = {one.element_id for one in stage.process(process_id).triggers}
    begun = next((one for one in past if one.element_id in starts), None)
    start = Start(process_id, variables, "replay", begun.element_id if begun else None, begun.known if begun else {})
    result = _step(stage, found, None, start)
    for one in past:
        if found.stopped is not None or result.completed:
            break
        stage.now = max(stage.now, one.at)
        stimulus = _stimulus(stage, result, one)
        if stimulus is not None:
            result = _step(stage, found, result.state, stimulus)
        elif one.values is not None:
            waits = ", ".join(sorted({each.element_id for each in result.open_tasks})) or "-"
            found.stopped = NO_PLACE, {"element": one.element_id, "open": waits}
    found.completed = result.completed


def _stimulus(stage: Stage, result: StepResult, one: Done) -> Stimulus | None:
    if one.values is not None:
        task = next((each for each in result.open_tasks if each.element_id == one.element_id), None)
        return CompleteTask(task.task_id, one.values) if task is not None else None
    timer = next((each for each in result.timers if each.element_id == one.element_id), None)
    if timer is not None:
        stage.now = max(stage.now, timer.due_at or stage.now)
        return FireTimer(timer.task_id)
    wait = next((each for each in result.subscriptions if each.element_id == one.element_id), None)
    return DeliverMessage(wait.task_id, wait.name, wait.key, one.known) if wait is not None else None


def _step(stage: Stage, found: Replayed, state: bytes | None, stimulus: Stimulus) -> StepResult:
    """One step, then the jobs that come of it."""
    result = run(state, stimulus, now=stage.now, ports=stage)
    _note(found, result)
    for _ in range(MAX_JOBS):
        if not result.jobs or found.stopped is not None:
            return result
        result = run(result.state, CompleteJob(result.jobs[0].task_id, {}), now=stage.now, ports=stage)
        _note(found, result)
    found.stopped = msg("more than %(limit)s jobs in one go"), {"limit": MAX_JOBS}
    return result


def _note(found: Replayed, result: StepResult) -> None:
    found.path += [(step.process_id, step.element_id) for step in result.steps if step.how == "entered"]
    for incident in result.incidents:
        found.stopped = STOPS, {"element": incident.element_id, "code": incident.code}
