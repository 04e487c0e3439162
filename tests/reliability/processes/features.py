"""What may stand in a diagram, each with the way it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reliability.processes.blocks import Block, Event
from tests.reliability.processes.features_scopes import Place, ScopeFeatures

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


class Features(ScopeFeatures):
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
