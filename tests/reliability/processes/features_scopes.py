"""What has a scope of its own, and what hangs at it, with the way it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.reliability.processes.blocks import Block, Event

if TYPE_CHECKING:
    from tests.reliability.processes.drawing import Drawer


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


class ScopeFeatures:
    """Part of the drawer."""

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
