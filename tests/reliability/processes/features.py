"""What may stand in a diagram, each with the way it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.reliability.processes.blocks import Block, Event

if TYPE_CHECKING:
    from tests.reliability.processes.drawing import Drawer

CATCHES = ("message", "timer", "signal", "conditional")
THROWS = ("none", "message", "escalation", "signal")
ENDS = ("none", "message", "escalation", "signal", "compensation", "terminate", "error")
BOUNDARIES = ("message", "timer", "error", "escalation", "signal", "conditional")
JOBS = ("serviceTask", "sendTask", "scriptTask", "businessRuleTask", "intermediateThrowEvent")


@dataclass(frozen=True)
class Need:
    """How deep a place a feature needs, and whether it may stand directly in an ad-hoc subprocess."""

    deep: int = 0
    adhoc: bool = False


@dataclass(frozen=True)
class Place:
    """Where a block stands. `deep`: how much more may be nested; `parallel`: a branch that a join of all waits for;
    `calm`: beside something else, where a throw could call the same path again;
    `adhoc`: directly in an ad-hoc subprocess; `codes`: errors that somebody outside catches; `calls`: what may be called."""

    deep: int
    parallel: bool = False
    calm: bool = False
    adhoc: bool = False
    codes: frozenset[str] = frozenset()
    calls: tuple[str, ...] = ()

    def inside(self, **changes: object) -> Place:
        """One level deeper."""
        return replace(self, deep=self.deep - 1, **changes)  # type: ignore[arg-type]


FEATURES: dict[str, Need] = {
    "task": Need(0, True), "manual": Need(0, True), "user": Need(), "script": Need(0, True), "rule": Need(0, True),
    "send": Need(0, True), "receive": Need(), "link": Need(0, True), "writer": Need(),
    **{f"job {tag}": Need() for tag in JOBS},
    **{f"catch {kind}": Need(0, kind == "timer") for kind in CATCHES},
    **{f"throw {kind}": Need() for kind in THROWS},
    "xor": Need(1), "par": Need(1), "inc": Need(1), "race": Need(1), "again": Need(1),
    "sub": Need(1, True), "call all": Need(1), "call out": Need(1), "call in": Need(1),
    "adhoc": Need(1), "adhoc stops": Need(1), "adhoc lets": Need(1), "adhoc twice": Need(1),
    **{f"{how} {what}": Need(1) for how in ("each", "row") for what in ("user", "job", "receive", "sub", "call", "adhoc", "stop")},
    **{f"exit {kind}": Need(1) for kind in ENDS},
    **{f"{how} {kind}": Need(1) for how in ("boundary", "beside") for kind in BOUNDARIES if (how, kind) != ("beside", "error")},
    **{f"{how} {kind}": Need(1) for how in ("handler", "listener") for kind in BOUNDARIES if (how, kind) != ("listener", "error")},
    "undo user": Need(), "undo script": Need(), "undo inside": Need(1), "undo each": Need(1), "undo handler": Need(1),
}


class Features:
    """Part of the drawer."""

    def draw_task(self: Drawer, _place: Place) -> Block:
        """Passes."""
        return Block("task", self.name("t"))

    def draw_manual(self: Drawer, _place: Place) -> Block:
        """Passes."""
        return Block("manual", self.name("t"))

    def draw_user(self: Drawer, place: Place) -> Block:
        """A person."""
        block = self.user()
        return self.guarded(self.mapped(block, next(iter(block.at["values"]))), place)

    def draw_job(self: Drawer, place: Place, tag: str) -> Block:
        """A worker."""
        block = self.user(tag=tag)
        block.kind, block.id = "job", self.name("w")
        self.mapped(block, next(iter(block.at["values"])))
        return self.guarded(block, place) if tag != "intermediateThrowEvent" else block

    def draw_script(self: Drawer, _place: Place) -> Block:
        """Counts."""
        name = self.name("v")
        return Block("script", self.name("s"), at={"is": ("count", name), "to": name})

    def draw_rule(self: Drawer, _place: Place) -> Block:
        """Asks a decision."""
        return Block("rule", self.name("r"), inputs={"n": ("plus", "a", self.rnd.randint(1, 9))}, at={"to": self.name("v")})

    def draw_send(self: Drawer, _place: Place) -> Block:
        """Publishes."""
        inputs = {self.name("l"): ("plus", "a", 5)} if self.maybe(.7) else {}
        return Block("send", self.name("n"), event=Event("message", "reply"), inputs=inputs)

    def draw_receive(self: Drawer, place: Place) -> Block:
        """Waits for a message."""
        event = self.caught("message")
        event.outputs = {}
        block = Block("receive", self.name("c"), event=event)
        return self.guarded(self.mapped(block, next(iter(event.values))), place)

    def draw_link(self: Drawer, _place: Place) -> Block:
        """A flow that is not drawn."""
        return Block("link", self.name("k"))

    def draw_writer(self: Drawer, _place: Place) -> Block:
        """A person changes what conditions look at."""
        return self.seq(self.chooser({f"{self.prefix}_watched{self.rnd.randint(1, 2)}": [True, False, True]}), self.user())

    def draw_catch(self: Drawer, _place: Place, kind: str) -> Block:
        """An intermediate event; what is waited for by a condition is written beside."""
        catch = Block("catch", self.name("c"), event=self.caught(kind))
        if kind != "conditional":
            return catch
        assert catch.event and catch.event.test
        writer = self.seq(self.chooser({catch.event.test[1]: [True]}), self.user())
        return Block("par", self.name("g"), [catch, writer])

    def draw_throw(self: Drawer, place: Place, kind: str) -> Block:
        """An intermediate throw event."""
        made = Block("throw", self.name("t"), event=self.thrown(kind, place))
        return made if kind in ("none", "message") else self.seq(self.user(), made, self.user())

    # ---- flows
    def draw_xor(self: Drawer, place: Place) -> Block:
        """One of several."""
        pick, parts = self.name("x"), [self.some(place.inside()) for _ in range(self.rnd.randint(2, 3))]
        tests = [("is", pick, i + 1) for i in range(len(parts) - 1)]
        if self.maybe(.1):
            tests[0] = ("var", self.rnd.choice("bc"))
        return self.seq(self.chooser({pick: [1, 2, 3]}), Block("xor", self.name("g"), parts, at={"tests": tests}))

    def draw_par(self: Drawer, place: Place) -> Block:
        """All."""
        parts = [self.some(place.inside(parallel=True)) for _ in range(self.rnd.randint(2, 3))]
        return Block("par", self.name("g"), parts)

    def draw_inc(self: Drawer, place: Place) -> Block:
        """Some."""
        flags = [self.name("x") for _ in range(2)]
        parts = [self.some(place.inside()) for _ in range(3)]
        return self.seq(self.chooser({flag: [True, False] for flag in flags}),
                        Block("inc", self.name("g"), parts, at={"tests": [("var", flag) for flag in flags]}))

    def draw_race(self: Drawer, place: Place) -> Block:
        """The first event."""
        kinds = self.rnd.sample(CATCHES, self.rnd.randint(2, 4))
        kinds += ["timer"] if "timer" not in kinds or self.maybe(.3) else []
        parts = [self.seq(Block("catch", self.name("c"), event=self.caught(kind)), self.some(place.inside())) for kind in kinds]
        return Block("race", self.name("g"), parts)

    def draw_again(self: Drawer, place: Place) -> Block:
        """A loop."""
        pick = self.name("x")
        body = self.seq(self.some(place.inside()), self.chooser({pick: [True, False, False]}))
        return Block("again", self.name("g"), [body], at={"test": ("var", pick)})

    def draw_exit(self: Drawer, place: Place, kind: str) -> Block:
        """A subprocess that may end in its midst."""
        code = self.rnd.choice("XY")
        inner = place.inside(parallel=False, codes=place.codes | {code})
        end = Block("end", self.name("end"), event=self.thrown(kind, inner))
        pick = self.name("x")
        leave = Block("xor", self.name("g"), [end, self.some(inner)], at={"tests": [("is", pick, 1)]})
        body = self.seq(self.chooser({pick: [1, 2]}), leave)
        if self.maybe(.3):
            body = Block("inc", self.name("g"), [body, self.some(inner)], at={"tests": [("var", "b")]})
            if kind not in ("error", "terminate"):
                body.at["tests"] = [("var", "c")]
        elif kind in ("error", "terminate") and self.maybe(.6):
            body = Block("par", self.name("g"), [body, self.some(inner)])
        if kind == "compensation":
            body = self.seq(self.undoable("user"), body)
        block = self.sub_of(body, place)
        if kind == "error" or self.maybe(.3):
            catcher = self.boundary("error", True, place, set())
            catcher.event.code = self.rnd.choice([code, None])
            block.boundaries = [catcher] + [b for b in block.boundaries if b.event.kind != "error"]
        return block

    # ---- scopes
    def sub_of(self: Drawer, body: Block, place: Place) -> Block:
        """A subprocess around a body, perhaps with mappings and boundary events."""
        block = Block("sub", self.name("p"), [body])
        if self.maybe(.4):
            local = self.name("l")
            block.inputs = {local: ("plus", "a", 1)}
            if self.maybe(.5):
                block.outputs = {self.name("o"): ("plus", local, 1)}
        return self.guarded(block, place)

    def draw_sub(self: Drawer, place: Place) -> Block:
        """A subprocess."""
        block = self.sub_of(self.some(place.inside(parallel=False, adhoc=False)), place)
        if self.maybe(.2):
            block.parts[0].parts += self.final(place)
        if self.maybe(.3):
            block.handlers = [self.handler(place)]
        return block

    def draw_call(self: Drawer, place: Place, how: str) -> Block:
        """Another process. `all`: variables go both ways; `out`: in all, out by a mapping; `in`: the other way round."""
        process = self.rnd.choice(place.calls)
        block = Block("call", self.name("a"), at={"process": process, "propagateAllParentVariables": how != "in",
                                                  "propagateAllChildVariables": how != "out"})
        if how == "in":
            block.inputs = {name: ("var", name) for name in ("key", "a", "b", "c", "items")}
            return self.guarded(block, place)
        if how == "out":
            block.outputs = {self.name("o"): ("plus", "a", 1)}
        return self.seq(self.user(), self.guarded(block, place), self.user())

    def draw_adhoc(self: Drawer, place: Place, how: str = "") -> Block:
        """An ad-hoc subprocess."""
        stop, result, block = self.name("x"), self.name("r"), Block("adhoc", self.name("p"), at={"cancels": how != "lets"})
        conditional = how in ("stops", "lets")
        for _ in range(2 if how else 3):
            first, last = self.user(), self.user(path_end=True)
            last.inputs = {result: ("const", None)}
            last.at["values"] = {result: [1, 2, 3], **last.at["values"]}
            if conditional:
                first.at["values"][stop] = last.at["values"][stop] = [False, True]
                last.at["last_sets"] = stop
            middle = [self.block(Place(place.deep - 1, adhoc=True))] if self.maybe(.5) else []
            chain = self.seq(first, *middle, last)
            chain.at["first"] = first.id
            block.parts.append(chain)
        block.inputs = {stop: ("const", False)} if conditional else {}
        names = [part.at["first"] for part in block.parts]
        block.at["active"] = names[:1] * 2 if how == "twice" else names[:2]
        if conditional:
            block.at["stop"] = ("var", stop)
        if how == "twice" or self.maybe(.5):
            block.at |= {"output": self.name("r"), "element": ("var", result)}
        if how == "twice":
            block.parts = block.parts[:1] + [part for part in block.parts[1:] if self.maybe(.5)]
        return self.guarded(block, place)

    def many(self: Drawer, place: Place, what: str, sequential: bool) -> Block:
        """A multi-instance activity."""
        if what == "stop":
            return self.repeated(self.user(), "loopCounter", sequential, stops=True)
        if what == "user":
            block = self.draw_user(place)
        elif what == "job":
            block = self.draw_job(place, "serviceTask")
        elif what == "receive":
            block = self.draw_receive(place)
        elif what == "sub":
            block = self.sub_of(self.some(place.inside(parallel=False)), place)
        elif what == "call" and place.calls:
            block = self.draw_call(place, "in")
        else:
            block = self.draw_adhoc(place, self.rnd.choice(["", "stops"]))
        brought = next(iter(block.at.get("values") or (block.event.values if block.event else {})), "loopCounter")
        return self.repeated(block, brought, sequential)

    def draw_each(self: Drawer, place: Place, what: str) -> Block:
        """At the same time."""
        return self.many(place, what, False)

    def draw_row(self: Drawer, place: Place, what: str) -> Block:
        """One after the other."""
        return self.many(place, what, True)

    def draw_boundary(self: Drawer, place: Place, kind: str) -> Block:
        """A boundary event that interrupts."""
        return self.hosted(place, kind, True)

    def draw_beside(self: Drawer, place: Place, kind: str) -> Block:
        """One that does not."""
        return self.hosted(place, kind, False)

    def hosted(self: Drawer, place: Place, kind: str, interrupting: bool) -> Block:
        """An activity with this boundary event."""
        if kind in ("error", "escalation"):
            inner = place.inside(parallel=False)
            thrower = self.draw_job(inner, "serviceTask") if kind == "error" else self.draw_throw(inner, "escalation")
            host = Block("sub", self.name("p"), [self.seq(thrower, self.user())])
        else:
            host = self.user() if self.maybe(.5) else Block("sub", self.name("p"), [self.some(place.inside(parallel=False))])
        host.boundaries = [self.boundary(kind, interrupting, place, set())]
        if kind == "conditional":
            return self.seq(host, self.draw_writer(place)) if place.deep < 2 else Block(
                "par", self.name("g"), [host, self.draw_writer(place)])
        return host

    def draw_handler(self: Drawer, place: Place, kind: str) -> Block:
        """A subprocess with an event subprocess that interrupts."""
        inner = place.inside(parallel=False)
        body = [self.draw_job(inner, "serviceTask")] if kind == "error" else []
        body += [self.draw_throw(inner, "escalation")] if kind == "escalation" else []
        body += [self.draw_writer(inner)] if kind == "conditional" else []
        block = self.sub_of(self.seq(*body, self.some(inner)), place)
        block.handlers = [self.handler(place, kind, True)]
        return block

    def draw_listener(self: Drawer, place: Place, kind: str) -> Block:
        """One that does not."""
        block = self.draw_handler(place, kind)
        block.handlers = [self.handler(place, kind, False)]
        return block

    # ---- compensation
    def undoable(self: Drawer, kind: str) -> Block:
        """An activity with a compensation handler."""
        block = self.user() if self.maybe(.5) else self.draw_script(None)  # type: ignore[arg-type]
        handler = self.user() if kind == "user" else self.draw_script(None)  # type: ignore[arg-type]
        handler.at["undoes"] = True
        block.undo = handler
        return block

    def draw_undo(self: Drawer, place: Place, how: str) -> Block:
        """Something is done, then undone."""
        one = self.undoable(how if how in ("user", "script") else self.rnd.choice(["user", "script"]))
        of, done = one.id, one
        if how == "inside":
            done = Block("sub", self.name("p"), [self.seq(one, self.some(place.inside(parallel=False)))], inputs={self.name("l"): ("const", 5)})
        elif how == "each":
            inner = Block("sub", self.name("p"), [self.seq(one)])
            done = self.repeated(inner, "loopCounter", self.maybe(.5))
        elif how == "handler":
            throw = Block("throw", self.name("t"), event=Event("compensation"))
            block = Block("sub", self.name("p"), [self.seq(one, self.user(), self.user())])
            block.handlers = [self.handler(place, "message", self.maybe(.5))]
            block.handlers[0].path = self.seq(self.user(), throw, self.user())
            return block
        wanted = of if how in ("user", "script") and self.maybe(.5) else None
        throw = Block("throw", self.name("t"), event=Event("compensation", activity=wanted))
        return self.seq(done, self.user(), throw, self.user())
