"""Draws a diagram by a seed. What the documentation leaves open must not matter: branches that move in one step write
different variables or count; whatever looks at more than its own branch stands behind a person's task ("quiet")."""

from __future__ import annotations

import random

from tests.reliability.processes.blocks import Block, Catcher, Diagram, Event, Ex, Loop, Process
from tests.reliability.processes.features import ENDS, FEATURES, THROWS, Features
from tests.reliability.processes.features_scopes import Place

VARIABLES = {"key": "K-1", "a": 2, "b": True, "c": False, "items": [3, 1, 2]}
"""What every instance begins with; nothing writes them."""
SIGNALS, MESSAGES, CODES = ("go", "halt", "news"), ("paper", "reply", "call"), ("X", "Y")


def draw(seed: int, of: int = 10) -> Diagram:
    """The diagram of a seed. `of` diagrams in a row hold every feature at least once."""
    rnd = random.Random(seed * 7919)
    mine = [name for at, name in enumerate(FEATURES) if at % of == seed % of]
    rnd.shuffle(mine)
    third = len(mine) // 3
    made = [Drawer(rnd, "k", []).process((), 1), Drawer(rnd, "h", mine[:third // 2]).process(("k",), 2)]
    made.insert(0, Drawer(rnd, "m", mine[third // 2:]).process(("h", "k"), 3))
    return Diagram(seed, made)


class Drawer(Features):
    """Draws one process; `wanted`: features that have to be in it."""

    def __init__(self, rnd: random.Random, prefix: str, wanted: list[str]) -> None:
        self.rnd, self.prefix, self.wanted, self.count = rnd, prefix, wanted, 0

    def process(self, calls: tuple[str, ...], deep: int) -> Process:
        """The whole process."""
        handlers = [self.handler(Place(1, calls=calls))] if self.maybe(.3) else []
        place = Place(deep, codes=frozenset(h.event.code for h in handlers if h.event.kind == "error" and h.event.code), calls=calls)
        parts = [self.block(place) for _ in range(deep)]
        while self.wanted:
            parts.append(self.block(place))
        called = {block.at["process"] for part in parts for block in part.walk() if block.kind == "call"}
        if calls[:1] and calls[0] not in called:
            parts.append(self.draw_call(place, self.rnd.choice(["all", "out", "in"])))
        if self.maybe(.2):
            parts += self.final(place)
        return Process(self.prefix, Block("seq", "", parts), handlers)

    # ---- small things
    def maybe(self, chance: float) -> bool:
        """By chance."""
        return self.rnd.random() < chance

    def name(self, word: str) -> str:
        """A new id or variable name."""
        self.count += 1
        return f"{self.prefix}_{word}{self.count}"

    def seq(self, *parts: Block) -> Block:
        """One after the other."""
        return Block("seq", "", list(parts))

    def some(self, place: Place, least: int = 1) -> Block:
        """A few blocks in a row, never empty."""
        count = least + (place.deep > 0 and self.maybe(.35))
        return self.seq(*(self.block(place) for _ in range(count)))

    def block(self, place: Place) -> Block:
        """One of what is still wanted, if it fits; else anything."""
        for name in self.wanted:
            if self.fits(name, place):
                self.wanted.remove(name)
                return self.feature(name, place)
        found = [name for name in FEATURES if self.fits(name, place)]
        return self.feature(self.rnd.choice(found), place)

    def fits(self, name: str, place: Place) -> bool:
        """Whether a feature may stand here."""
        need = FEATURES[name]
        if place.deep < need.deep or (name.startswith("call") and not place.calls):
            return False
        if place.calm and (name.startswith(("throw", "exit", "call")) or "escalation" in name):
            return False
        if place.adhoc:
            return need.adhoc
        return True

    def feature(self, name: str, place: Place) -> Block:
        """Draw a feature."""
        word, _, rest = name.partition(" ")
        made: Block = getattr(self, f"draw_{word}")(place, rest) if rest else getattr(self, f"draw_{word}")(place)
        return made

    def final(self, place: Place) -> list[Block]:
        """An end of a scope that is not a plain one."""
        kinds = [kind for kind in ENDS if kind not in ("none", "error") and not (place.calm and kind in THROWS)]
        return [self.user(), Block("end", self.name("end"), event=self.thrown(self.rnd.choice(kinds), place))]

    # ---- events
    def thrown(self, kind: str, place: Place) -> Event:
        """What a throw or end event throws."""
        inputs: dict[str, Ex] = {self.name("l"): ("plus", "a", self.rnd.randint(1, 9))} if self.maybe(.5) else {}
        if kind == "error":
            return Event("error", code=self.rnd.choice(sorted(place.codes)))
        if kind == "escalation":
            return Event("escalation", code=self.rnd.choice(CODES))
        if kind in ("message", "signal"):
            return Event(kind, self.rnd.choice(MESSAGES if kind == "message" else SIGNALS), inputs=inputs)
        return Event(kind)

    def caught(self, kind: str, cycle: bool = False, taken: set[str] | None = None) -> Event:
        """What is waited for. `taken`: names that stand beside it already."""
        free = lambda names: self.rnd.choice([n for n in names if n not in (taken or ())] or list(names))  # noqa: E731
        variable = self.name("e")
        came = {variable: [self.rnd.randint(1, 99) for _ in range(3)]}
        outputs: dict[str, Ex] = {self.name("o"): ("plus", variable, 1)} if self.maybe(.3) else {}
        if kind == "timer":
            return Event("timer", minutes=self.rnd.randint(5, 50), rounds=self.rnd.choice([0, 2, 3]) if cycle else None)
        if kind == "message":
            return Event(kind, free(MESSAGES), values=came, outputs=outputs)
        if kind == "signal":
            return Event(kind, free(SIGNALS), values=came, outputs=outputs)
        if kind == "conditional":
            return Event(kind, test=("var", f"{self.prefix}_watched{self.rnd.randint(1, 2)}"))
        return Event(kind, code=self.rnd.choice([*CODES, None]), values=came if kind == "error" else {})

    def boundary(self, kind: str, interrupting: bool, place: Place, taken: set[str]) -> Catcher:
        """A boundary event; what runs beside the activity ends by itself."""
        event = self.caught(kind, not interrupting and self.maybe(.5), taken)
        taken |= {event.name, event.code or "", kind if kind == "conditional" else ""}
        path = self.some(Place(0, place.parallel and interrupting, not interrupting or place.calm, codes=place.codes))
        return Catcher(self.name("b"), event, interrupting or kind == "error", path)

    def handler(self, place: Place, kind: str = "", interrupting: bool | None = None) -> Catcher:
        """An event subprocess."""
        kind = kind or self.rnd.choice(["timer", "message", "signal", "conditional", "error", "escalation"])
        stops = self.maybe(.5) if interrupting is None else interrupting
        event = self.caught(kind, not stops and self.maybe(.5))
        return Catcher(self.name("h"), event, stops or kind == "error", self.some(Place(max(0, place.deep - 1), calm=not stops or place.calm)))

    # ---- activities
    def user(self, **at: object) -> Block:
        """A plain task of a person."""
        return Block("user", self.name("u"), at={"values": {self.name("d"): [self.rnd.randint(1, 9) for _ in range(3)]}, **at})

    def chooser(self, values: dict[str, list[object]]) -> Block:
        """A person decides."""
        return Block("user", self.name("u"), at={"values": values})

    def mapped(self, block: Block, brought: str) -> Block:
        """Some input and output mappings."""
        local, out = self.name("l"), self.name("o")
        chance = self.rnd.randrange(6)
        if chance == 1:
            block.inputs[local], block.outputs[out] = ("plus", "a", 3), ("plus", local, 1)
        elif chance == 2:
            block.inputs[brought] = ("const", 0)                        # what comes under this name is lost
        elif chance == 3:
            block.inputs[brought], block.outputs[out] = ("const", 0), ("var", brought)
        elif chance == 4:
            block.outputs |= {out: ("plus", brought, 1), "same": ("const", 1)}
        return block

    def guarded(self, block: Block, place: Place) -> Block:
        """Perhaps boundary events."""
        taken: set[str] = set()
        kinds = ["timer", "message", "signal", "conditional"]
        kinds += ["error"] if block.kind in ("job", "sub", "call") else []
        kinds += ["escalation"] if block.kind in ("sub", "call") else []
        while self.maybe(.25) and not place.adhoc:
            block.boundaries.append(self.boundary(self.rnd.choice(kinds), self.maybe(.5), place, taken))
        return block

    def repeated(self, block: Block, brought: str, sequential: bool, stops: bool = False) -> Block:
        """Once for each item."""
        item = self.name("i")
        items: Ex = self.rnd.choice([("var", "items"), ("const", [4, 5]), ("const", [7, 8, 9])])
        if block.kind in ("user", "job") and self.maybe(.15):
            items = ("const", [])
        loop = Loop(sequential, items, item)
        if self.maybe(.7):
            loop.output = self.name("r")
            loop.element = self.rnd.choice([("var", brought), ("var", item), ("plus", item, 10)])
        if stops:
            loop.stop = ("is", "numberOfCompletedInstances", 2)
        if block.kind in ("user", "job") and items[0] == "var" and self.maybe(.3):
            block.inputs["items"] = ("var", item)                       # hides the collection inside only
        block.loop = loop
        return block
