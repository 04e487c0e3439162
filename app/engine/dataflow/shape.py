"""What a process shows to its neighbours: whom it calls with what, what it throws, which names it knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.diagram import Diagram, Node
from app.engine.expressions import compiled, is_expression
from app.feel import FeelError

LOOP_NAMES = frozenset({"loopCounter", "numberOfInstances", "numberOfCompletedInstances", "numberOfActiveInstances"})
CLOCK = "deadline.start"


@dataclass(frozen=True)
class Call:
    """A call activity. `called` None: an expression names the process. `everything`: all variables go along."""

    called: str | None
    given: frozenset[str]
    everything: bool


@dataclass(frozen=True)
class Shape:
    """`written`: names that mappings, scripts and tables write. `forms`, `jobs`, `messages`: keys of what brings more.
    `marks`: by which the host knows what it gives at the start."""

    process_id: str
    marks: frozenset[str]
    calls: tuple[Call, ...]
    thrown: tuple[tuple[str, str, frozenset[str]], ...]
    written: frozenset[str]
    forms: frozenset[str]
    jobs: frozenset[str]
    messages: frozenset[tuple[str, str]]
    decisions: frozenset[str]
    clock: bool
    callable: bool


def shape_of(diagram: Diagram) -> Shape:
    """Read off a diagram that could be read."""
    nodes = [node for _, node in diagram.nodes()]
    written = {name for node in nodes for name in written_by(node)}
    return Shape(
        diagram.process_id, _marks(diagram), tuple(_calls(nodes)), tuple(_thrown(nodes)), frozenset(written),
        frozenset(filter(None, (node.extensions.get("formDefinition", "formId") for node in nodes))),
        frozenset(filter(None, (node.extensions.get("taskDefinition", "type") for node in nodes))),
        frozenset((node.trigger.kind, node.trigger.name or "") for node in nodes if catches(node)),
        frozenset(filter(None, (node.extensions.get("calledDecision", "decisionId") for node in nodes))),
        any(keeps_time(node) for node in nodes) or CLOCK in diagram.extensions.properties,
        any(start.trigger.kind == "none" for start in diagram.root.starts()))


def _marks(diagram: Diagram) -> frozenset[str]:
    return frozenset({diagram.process_id} | {f"{name}={value}" for start in diagram.root.starts()
                                             for name, value in start.extensions.properties.items()})


def keeps_time(node: Node) -> bool:
    """Whether a clock, a date or a timer begins at this element."""
    return (CLOCK in node.extensions.properties or node.extensions.get("taskSchedule", "dueDate") is not None
            or (node.type == "boundaryEvent" and node.trigger.kind == "timer"))


def catches(node: Node) -> bool:
    """Whether a message or a signal comes in here."""
    return node.trigger.kind in ("message", "signal") and node.type in (
        "startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask")


def throws(node: Node) -> bool:
    """Whether a message or a signal goes out here."""
    return node.trigger.kind in ("message", "signal") and not catches(node)


def head(target: str) -> str:
    """The variable of a dotted target."""
    return target.partition(".")[0]


def inputs(node: Node) -> frozenset[str]:
    """The local names that input mappings fill."""
    return frozenset(head(target) for _, target in node.extensions.inputs)


def results(node: Node) -> frozenset[str]:
    """What a script or a table brings."""
    found = (node.extensions.get(name, "resultVariable") for name in ("script", "calledDecision"))
    return frozenset(name for name in found if name)


def written_by(node: Node) -> frozenset[str]:
    """Every name that the element writes anywhere, but for what a form, a job or a message brings."""
    names = {head(target) for _, target in node.extensions.outputs} | inputs(node) | results(node)
    if node.loop is not None:
        names |= {name for name in (node.loop.item, node.loop.output) if name}
    return frozenset(names | set(filter(None, (node.extensions.get("adHoc", "outputCollection"),))))


def names_in(text: str | None) -> frozenset[str]:
    """The variables that an expression reads; none of a literal. A fault in it is said elsewhere."""
    if not is_expression(text):
        return frozenset()
    try:
        return compiled(str(text)).names
    except FeelError:
        return frozenset()


def _calls(nodes: list[Node]) -> Iterator[Call]:
    for node in nodes:
        called = node.extensions.get("calledElement", "processId")
        if called:
            everything = node.extensions.get("calledElement", "propagateAllParentVariables") != "false"
            own = inputs(node) | (frozenset(filter(None, (node.loop.item,))) if node.loop else frozenset())
            yield Call(None if is_expression(called) else called, own, everything)


def _thrown(nodes: list[Node]) -> Iterator[tuple[str, str, frozenset[str]]]:
    for node in nodes:
        if throws(node):
            yield node.trigger.kind, node.trigger.name or "", inputs(node)
