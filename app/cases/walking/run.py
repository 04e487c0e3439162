"""The state of a walk under way: the instance, the legal clocks, the time, and what was sent into the air."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app import engine
from app.auth import policy
from app.cases import barring
from app.cases.commitments.terms import Terms
from app.cases.effects import Effect, EnterPhase, Fault, Promise, SetColumns, WriteEntry
from app.cases.ports import CasePorts
from app.cases.walking.views import ClockAct, Move
from app.deadlines import DeadlineBook
from app.engine import DeliverMessage, FireTimer, Message, OpenTask, StepBudget, StepResult, Stimulus, Timer
from app.kernel.commands import Actor

KEPT = ("state", "result", "phase", "outcome")
PEOPLE = UUID("01900000-0000-7000-8000-0000000000aa")
"""Those of a walk have a letter, and an id that follows from it: none of them is a person of the office."""
NOBODY: frozenset[str] = frozenset()


@dataclass
class Moment:
    """The office and the walk's own time."""

    session: Session
    tenant_id: UUID
    now: datetime


class Run:
    """Steps, and what they mean."""

    def __init__(self, moment: Moment, book: DeadlineBook, ports: Callable[[Moment, DeadlineBook], CasePorts],
                 budget: StepBudget, zone: ZoneInfo) -> None:
        self.moment, self.book, self.ports, self.budget, self.zone = moment, book, ports, budget, zone
        self.state: bytes = b""
        self.result = StepResult(b"", False)
        self.phase: str | None = None
        self.outcome: str | None = None
        self.columns: dict[str, Any] = {}
        self.posted: list[Message] = []
        self.down: dict[str, tuple[str, Mapping[str, Any]]] = {}
        """Jobs that failed for good: task id -> why."""
        self.silent: set[str] = set()
        """Jobs that nobody answers: task ids."""
        self.did: list[barring.Done] = []
        self.barred: dict[str, frozenset[str]] = {}
        """Open task -> who may not do it, settled when it opened."""

    @property
    def local_now(self) -> datetime:
        """As forms and diagrams see it."""
        return self.moment.now.astimezone(self.zone)

    def step(self, move: Move, stimulus: Stimulus, by: str = "", task: OpenTask | None = None) -> None:
        """Raises YikouError; nothing of the step counts then, but clocks may have moved: see `mark`. `by`: who
        completes the `task`."""
        first = isinstance(stimulus, engine.Start)
        ports, seen = self.ports(self.moment, self.book), len(self.book.changes)
        self.result = engine.run(None if first else self.state, stimulus, now=self.local_now, ports=ports,
                                 budget=self.budget)
        self.state = self.result.state
        if by and task is not None:
            self.did.append((person(by), task.process_id, task.element_id))
        for effect in ports.listener.effects:
            self._mean(move, effect)
            if by and isinstance(effect, WriteEntry):
                self.did.append((person(by), None, effect.element_id))
        self.barred = {one.task_id: self.barred.get(one.task_id, barring.marks_after(one.properties, self.did))
                       for one in self.result.open_tasks}
        if self.result.completed:
            self.book.drop_open()
        move.steps += self.result.steps
        move.decisions += self.result.decisions
        move.messages += self.result.messages
        move.signals += self.result.signals
        self.posted += self.result.messages
        move.acts += [ClockAct(one.name, one.act, one.late) for one in self.book.changes[seen:]]
        for _element, properties in self.result.ended:
            self.outcome = properties.get("outcome") or self.outcome

    def _mean(self, move: Move, effect: Effect) -> None:
        if isinstance(effect, EnterPhase):
            if effect.phase != self.phase:
                self.phase = effect.phase
                move.phases.append(effect.phase)
        elif isinstance(effect, SetColumns):
            changed = {name: value for name, value in effect.values.items() if self.columns.get(name) != value}
            self.columns |= changed
            move.columns |= changed
        elif isinstance(effect, WriteEntry):
            move.entries.append((effect.kind, effect.visibility, effect.body))
        elif isinstance(effect, Promise):
            move.promises.append(_promised(effect.terms))
        elif isinstance(effect, Fault):
            move.faults.append((effect.element_id, effect.message, effect.params))

    def may_do(self, task: OpenTask, group: str, by: str) -> bool:
        """Whether this person of this group may, as for real tasks."""
        actor = Actor(user_id=UUID(person(by)) if by else None, groups=frozenset({group} if group else ()))
        return not policy.barred(actor, SimpleNamespace(barred=barring.written(self.barred.get(task.task_id, NOBODY))))

    def why_not(self, task: OpenTask, by: str) -> list[str]:
        """Elements that this person did, for which the task is kept from them."""
        meant = barring.deeds_meant(task.properties)
        return list(dict.fromkeys(element for who, process, element in self.did
                                  if who == person(by) and not meant.isdisjoint((process, element))))

    def at_edge_of(self, timer: str, element: str) -> bool:
        """Whether the timer is a boundary event of the element."""
        return any(element == one.elements[timer].attached_to for digest in self.result.pins.values()
                   if timer in (one := self.ports(self.moment, self.book).process_by_hash(digest)).elements)

    def due(self, timer: Timer) -> datetime | None:
        """When it goes off; None while its clock does not run."""
        return timer.due_at if timer.clock is None else self.book.fires_at(timer.clock)

    def next_timer(self, until: datetime) -> Timer | None:
        """The first that goes off by then."""
        dated = [(due, at, one) for at, one in enumerate(self.result.timers)
                 if (due := self.due(one)) is not None and due <= until]
        return min(dated, key=lambda each: each[:2])[2] if dated else None

    def move_to(self, at: datetime) -> None:
        """Time goes on, never back."""
        self.moment.now = self.book.now = max(self.moment.now, at)

    def fire(self, move: Move, timer: Timer) -> None:
        """At its time, or now if that has passed."""
        self.move_to(self.due(timer) or self.moment.now)
        move.order.append(("fire", timer.element_id, {}))
        self.step(move, FireTimer(timer.task_id))

    def take_posted(self, move: Move) -> bool:
        """A message that came early, or that the process sent to itself, finds who waits for it."""
        for one in self.posted:
            waiting = next((each for each in self.result.subscriptions
                            if (each.name, each.key) == (one.name, one.key)), None)
            if waiting is not None:
                self.posted.remove(one)
                move.order.append(("send", one.name, one.variables))
                self.step(move, DeliverMessage(waiting.task_id, one.name, one.key, one.variables))
                return True
        return False

    def mark(self) -> Callable[[], None]:
        """How to go back to now."""
        kept = {name: getattr(self, name) for name in KEPT}
        now, book = self.moment.now, self.book.copied()
        columns, posted, down = dict(self.columns), list(self.posted), dict(self.down)
        silent, did, barred = set(self.silent), list(self.did), dict(self.barred)

        def back() -> None:
            for name, value in kept.items():
                setattr(self, name, value)
            self.moment.now, self.book = now, book
            self.columns, self.posted, self.down = columns, posted, down
            self.silent, self.did, self.barred = silent, did, barred
        return back


def person(letter: str) -> str:
    """The id that stands for a person of a walk."""
    return str(uuid5(PEOPLE, letter))


def _promised(terms: Terms) -> dict[str, Any]:
    return {"service": terms.service, "limit": terms.limit.document(), "remedy": terms.remedy,
            "standard_zh": terms.standard_zh, "standard_en": terms.standard_en}
