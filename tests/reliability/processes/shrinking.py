"""Makes a diagram smaller for as long as the engine and the oracle still differ on it."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from app.kernel.errors import DefinitionError
from tests.reliability.processes.blocks import Block, Diagram

Cut = Callable[[Block], None]


def shrink(diagram: Diagram, differs: Callable[[Diagram], bool], seconds: float = 20.0) -> Diagram:
    """The smallest that was found in time. `differs` may raise what an impossible diagram raises."""
    until, at = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        smaller = next(islice(cuts(diagram), at, None), None)
        if smaller is None:
            break
        if _differs(made := smaller(), differs):
            diagram = made                           # what stands at this place now is another cut
        else:
            at += 1
    return diagram


def _differs(diagram: Diagram, differs: Callable[[Diagram], bool]) -> bool:
    try:
        return differs(diagram)
    except (DefinitionError, LookupError, StopIteration, AttributeError, TypeError):
        return False                                    # a cut that leaves no process


def cuts(diagram: Diagram) -> Iterator[Callable[[], Diagram]]:
    """Copies with one thing less, the big ones first."""
    called = {block.at.get("process") for block in diagram.blocks()}
    for at, process in enumerate(diagram.processes):
        if at and process.id not in called:
            yield partial(_less, diagram, lambda made, at=at: made.processes.pop(at))  # type: ignore[misc]
        for number in range(len(diagram.processes[at].handlers)):
            yield partial(_less, diagram, lambda made, at=at, number=number: made.processes[at].handlers.pop(number))  # type: ignore[misc]
    for number, block in enumerate(diagram.blocks()):
        for cut in _ways(block):
            yield partial(_cut, diagram, number, cut)


def _less(diagram: Diagram, cut: Callable[[Diagram], object]) -> Diagram:
    made = copy.deepcopy(diagram)
    cut(made)
    return made


def _cut(diagram: Diagram, number: int, cut: Cut) -> Diagram:
    made = copy.deepcopy(diagram)
    cut(list(made.blocks())[number])
    return made


def _ways(block: Block) -> Iterator[Cut]:
    if block.kind == "seq":
        if len(block.parts) > 1:
            yield from (_without(at) for at in range(len(block.parts)))
    elif block.kind != "adhoc":
        yield from (_only(at) for at in range(len(block.parts)))
    yield from (_unguarded(at) for at in range(len(block.boundaries)))
    yield from (_unheard(at) for at in range(len(block.handlers)))
    if block.loop or block.inputs or block.outputs or block.undo:
        yield _plain


def _without(at: int) -> Cut:
    def cut(block: Block) -> None:
        del block.parts[at]
    return cut


def _only(at: int) -> Cut:
    def cut(block: Block) -> None:
        block.kind, block.id, block.parts, block.at = "seq", "", [block.parts[at]], {}
        block.boundaries, block.handlers, block.loop, block.undo, block.event = [], [], None, None, None
    return cut


def _unguarded(at: int) -> Cut:
    def cut(block: Block) -> None:
        del block.boundaries[at]
    return cut


def _unheard(at: int) -> Cut:
    def cut(block: Block) -> None:
        del block.handlers[at]
    return cut


def _plain(block: Block) -> None:
    block.loop = block.undo = None
    block.outputs = {}
    if block.kind not in ("rule", "adhoc", "call"):
        block.inputs = {}
