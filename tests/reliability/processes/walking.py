"""Walks a diagram by a seed: the engine and the oracle get the same stimuli, and must stand alike after each."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from app.engine import (
    CompleteJob,
    CompleteTask,
    DecisionAnswer,
    DeliverMessage,
    FireTimer,
    ProcessDefinition,
    Start,
    StepBudget,
    StepResult,
    Stimulus,
    ThrowJobError,
    load,
    run,
    signal_key,
)
from app.engine.context import StepContext
from app.engine.state import restore, save
from app.kernel.errors import NotFound
from tests.reliability.processes.blocks import Diagram
from tests.reliability.processes.drawing import CODES, VARIABLES
from tests.reliability.processes.oracle import Oracle
from tests.reliability.processes.running import Wait
from tests.reliability.processes.writing import write

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BUDGET = StepBudget(seconds=300)
"""A busy machine is no difference."""
HURRY, LIMIT = 14, 400
"""After so many steps a walk only goes forwards; after so many it is given up, which is a difference."""
BUILT_IN = ("numberOfInstances", "numberOfCompletedInstances")
"""Names that a multi-instance body shows beside its variables."""


class Difference(AssertionError):
    """The engine and the oracle stand differently."""


class Endless(Difference):
    """Both agree, and the walk does not come to an end."""


class Ports:
    """A host in memory, with one decision."""

    def __init__(self, definitions: list[ProcessDefinition]) -> None:
        self.definitions = definitions
        self.functions: dict[str, Any] = {}

    def process(self, process_id: str) -> ProcessDefinition:
        """Raises NotFound."""
        for one in self.definitions:
            if one.id == process_id:
                return one
        raise NotFound("no process %(id)s", id=process_id)

    def process_by_hash(self, definition_hash: str) -> ProcessDefinition:
        """One of them."""
        return next(one for one in self.definitions if one.hash == definition_hash)

    def decide(self, decision_id: str, variables: Mapping[str, Any]) -> DecisionAnswer:
        """Twice the input."""
        assert decision_id == "twice"
        return DecisionAnswer(2 * variables["n"], "hash", 1)

    def deadline(self, _name: str) -> None:
        """No legal clocks."""

    def entered(self, *_told: Any) -> None:
        """Nobody listens."""

    left = entered


class Host(Protocol):
    """Where an instance lives."""

    def do(self, stimulus: Stimulus, now: datetime) -> StepResult:
        """One step."""


class Memory:
    """The state goes through its bytes at every step, and saving what was restored gives the same bytes."""

    def __init__(self, ports: Ports) -> None:
        self.ports, self.state, self.budget = ports, None, BUDGET
        self.trace, self.reached = hashlib.sha256(), set[str]()

    def do(self, stimulus: Stimulus, now: datetime) -> StepResult:
        """One step. Raises Difference."""
        result = run(self.state, stimulus, now=now, ports=self.ports, budget=self.budget)
        if save(restore(result.state, StepContext(now, self.ports, self.budget))) != result.state:
            raise Difference("a restored state is saved differently")
        self.state = result.state
        self.reached |= {step.element_id for step in result.steps}
        self.trace.update(result.state + repr(result.steps).encode())
        return result


def ports_of(diagram: Diagram) -> Ports:
    """The diagram read by the engine. Raises DefinitionError."""
    return Ports([load(data, f"{process.id}.bpmn") for data, process in zip(write(diagram), diagram.processes, strict=True)])


@dataclass
class Walk:
    """One path. `steps` tells what was done."""

    diagram: Diagram
    seed: int
    host: Host
    steps: list[str] = field(default_factory=list)

    def go(self) -> Walk:
        """To the end. Raises Difference."""
        rnd = random.Random(f"{self.diagram.seed} {self.seed}")
        now = BEGIN
        result = self.host.do(Start(self.diagram.processes[0].id, VARIABLES, seed=f"{self.seed:x}"), now)
        oracle = Oracle(self.diagram, now, VARIABLES)
        for step in range(LIMIT):
            pairs = compare(oracle, result)
            if oracle.completed:
                return self
            found = self.choices(oracle, pairs, step > HURRY)
            if not found:
                raise Endless("nothing can be done")
            what, wait, item = found[rnd.randrange(len(found))]
            values = {name: many[-1] if step > HURRY else rnd.choice(many) for name, many in wait.values.items()} | dict(wait.must())
            if what == "timer":
                now = max(now, wait.at or now) + timedelta(minutes=rnd.choice([0, 0, 7, 130]))
            elif rnd.random() < .3:
                now += timedelta(minutes=rnd.randint(1, 20))
            oracle.now = now
            self.steps.append(f"{what} {wait.element} {values}")
            stimulus, code = told(what, item, values)
            result = self.host.do(stimulus, now)
            if code:
                oracle.throw_from(wait, code, values)
            else:
                oracle.do(wait, {} if what == "timer" else values)
        raise Endless(f"no end after {LIMIT} steps")

    def choices(self, oracle: Oracle, pairs: list[tuple[Wait, Any]], hurry: bool) -> list[tuple[str, Wait, Any]]:
        """What may happen next, rather forwards; in a hurry nothing that runs beside."""
        found: list[tuple[str, Wait, Any]] = []
        for wait, item in pairs:
            beside = wait.catcher is not None
            if not (hurry and beside):
                found += [(wait.kind, wait, item)] * (1 if beside else 3)
            if wait.kind == "job":
                found += [(f"error {code}", wait, item) for code in (*CODES, "Z")
                          if oracle.catcher(wait.host, wait.level, "error", code)]
        return found or [(wait.kind, wait, item) for wait, item in pairs]


def told(what: str, item: Any, values: dict[str, Any]) -> tuple[Stimulus, str]:
    """The stimulus, and the code of an error."""
    word, _, code = what.partition(" ")
    if word == "error":
        return ThrowJobError(item.task_id, code, values), code
    if word == "task":
        return CompleteTask(item.task_id, values), ""
    if word == "job":
        return CompleteJob(item.task_id, values), ""
    if word == "timer":
        return FireTimer(item.task_id), ""
    return DeliverMessage(item.task_id, item.name, item.key, values), ""


def compare(oracle: Oracle, result: StepResult) -> list[tuple[Wait, Any]]:
    """What the oracle waits for with what the engine waits for, in pairs. Raises Difference."""
    if result.incidents:
        raise Difference(f"incidents {result.incidents}")
    if result.completed != oracle.completed:
        raise Difference(f"the engine {'has' if result.completed else 'has not'} ended, open {shown(oracle.open())}")
    engine = seen(result)
    mine = sorted(((w, (w.kind, w.element)) for w in oracle.open()), key=lambda p: (p[1], sight(p[0]), p[0].number))
    theirs = sorted(engine, key=lambda p: (p[1], sight(p[0]), p[0].task_id))
    if [p[1] for p in mine] != [p[1] for p in theirs]:
        raise Difference(f"open: expected {[p[1] for p in mine]}, the engine has {[p[1] for p in theirs]}")
    pairs = [(a[0], b[0]) for a, b in zip(mine, theirs, strict=True)]
    for wait, item in pairs:
        same(wait, item)
    if oracle.completed or not oracle.open():
        equal("variables", oracle.variables, result.variables)
    thrown = [("message", m.name, dict(m.variables)) for m in result.messages]
    thrown += [("signal", s.name, dict(s.variables)) for s in result.signals]
    if sorted(map(repr, thrown)) != sorted(map(repr, oracle.told)):
        raise Difference(f"thrown: expected {oracle.told}, the engine threw {thrown}")
    return pairs


def sight(item: Any) -> str:
    """What is seen of a task; tasks of one element are told apart by it, else by the order in which they began."""
    if isinstance(item, Wait):
        view = item.scope.view() if item.kind in ("task", "job") else {}
    else:
        view = getattr(item, "variables", {})
    return repr(sorted((name, one) for name, one in view.items() if name not in BUILT_IN))


def seen(result: StepResult) -> list[tuple[Any, tuple[str, str]]]:
    """What the engine waits for, by kind and element."""
    out: list[tuple[Any, tuple[str, str]]] = [(t, ("task", t.element_id)) for t in result.open_tasks]
    out += [(j, ("job", j.element_id)) for j in result.jobs]
    out += [(t, ("timer", t.element_id)) for t in result.timers]
    out += [(s, ("signal" if s.key == signal_key(s.task_id) else "message", s.element_id)) for s in result.subscriptions]
    return out


def same(wait: Wait, item: Any) -> None:
    """What is seen of one wait. Raises Difference."""
    if wait.kind in ("task", "job"):
        equal(f"variables at {wait.element}", wait.scope.view(), item.variables)
    elif wait.kind == "timer":
        equal(f"time of {wait.element}", (wait.at, wait.repeats), (item.due_at, item.repeats))
    elif wait.kind == "message":
        equal(f"message of {wait.element}", (wait.name, "K-1"), (item.name, item.key))
    else:
        equal(f"signal of {wait.element}", wait.name, item.name)


def equal(what: str, expected: Any, found: Any) -> None:
    """Raises Difference."""
    if isinstance(expected, dict):
        names = sorted((expected.keys() | found.keys()) - set(BUILT_IN))
        wrong = [name for name in names if expected.get(name, ...) != found.get(name, ...)]
        expected, found = ({name: one[name] for name in wrong if name in one} for one in (expected, found))
    if expected != found:
        raise Difference(f"{what}: expected {expected}, the engine has {found}")


def shown(waits: list[Wait]) -> str:
    """For reports."""
    return ", ".join(f"{w.kind} {w.element}" for w in waits)
