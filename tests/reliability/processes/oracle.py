"""An interpreter of blocks, written from Camunda 8's documented semantics and not from the engine. It knows no BPMN file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.reliability.processes.activities import Activities
from tests.reliability.processes.blocks import ACTIVITIES, Block, Catcher, Diagram, Event, value
from tests.reliability.processes.happening import Happening, mapped
from tests.reliability.processes.running import Act, Activity, Fork, Level, Scope, Then, Token, Values, Wait
from tests.reliability.processes.undoing import Undoing

SEEN = ("task", "job", "timer", "message", "signal")
STEPS = 20_000


class Oracle(Activities, Undoing, Happening):
    """Plays one instance. `completed`, `variables`, `open()` tell how it stands; `told`: messages and signals thrown."""

    def __init__(self, diagram: Diagram, now: datetime, variables: Values) -> None:
        self.diagram, self.now, self.completed = diagram, now, False
        self.waits: list[Wait] = []
        self.told: list[tuple[str, str, dict[str, Any]]] = []
        self.agenda: deque[tuple[Act, Then]] = deque()
        self.numbers = 0
        process = diagram.processes[0]
        self.root = Level(None, Scope(None, variables), None, self.ended)
        self.open_level(self.root, process.body, process.handlers)
        self.settle()

    def ended(self) -> None:
        """The process is over."""
        self.completed = True

    @property
    def variables(self) -> dict[str, Any]:
        """Those of the process."""
        return self.root.scope.own

    def open(self) -> list[Wait]:
        """What is seen from outside, in the order in which it began."""
        self.waits = [w for w in self.waits if w.act.alive]
        return [w for w in self.waits if w.kind in SEEN]

    def do(self, wait: Wait, values: Values) -> None:
        """What was waited for has come."""
        self.told = []
        if wait.kind in ("task", "job"):
            wait.act.stop()
        wait.on(values)
        self.settle()

    def throw_from(self, wait: Wait, code: str, values: Values) -> None:
        """A worker throws an error from its job, which somebody catches."""
        self.told = []
        assert self.throw(wait.host, wait.level, "error", code, values)
        self.settle()

    # ---- moving
    def later(self, act: Act, then: Then) -> None:
        """As soon as the others had their turn, if `act` is still alive by then."""
        self.agenda.append((act, then))

    def settle(self) -> None:
        """Go on to where everything waits."""
        self.ask()
        for _ in range(STEPS):
            if not self.agenda:
                return
            act, then = self.agenda.popleft()
            if act.alive:
                then()
                self.ask()
        raise AssertionError("the oracle does not come to rest")

    def ask(self) -> None:
        """Conditions: outer scopes first; each when it begins and when what it names has changed."""
        found = [w for w in self.waits if w.kind == "conditional" and w.act.alive]
        for wait in sorted(found, key=lambda w: w.level.depth):
            if not wait.act.alive or wait.test is None:
                continue
            scope = wait.scope
            now = scope.view().get(wait.test[1], Ellipsis)
            if wait.seen != (now,):
                wait.seen = (now,)
                if value(wait.test, scope.view()) is True:
                    wait.on({})

    def wait(self, around: Act, level: Level, kind: str, element: str, scope: Scope, on: Callable[[Values], None],
             **more: Any) -> Wait:
        """Begin to wait."""
        self.numbers += 1
        made = Wait(Act(around), kind, element, self.numbers, scope, on, level, **more)
        self.waits.append(made)
        return made

    def listen(self, around: Act, level: Level, element: str, event: Event, scope: Scope, on: Callable[[Values], None],
               **more: Any) -> Wait:
        """Begin to wait for an event."""
        made = self.wait(around, level, event.kind, element, scope, on, name=event.name, code=event.code,
                         test=event.test, values=event.values, **more)
        if event.kind == "timer":
            made.at = self.now + timedelta(minutes=event.minutes)
            if event.rounds is not None:
                made.every, made.left = event.minutes, event.rounds or None
        return made

    def rearm(self, wait: Wait) -> None:
        """After it has fired beside its activity: a cycle takes the next round that is not past, a single timer ends."""
        if wait.kind != "timer":
            return
        if not wait.every or wait.at is None:
            wait.act.stop()
            return
        rounds = int((self.now - wait.at) / timedelta(minutes=wait.every)) + 1
        if wait.left is not None:
            wait.left -= rounds
        wait.at += rounds * timedelta(minutes=wait.every)
        if wait.left is not None and wait.left <= 0:
            wait.act.stop()

    # ---- levels
    def open_level(self, level: Level, body: Block, handlers: list[Catcher], begin: Then | None = None) -> None:
        """Arm the event subprocesses, then put a token on the start."""
        for one in handlers:
            self.arm_handler(level, one)
        token = self.new_token(level)

        def start() -> None:
            if begin is not None:
                begin()
            self.later(token, lambda: self.run(body, token, lambda: self.end(token)))
        self.later(token, start)

    def new_token(self, level: Level) -> Token:
        """One more in the level."""
        level.tokens += 1
        return Token(level, level)

    def end(self, token: Token) -> None:
        """A token ends; the last one ends its level, a branch may end its fork."""
        token.stop()
        if token.fork is not None:
            token.fork.one_less(False)
        else:
            self.one_less(token.level)

    def one_less(self, level: Level) -> None:
        """A token of the level is gone."""
        level.tokens -= 1
        if level.tokens == 0:
            self.later(level, lambda: self.close(level))

    def close(self, level: Level) -> None:
        """Over, unless something began meanwhile."""
        if level.tokens == 0:
            level.stop()
            level.over()

    def arm_handler(self, level: Level, handler: Catcher) -> None:
        """An event subprocess begins to listen."""
        def caught(values: Values) -> None:
            if handler.interrupting:
                level.clear()
            else:
                self.rearm(wait)
            token = self.new_token(level)
            host = Activity(token, level, Block("handler", handler.id))
            inner = Level(host, Scope(level.scope), host, lambda: self.handler_over(host, inner, token))
            inner.handles = True
            self.open_level(inner, handler.path, [], lambda: inner.scope.merge(mapped(values, handler.event, inner.scope)))
        wait = self.listen(level, level, f"{handler.id}_start", handler.event, level.scope, caught, catcher=handler)
        level.listeners.append(wait)

    def handler_over(self, host: Activity, inner: Level, token: Token) -> None:
        """An event subprocess has ended: what it completed can still be undone."""
        assert host.block
        self.note(host.block, inner, token.level)
        self.end(token)

    # ---- errors and escalations
    def throw(self, host: Activity | None, level: Level, kind: str, code: str | None, values: Values) -> bool:
        """Outwards: boundary events, then event subprocesses, level by level; a code before a catch-all."""
        found = self.catcher(host, level, kind, code)
        if found is not None:
            found.on(values)
        return found is not None

    def catcher(self, host: Activity | None, level: Level, kind: str, code: str | None) -> Wait | None:
        """Who would catch it."""
        while True:
            for waits in (host.armed if host else [], level.listeners):
                fit = [w for w in waits if w.act.alive and w.kind == kind and w.code in (code, None)]
                if fit:
                    return min(fit, key=lambda w: w.code is None)
            if level.host is None:
                return None
            host, level = level.host, level.host.level

    # ---- blocks with flows
    def run(self, block: Block, token: Token, then: Then) -> None:
        """Play a block; `then` when its token leaves it."""
        if block.kind in ACTIVITIES:
            self.activity(block, token, then)
        else:
            getattr(self, f"run_{block.kind}")(block, token, then)

    def run_seq(self, block: Block, token: Token, then: Then) -> None:
        """One after the other."""
        def next_one(at: int) -> None:
            if at == len(block.parts):
                then()
            else:
                self.run(block.parts[at], token, lambda: next_one(at + 1))
        next_one(0)

    def run_xor(self, block: Block, token: Token, then: Then) -> None:
        """The first test that holds, else the last part."""
        view, tests = token.level.scope.view(), block.at["tests"]
        chosen = next((i for i, test in enumerate(tests) if value(test, view) is True), len(tests))
        self.later(token, lambda: self.run(block.parts[chosen], token, lambda: self.later(token, then)))

    def run_par(self, block: Block, token: Token, then: Then) -> None:
        """All parts."""
        self.branch(block.parts, token, then)

    def run_inc(self, block: Block, token: Token, then: Then) -> None:
        """All whose tests hold, else the last part."""
        view, tests = token.level.scope.view(), block.at["tests"]
        chosen = [part for part, test in zip(block.parts, tests, strict=False) if value(test, view) is True]
        self.branch(chosen or block.parts[-1:], token, then)

    def branch(self, parts: list[Block], token: Token, then: Then) -> None:
        """A token for each part; the join waits for all of them."""
        fork = Fork(len(parts), lambda: self.later(token, then), lambda: self.end(token))
        for part in parts:
            branch = Token(token, token.level, fork)
            self.later(branch, lambda part=part, branch=branch: self.run(part, branch, branch.arrive))  # type: ignore[misc]

    def run_again(self, block: Block, token: Token, then: Then) -> None:
        """Until the test does not hold."""
        def after() -> None:
            if value(block.at["test"], token.level.scope.view()) is True:
                self.later(token, lambda: self.run(block.parts[0], token, after))
            else:
                self.later(token, then)
        self.later(token, lambda: self.run(block.parts[0], token, after))

    def run_race(self, block: Block, token: Token, then: Then) -> None:
        """The first event wins."""
        arena = Act(token)
        for part in block.parts:
            catch, rest = part.parts[0], part.parts[1:]

            def won(values: Values, catch: Block = catch, rest: list[Block] = rest) -> None:
                assert catch.event
                arena.stop()
                token.level.scope.merge(mapped(values, catch.event, token.level.scope))
                following = Block("seq", "", rest)
                self.later(token, lambda: self.run(following, token, lambda: self.later(token, then)))
            assert catch.event
            self.listen(arena, token.level, catch.id, catch.event, token.level.scope, won)
