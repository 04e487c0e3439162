"""The oracle's activities: mappings, multi-instance, subprocesses, calls, ad-hoc subprocesses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.reliability.processes.blocks import Block, Catcher, value
from tests.reliability.processes.happening import mapped
from tests.reliability.processes.running import Activity, Level, Scope, Then, Token, Values

if TYPE_CHECKING:
    from tests.reliability.processes.oracle import Oracle
Done = Callable[[Values], None]


class Activities:
    """Part of the oracle."""

    def activity(self: Oracle, block: Block, token: Token, then: Then) -> None:
        """Boundary events around one run of the activity, or around all its instances."""
        host = Activity(token, token.level, block)
        for one in block.boundaries:
            self.arm_boundary(host, one, token, then)

        def done() -> None:
            host.stop()
            self.completed_in(host, token)
            if token.alive and not self.ends_adhoc(token):
                self.later(token, then)
        if block.loop:
            self.each(block, host, done)
        else:
            self.once(block, host, host, token.level.scope, done)

    def arm_boundary(self: Oracle, host: Activity, one: Catcher, token: Token, then: Then) -> None:
        """A boundary event: instead of the activity, or beside it."""
        level = token.level

        def caught(values: Values) -> None:
            if one.interrupting:
                host.stop()
                walker, after = token, lambda: self.later(token, then)
            else:
                self.rearm(wait)
                walker = self.new_token(level)
                after = lambda: self.end(walker)  # noqa: E731

            def go() -> None:
                level.scope.merge(mapped(values, one.event, level.scope))
                self.later(walker, lambda: self.run(one.path, walker, after))
            self.later(walker, go)
        wait = self.listen(host, level, one.id, one.event, level.scope, caught, catcher=one)
        host.armed.append(wait)

    def once(self: Oracle, block: Block, host: Activity, act: Activity, outer: Scope, done: Then,
             loop_values: Values | None = None, collect: Callable[[Scope], None] | None = None) -> None:
        """One run: input mappings, the work, output mappings. `act`: this run; `host`: what boundaries hang at."""
        local = Scope(outer, loop_values)
        for name, ex in block.inputs.items():
            local.own[name] = value(ex, local.view())
        if host is act and host.armed:
            for wait in host.armed:
                wait.scope = local if wait.kind == "conditional" else wait.scope

        def leave(values: Values) -> None:
            if block.outputs:
                kept = dict(values)
                mapped = {name: value(ex, {**local.view(), **kept}) for name, ex in block.outputs.items()}
                outer.merge(mapped)
                local.own.update(kept)
            else:
                local.merge(values)
            self.adhoc_asks(host, act, local)
            if collect is not None:
                collect(local)
            done()
        getattr(self, f"do_{block.kind}")(block, host, act, local, leave)

    def each(self: Oracle, block: Block, host: Activity, done: Then) -> None:
        """Multi-instance: one run for each item, results in the order of the items."""
        loop = block.loop
        assert loop
        items = value(loop.items, host.level.scope.view())
        body = Scope(host.level.scope)
        results: list[Any] = [None] * len(items)
        if loop.output:
            body.own[loop.output] = list(results)
        state = {"done": 0, "running": 0}

        def over() -> None:
            if loop.output:
                host.level.scope.merge({loop.output: list(results)})
            done()

        def begin(at: int) -> None:
            act = Activity(host, host.level, block)
            state["running"] += 1
            own: dict[str, Any] = {"loopCounter": at + 1, loop.item: items[at]}
            if loop.output and loop.element and loop.element[0] == "var":
                own.setdefault(loop.element[1], None)
            stops: list[bool] = []

            def collect(local: Scope) -> None:
                if loop.output and loop.element:
                    results[at] = value(loop.element, local.view())
                    body.own[loop.output] = list(results)
                counts = {"numberOfCompletedInstances": state["done"] + 1}
                stops.append(bool(loop.stop) and value(loop.stop or (), {**local.view(), **counts}) is True)

            def one_done() -> None:
                act.stop()
                host.inner_notes.extend(act.inner_notes)
                state["done"] += 1
                state["running"] -= 1
                if stops[-1] or state["done"] == len(items):
                    for other in [one for one in host.inside if isinstance(one, Activity)]:
                        other.stop()
                    self.later(host, over)
                elif loop.sequential:
                    begin(at + 1)
            self.once(block, host, act, body, one_done, own, collect)
        if not items:
            self.later(host, over)
        for at in range(min(1, len(items)) if loop.sequential else len(items)):
            begin(at)

    # ---- work
    def do_task(self: Oracle, _block: Block, _host: Activity, act: Activity, _local: Scope, done: Done) -> None:
        """Passes."""
        self.later(act, lambda: done({}))

    do_manual = do_task

    def do_user(self: Oracle, block: Block, host: Activity, act: Activity, local: Scope, done: Done,
                kind: str = "task") -> None:
        """Waits for a person."""
        last = block.at.get("last_sets")
        must = (lambda: {last: True} if act.level.tokens == 1 else {}) if last else dict
        self.wait(act, act.level, kind, block.id, local, done, values=block.at.get("values", {}), host=host, must=must)

    def do_job(self: Oracle, block: Block, host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """Waits for a worker."""
        self.do_user(block, host, act, local, done, "job")

    def do_script(self: Oracle, block: Block, _host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """A value into a variable."""
        self.later(act, lambda: done({block.at["to"]: value(block.at["is"], local.view())}))

    def do_rule(self: Oracle, block: Block, _host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """The decision gives twice its input."""
        self.later(act, lambda: done({block.at["to"]: 2 * local.view()["n"]}))

    def do_send(self: Oracle, block: Block, _host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """Publishes a message with its local variables."""
        assert block.event

        def send() -> None:
            assert block.event
            self.told.append(("message", block.event.name, dict(local.own)))
            done({})
        self.later(act, send)

    def do_receive(self: Oracle, block: Block, host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """Waits for a message."""
        assert block.event

        def caught(values: Values) -> None:
            wait.act.stop()
            self.later(act, lambda: done(values))
        wait = self.listen(act, act.level, block.id, block.event, local, caught)

    # ---- with a level inside
    def do_sub(self: Oracle, block: Block, host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """An embedded subprocess."""
        level = Level(act, local, host, lambda: self.sub_over(block, act, level, done))
        self.open_level(level, block.parts[0], block.handlers)

    def sub_over(self: Oracle, block: Block, act: Activity, level: Level, done: Done) -> None:
        """What was completed inside can still be undone, with the variables of this scope."""
        if level.notes:
            act.inner_notes.append((level.notes, dict(level.scope.own)))
        self.later(act, lambda: done({}))

    def do_call(self: Oracle, block: Block, host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """Another process with variables of its own."""
        process = self.diagram.by_id(block.at["process"])
        given = local.view() if block.at["propagateAllParentVariables"] else local.own
        scope = Scope(None, given)
        keep = bool(block.outputs) or block.at["propagateAllChildVariables"]
        level = Level(act, scope, host, lambda: self.later(act, lambda: done(scope.own if keep else {})))
        self.open_level(level, process.body, process.handlers)

    def do_adhoc(self: Oracle, block: Block, host: Activity, act: Activity, local: Scope, done: Done) -> None:
        """What the list names starts; over when all is done, or when the condition holds."""
        output = block.at.get("output")
        if output:
            local.own[output] = []

        def over() -> None:
            if level.notes:
                act.inner_notes.append((level.notes, dict(local.own)))

            def finish() -> None:
                results = local.own.get(output) if output else None
                done({})
                if output:
                    host.level.scope.merge({output: results})
            self.later(act, finish)
        level = Level(act, local, host, over)
        level.adhoc = block
        for part in block.parts:
            if part.at["first"] in block.at["active"]:
                for _ in range(block.at["active"].count(part.at["first"])):
                    token = self.new_token(level)
                    self.run(part, token, lambda token=token: self.end(token))  # type: ignore[misc]

    def adhoc_asks(self: Oracle, host: Activity, act: Activity, local: Scope) -> None:
        """An element inside an ad-hoc subprocess leaves: its result is gathered, then the condition is asked."""
        level, block = host.level, host.level.adhoc
        if block is None or host is not act or host.block is None:
            return
        if block.at.get("output") and host.block.at.get("path_end"):
            level.scope.own[block.at["output"]] = [*level.scope.own[block.at["output"]],
                                                   value(block.at["element"], local.view())]
        if block.at.get("stop") and value(block.at["stop"], local.view()) is True:
            level.enough = True

    def ends_adhoc(self: Oracle, token: Token) -> bool:
        """Whether the condition has held and cancels what is left; the token ends then."""
        level, block = token.level, token.level.adhoc
        if block is None or not level.enough or not block.at["cancels"]:
            return False
        level.clear()
        self.later(level, lambda: self.close(level))
        return True
