"""What is alive while the oracle plays: scopes of variables, tokens, levels, and what is waited for. Ending a thing ends
all that is inside of it; that is all there is to cancelling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.reliability.processes.blocks import Block, Catcher, Ex

Values = Mapping[str, Any]
Then = Callable[[], None]


class Scope:
    """Variables, and the scope around; `None` around a process."""

    def __init__(self, outer: Scope | None, own: Values | None = None) -> None:
        self.outer, self.own = outer, dict(own or {})

    def view(self) -> dict[str, Any]:
        """Everything visible; inner names hide outer ones."""
        return {**(self.outer.view() if self.outer else {}), **self.own}

    def merge(self, values: Values) -> None:
        """Each value goes to the nearest scope that has its name, else to the outermost."""
        for name, one in values.items():
            scope = self
            while name not in scope.own and scope.outer is not None:
                scope = scope.outer
            scope.own[name] = one


class Act:
    """Something alive."""

    def __init__(self, around: Act | None) -> None:
        self.around, self.alive = around, True
        self.inside: list[Act] = []
        if around is not None:
            around.inside.append(self)

    def stop(self) -> None:
        """End this and everything inside."""
        for one in list(self.inside):
            one.stop()
        self.alive = False
        if self.around is not None:
            self.around.inside.remove(self)
            self.around = None


class Level(Act):
    """A running process, subprocess or called process. `host`: the activity it runs for. `notes`: what compensation can
    undo. `tokens`: how many there are; with the last one the level is over."""

    def __init__(self, around: Act | None, scope: Scope, host: Activity | None, over: Then) -> None:
        super().__init__(around)
        self.scope, self.host, self.over, self.tokens = scope, host, over, 0
        self.notes: list[Note] = []
        self.listeners: list[Wait] = []
        self.adhoc: Block | None = None
        self.enough = False
        self.handles = False
        """Whether it is the inside of an event subprocess."""

    @property
    def depth(self) -> int:
        """0 for the process."""
        return 0 if self.host is None else 1 + self.host.level.depth

    def clear(self, but: Act | None = None) -> None:
        """End everything inside except `but`."""
        for one in list(self.inside):
            if one is not but:
                one.stop()
        self.tokens = 0 if but is None else 1
        self.listeners = []


class Fork:
    """Branches on their way to a join."""

    def __init__(self, count: int, then: Then, lost: Then) -> None:
        self.open, self.passed, self.then, self.lost = count, 0, then, lost

    def one_less(self, passed: bool) -> None:
        """A branch has arrived, or ended on its way."""
        self.open -= 1
        self.passed += passed
        if self.open == 0:
            (self.then if self.passed else self.lost)()


class Token(Act):
    """A token in a level, or in a branch of a fork."""

    def __init__(self, around: Act, level: Level, fork: Fork | None = None) -> None:
        super().__init__(around)
        self.level, self.fork = level, fork

    def arrive(self) -> None:
        """At the join of its fork."""
        assert self.fork
        self.stop()
        self.fork.one_less(True)


class Activity(Act):
    """A running activity: what boundary events are attached to."""

    def __init__(self, around: Act, level: Level, block: Block | None) -> None:
        super().__init__(around)
        self.level, self.block = level, block
        self.armed: list[Wait] = []
        self.inner_notes: list[tuple[list[Note], Values]] = []


@dataclass
class Note:
    """A completed activity that can be undone: by its handler, and by those inside, each with variables."""

    block: Block
    inside: list[tuple[list[Note], Values]]


@dataclass
class Wait:
    """Something that a stimulus can move. Conditions, errors and escalations are not seen from outside.

    `values`: what may come with it. `must`: values it has to bring now. `at`: when a timer is due.
    """

    act: Act
    kind: str
    element: str
    number: int
    scope: Scope
    on: Callable[[Values], None]
    level: Level
    name: str = ""
    code: str | None = None
    values: dict[str, list[Any]] = field(default_factory=dict)
    must: Callable[[], Values] = dict
    host: Activity | None = None
    at: datetime | None = None
    every: int = 0
    left: int | None = 1
    test: Ex | None = None
    seen: Any = ()
    catcher: Catcher | None = None

    @property
    def repeats(self) -> bool:
        """A cycle."""
        return self.every > 0
