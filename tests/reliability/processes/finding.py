"""Many walks over many diagrams; what differs is counted, shrunk and told with its seed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from app.engine import lint
from app.engine.reading import read
from tests.reliability.processes.blocks import Diagram, outline
from tests.reliability.processes.drawing import draw
from tests.reliability.processes.shrinking import shrink
from tests.reliability.processes.walking import Difference, Memory, Ports, Walk, ports_of
from tests.reliability.processes.writing import write

Kind = tuple[str, str]
"""An element's tag and the event at it."""


@dataclass
class Found:
    """What came out. `drawn` and `reached`: kinds of elements in the diagrams, and those that tokens were on."""

    paths: int = 0
    steps: int = 0
    differences: list[str] = field(default_factory=list)
    drawn: set[Kind] = field(default_factory=set)
    reached: set[Kind] = field(default_factory=set)


def search(seeds: Iterable[int], paths: int, *, twice: int = 0, of: int = 10) -> Found:
    """Walk `paths` paths of each diagram, every `twice`-th of them two times: the traces must have the same bytes."""
    found = Found()
    for seed in seeds:
        diagram = draw(seed, of)
        kinds = kinds_of(diagram)
        found.drawn |= set(kinds.values())
        problems = [str(one) for data in write(diagram) for one in lint(data, f"diagram {seed}")]
        if problems:
            found.differences.append(f"diagram {seed}: the linter says {problems}")
            continue
        ports, wrong = ports_of(diagram), []
        for path in range(paths):
            host = Memory(ports)
            walk = Walk(diagram, path, host)
            try:
                walk.go()
                if twice and path % twice == 0:
                    again(walk, ports)
            except AssertionError as error:
                wrong.append((path, error))
            found.paths, found.steps = found.paths + 1, found.steps + len(walk.steps)
            found.reached |= {kinds[name] for name in host.reached if name in kinds}
        if wrong:
            found.differences += [f"diagram {seed} path {path}: {error}" for path, error in wrong]
            tell(diagram, [path for path, _ in wrong])
    return found


def again(walk: Walk, ports: Ports) -> None:
    """Raises Difference when the same seed gives another trace."""
    assert isinstance(walk.host, Memory)
    second = Memory(ports)
    Walk(walk.diagram, walk.seed, second).go()
    if second.trace.digest() != walk.host.trace.digest():
        raise Difference("the same seed gave another trace")


def kinds_of(diagram: Diagram) -> dict[str, Kind]:
    """Element id -> its kind, read from the files."""
    found: dict[str, Kind] = {}
    for data in write(diagram):
        read_one = read(data, "x")
        for scope, node in read_one.nodes():
            event = node.trigger.kind if node.type.endswith("Event") else ""
            place = "eventSubProcess" if node.type == "startEvent" and scope.event else node.type
            found[node.id] = (place, event)
            found |= {f"{node.id} loop": ("multiInstanceLoopCharacteristics", "")} if node.loop else {}
            found |= {f"{node.id} undo": ("isForCompensation", "")} if node.compensates else {}
    return found


def tell(diagram: Diagram, paths: list[int], say: Callable[[str], object] = sys.stderr.write) -> Diagram:
    """Print the smallest diagram on which one of the paths, or one of the first five, differs in the same way."""
    tried = list(dict.fromkeys([*paths[:3], *range(5)]))
    first = next(iter(_wrong(diagram, tried)), None)
    if first is None:
        return diagram
    small = shrink(diagram, lambda smaller: any(type(one) is type(first[1]) for _, one in _wrong(smaller, tried)))
    walk, error = next(_wrong(small, tried))
    say(f"\nseed {diagram.seed}, path {walk.seed}, shrunk: {error}\n{outline(small)}\n" + "\n".join(walk.steps) + "\n")
    return small


def _wrong(diagram: Diagram, paths: list[int]) -> Iterator[tuple[Walk, AssertionError]]:
    """The walks that fail."""
    ports = ports_of(diagram)
    for path in paths:
        walk = Walk(diagram, path, Memory(ports))
        try:
            walk.go()
        except AssertionError as error:
            yield walk, error
