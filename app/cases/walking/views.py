"""What a walk shows: each move with what it meant, and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.deadlines import Act, DeadlineBook
from app.engine import DecisionTaken, Incident, Message, ProcessDefinition, Scope, SignalThrown, StepResult, TraceStep
from app.kernel.errors import YikouError


@dataclass(frozen=True)
class WantedNotice:
    """Somebody would be told. `audience`: resident or group."""

    element_id: str
    template: str
    audience: str
    group: str | None
    params: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class ClockAct:
    """An act of a legal clock; `late`: its limit had passed."""

    name: str
    act: Act
    late: bool


@dataclass(frozen=True)
class Person:
    """Somebody in a walk, by a letter. `kept_from`: open task -> elements they did, for which they may not do it."""

    letter: str
    kept_from: Mapping[str, tuple[str, ...]]


@dataclass
class Move:
    """One deed and all that came of it. `values`: what the form handed on. `order`: what followed by itself, as
    (fire, job or send; element or message; values). `columns`: of the case.
    """

    number: int
    deed: Mapping[str, Any]
    began_at: datetime
    at: datetime
    values: Mapping[str, Any] = field(default_factory=dict)
    job_type: str = ""
    steps: list[TraceStep] = field(default_factory=list)
    decisions: list[DecisionTaken] = field(default_factory=list)
    acts: list[ClockAct] = field(default_factory=list)
    notices: list[WantedNotice] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    entries: list[tuple[str, str, str]] = field(default_factory=list)
    promises: list[Mapping[str, Any]] = field(default_factory=list)
    faults: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    signals: list[SignalThrown] = field(default_factory=list)
    order: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def fired(self) -> list[str]:
        """Timers that went off, in their order."""
        return [element for kind, element, _values in self.order if kind == "fire"]


@dataclass
class Walked:
    """A walk up to its last deed, or to the one that does not fit: then `error` says why, and `moves` end before it.

    `down`: jobs that failed for good, task id -> why. `silent`: those that nobody answers. `people`: who can be
    chosen. `closed`: open task -> groups whose people may not do it. `scopes`, `before`: variables now, and before
    the last move.
    """

    now: datetime
    book: DeadlineBook
    result: StepResult
    definitions: Mapping[str, ProcessDefinition]
    moves: list[Move]
    scopes: tuple[Scope, ...] = ()
    before: tuple[Scope, ...] = ()
    down: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    posted: tuple[Message, ...] = ()
    phase: str | None = None
    outcome: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    error: YikouError | None = None
    silent: frozenset[str] = frozenset()
    people: tuple[Person, ...] = ()
    closed: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """What does not go on."""
        return self.result.incidents

    def path(self) -> list[tuple[str, str]]:
        """(process, element) entered, in their order."""
        return [(one.process_id, one.element_id) for move in self.moves for one in move.steps if one.how == "entered"]

    def standing(self) -> Counter[tuple[str, str]]:
        """(process, element) -> tokens there: entered and not yet left."""
        found: Counter[tuple[str, str]] = Counter()
        for move in self.moves:
            for one in move.steps:
                found[one.process_id, one.element_id] += 1 if one.how == "entered" else -1
        return +found

    def opened(self) -> set[tuple[str, str]]:
        """Scopes that the last move opened."""
        return ({(one.process_id, one.element_id) for one in self.scopes}
                - {(one.process_id, one.element_id) for one in self.before})

    def changed(self) -> dict[tuple[str, str], dict[str, tuple[Any, Any]]]:
        """Scope -> variable -> (before, now), of what the last move changed in scopes that were open before it."""
        old = {(one.process_id, one.element_id): one.variables for one in self.before}
        found = {}
        for one in self.scopes:
            known = old.get((one.process_id, one.element_id), one.variables)
            names = {name for name in {*known, *one.variables} if known.get(name) != one.variables.get(name)}
            if names:
                found[one.process_id, one.element_id] = {
                    name: (known.get(name), one.variables.get(name)) for name in sorted(names)}
        return found
