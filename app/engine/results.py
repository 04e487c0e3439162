"""What one step leaves behind, as plain values: open work, timers, messages, incidents, and the new state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Element:
    """A diagram element as other rooms see it. `type` is the BPMN tag, `properties` the raw texts, `attached_to` the
    activity that a boundary event stands at."""

    id: str
    type: str
    name: str
    properties: Mapping[str, str]
    lane: str | None
    process_id: str
    scope_id: str | None = None
    line: int | None = None
    attached_to: str | None = None

    @property
    def name_en(self) -> str:
        """English name, else the drawn one."""
        return self.properties.get("name_en") or self.name


@dataclass(frozen=True)
class OpenTask:
    """A user task that waits for a person. Expressions were evaluated on entry."""

    task_id: str
    process_id: str
    element_id: str
    name: str
    form_id: str | None
    groups: tuple[str, ...]
    assignee: str | None
    due_at: datetime | None
    priority: int
    lane: str | None
    properties: Mapping[str, Any]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """Work for a worker."""

    task_id: str
    element_id: str
    type: str
    retries: int
    headers: Mapping[str, str]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Timer:
    """`clock`: name of the legal clock that owns the date (`reply.due_at`); then `due_at` may be None."""

    task_id: str
    element_id: str
    due_at: datetime | None
    clock: str | None = None
    repeats: bool = False


@dataclass(frozen=True)
class Subscription:
    """A message that is waited for; or a signal, by a key of its own (`signal` and the task id)."""

    task_id: str
    element_id: str
    name: str
    key: str


@dataclass(frozen=True)
class Message:
    """A message thrown outwards. `ttl_seconds` None: the host's default."""

    element_id: str
    name: str
    key: str
    variables: Mapping[str, Any]
    message_id: str | None = None
    ttl_seconds: float | None = None


SIGNAL_WORD = "signal "


def signal_key(task_id: str) -> str:
    """The key of a subscription to a signal: no two are the same, so that each listener gets a copy of its own."""
    return SIGNAL_WORD + task_id


@dataclass(frozen=True)
class SignalThrown:
    """A signal for all other instances of the office; its own has heard it already."""

    element_id: str
    name: str
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Incident:
    """Why an element does not go on. `message` is a message id, `params` fill it."""

    task_id: str | None
    element_id: str
    code: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TraceStep:
    """One line of the history. `how`: entered, completed, cancelled."""

    task_id: str
    process_id: str
    element_id: str
    how: str


@dataclass(frozen=True)
class DecisionTaken:
    """A decision that was asked, with the version that answered."""

    task_id: str
    element_id: str
    decision_id: str
    hash: str
    version: int
    value: Any
    trace: Any


@dataclass(frozen=True)
class StepResult:
    """The whole outcome. `ended`: end events of the root process with their properties. `pins`: process id -> hash."""

    state: bytes
    completed: bool
    open_tasks: tuple[OpenTask, ...] = ()
    jobs: tuple[Job, ...] = ()
    timers: tuple[Timer, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    messages: tuple[Message, ...] = ()
    signals: tuple[SignalThrown, ...] = ()
    steps: tuple[TraceStep, ...] = ()
    decisions: tuple[DecisionTaken, ...] = ()
    incidents: tuple[Incident, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    ended: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    pins: Mapping[str, str] = field(default_factory=dict)
