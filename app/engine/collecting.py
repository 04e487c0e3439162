"""Reads the open work, timers, subscriptions and incidents off an instance after a step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.engine.library import TaskState
from app.engine.results import Incident, Job, OpenTask, StepResult, Subscription, Timer
from app.engine.specs.activities import DEFAULT_PRIORITY, JobTask, UserTask
from app.engine.specs.events import BoundaryEvent, Catching, Listener
from app.engine.timers import owned_clock, parse_date
from app.engine.tokens import Instance, Token
from app.kernel.errors import msg


def collect(instance: Instance, state: bytes) -> StepResult:
    """Everything the host stores beside the state."""
    tasks: list[OpenTask] = []
    jobs: list[Job] = []
    timers: list[Timer] = []
    subscriptions: list[Subscription] = []
    incidents: list[Incident] = []
    moving = False
    for level in instance.levels():
        for token in level.tokens():
            spec = token.task_spec
            if "incident" in token.internal_data:
                code, message, params, *culprit = token.internal_data["incident"]
                incidents.append(Incident(token.key, culprit[0] if culprit else spec.element.id, code, message, params))
            elif isinstance(spec, UserTask):
                tasks.append(_open_task(token))
            elif isinstance(spec, JobTask):
                jobs.append(_job(token))
            elif isinstance(spec, Catching) and token.state == TaskState.WAITING:
                moving = moving or not isinstance(spec, BoundaryEvent | Listener)
                _wait(token, timers, subscriptions)
    if not instance.completed and not (tasks or jobs or timers or subscriptions or incidents or moving):
        incidents.append(_stuck(instance))
    context = instance.context
    return StepResult(
        state=state,
        completed=bool(instance.completed),
        open_tasks=tuple(tasks),
        jobs=tuple(jobs),
        timers=tuple(timers),
        subscriptions=tuple(subscriptions),
        messages=tuple(context.messages),
        signals=tuple(call.signal for call in context.calls),
        steps=tuple(context.steps),
        decisions=tuple(context.decisions),
        incidents=tuple(incidents),
        variables=dict(instance.variables),
        ended=tuple(context.ended),
        pins=dict(instance.pins),
    )


def _open_task(token: Token) -> OpenTask:
    kept, element = token.internal_data.get("open", {}), token.task_spec.element
    due, clock = kept.get("due"), owned_clock(token.task_spec.node.extensions.get("taskSchedule", "dueDate"))
    due_at = clock_date(token, clock) if clock else datetime.fromisoformat(due) if due else None
    return OpenTask(
        token.key,
        element.process_id,
        element.id,
        element.name,
        kept.get("form"),
        tuple(kept.get("groups", ())),
        kept.get("assignee"),
        due_at,
        kept.get("priority", DEFAULT_PRIORITY),
        element.lane,
        kept.get("properties", {}),
        dict(token.view()),
    )


def _job(token: Token) -> Job:
    kind, retries = token.internal_data["job"]
    return Job(
        token.key,
        token.task_spec.element.id,
        kind,
        retries,
        dict(token.task_spec.node.extensions.headers),
        dict(token.view()),
    )


def _wait(token: Token, timers: list[Timer], subscriptions: list[Subscription]) -> None:
    kept, element = token.internal_data, token.task_spec.element
    timer = timer_of(token)
    if "key" in kept:
        subscriptions.append(Subscription(token.key, element.id, kept["name"], kept["key"]))
    elif timer is not None:
        timers.append(timer)


def timer_of(token: Token) -> Timer | None:
    """The timer a token waits for."""
    spec: Any = token.task_spec
    clock = owned_clock(spec.node.trigger.text) if spec.node.trigger.kind == "timer" else None
    due = spec.due(token)
    if clock is not None:
        return Timer(token.key, spec.element.id, clock_date(token, clock), clock)
    return None if due is None else Timer(token.key, spec.element.id, due.at, None, due.every is not None)


def clock_date(token: Token, clock: str) -> datetime | None:
    """The date the legal clock shows now; None while it does not run."""
    name, _, field = clock.partition(".")
    at = (token.context.ports.deadline(name) or {}).get(field)
    if isinstance(at, datetime):
        return at
    return parse_date(at) if at else None


def _stuck(instance: Instance) -> Incident:
    """Nothing is open and the process has not ended: a join waits for a token that cannot come."""
    token = next((t for level in instance.levels() for t in level.tokens() if t.state == TaskState.WAITING), None)
    element = token.task_spec.element.id if token else instance.definition.id
    return Incident(
        token.key if token else None,
        element,
        "stuck",
        msg("Nothing can go on: %(element)s waits for ever."),
        {"element": element},
    )
