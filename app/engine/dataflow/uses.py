"""What each element reads and writes, when, and which names are its own: the rules of Camunda 8's scopes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.dataflow import told
from app.engine.dataflow.neighbours import Names, Office
from app.engine.dataflow.shape import LOOP_NAMES, catches, head, inputs, names_in, results, throws
from app.engine.diagram import Diagram, Node
from app.engine.expressions import is_expression

NONE: Names = frozenset()


@dataclass(frozen=True)
class Read:
    """`name` is read by `what` of `element` (a flow's own id for a condition). `leaving`: when the node is left.

    `seen`: names that the node itself or a scope around it provides at that moment; None when any may come.
    """

    name: str
    node: str
    element: str
    what: str
    leaving: bool
    seen: Names | None


@dataclass(frozen=True)
class Write:
    """`name` is written outwards when `node` is left; `what` is how. `local`: kept inside the node's own scope."""

    name: str
    node: str
    what: str
    local: bool = False


@dataclass(frozen=True)
class Uses:
    """All reads and writes of a diagram. `opaque`: elements that may write any name."""

    reads: tuple[Read, ...]
    writes: tuple[Write, ...]
    opaque: frozenset[str]


def payload(node: Node, office: Office) -> Names | None:
    """The names an element brings when it is left, before its output mappings; None when that is not known."""
    ext = node.extensions
    if node.type == "userTask":
        form = ext.get("formDefinition", "formId")
        return office.form(form) if form else NONE
    if ext.has("taskDefinition"):
        kind = ext.get("taskDefinition", "type") or ""
        return None if is_expression(kind) else told.of_job(kind)
    if node.type == "callActivity":
        called = ext.get("calledElement", "processId") or ""
        known = not is_expression(called) and office.shape(called) is not None
        return office.everything(called) | inputs(node) if known else None
    if catches(node):
        return office.message(node.trigger.kind, node.trigger.name or "")
    return results(node)


def uses(diagram: Diagram, office: Office) -> Uses:
    """Read off the whole diagram."""
    reads: list[Read] = []
    writes: list[Write] = []
    opaque: set[str] = set()
    for scope, node in diagram.nodes():
        around = _around(diagram, node)
        brings = payload(node, office)
        reads += _reads(diagram, node, around, brings, office)
        found = list(_writes(node, brings, around))
        writes += found
        if brings is None and not node.extensions.outputs and _hands_on(node):
            opaque.add(node.id)
        for flow in scope.outgoing(node.id):
            reads += [Read(name, node.id, flow.id, "condition", True, around) for name in names_in(flow.condition)]
    return Uses(tuple(reads), tuple(writes), frozenset(opaque))


def _around(diagram: Diagram, node: Node) -> Names:
    """The local names of the subprocesses that the node stands in."""
    found: set[str] = set()
    scope = diagram.scopes[node.scope_id]
    while scope.parent is not None:
        holder = diagram.scopes[scope.parent].nodes[scope.id]
        found |= inputs(holder) | _loop_names(holder)
        scope = diagram.scopes[scope.parent]
    return frozenset(found)


def _loop_names(node: Node) -> set[str]:
    if node.loop is None:
        return set()
    return {*LOOP_NAMES, *filter(None, (node.loop.item, node.loop.output))}


def _hands_on(node: Node) -> bool:
    return node.type != "callActivity" or node.extensions.get("calledElement", "propagateAllChildVariables") != "false"


def _reads(diagram: Diagram, node: Node, around: Names, brings: Names | None, office: Office) -> Iterator[Read]:
    def read(text: str | None, what: str, leaving: bool, seen: Names | None) -> Iterator[Read]:
        yield from (Read(name, node.id, node.id, what, leaving, seen) for name in sorted(names_in(text)))

    loop = frozenset(_loop_names(node))
    local = around | loop
    if node.loop is not None:
        yield from read(node.loop.items, "loop", False, around)
    for source, target in node.extensions.inputs:
        yield from read(source, "input", False, local)
        local |= {head(target)}
    for name, values in node.extensions.single.items():
        for text in values.values():
            if name != "script":
                yield from read(text, name, False, local)
    yield from read(node.extensions.get("script", "expression"), "script", False, local)
    for said, what, late in _trigger(node):
        yield from read(said, what, late, local)
    asked = node.extensions.get("calledDecision", "decisionId")
    wanted = (office.decision(asked) if asked else None) or NONE
    yield from (Read(name, node.id, node.id, "decision", False, local) for name in sorted(wanted))
    after = None if brings is None else local | brings
    for source, _ in node.extensions.outputs:
        yield from read(source, "output", True, after)
    for text in node.extensions.properties.values():
        yield from read(text, "property", True, after)
    if node.loop is not None:
        made = None if after is None else after | frozenset(head(target) for _, target in node.extensions.outputs)
        yield from read(node.loop.output_element, "loop", True, made)
        yield from read(node.loop.condition, "loop", True, made)
    if node.adhoc is not None:
        yield from read(node.adhoc.condition, "condition", True, None)


def _trigger(node: Node) -> Iterator[tuple[str | None, str, bool]]:
    """(text, what, whether it is asked again later)."""
    trigger = node.trigger
    if trigger.kind in ("timer", "conditional"):
        yield trigger.text, trigger.kind, trigger.kind == "conditional"
    elif catches(node) or throws(node):
        yield from ((text, "message", False) for text in (trigger.name, trigger.key, *trigger.publish.values()))


def _writes(node: Node, brings: Names | None, around: Names) -> Iterator[Write]:
    ext, own = node.extensions, inputs(node)
    if node.loop is not None and node.loop.output:
        yield Write(node.loop.output, node.id, "loop", node.loop.output in around)
    if ext.outputs:
        yield from (Write(head(target), node.id, "output", head(target) in around) for _, target in ext.outputs)
    elif _hands_on(node):
        how = HOW.get(node.type, "message")
        yield from (Write(name, node.id, how, name in own | around) for name in sorted(brings or NONE))
    collection = ext.get("adHoc", "outputCollection")
    if collection:
        yield Write(collection, node.id, "loop", collection in around)


HOW = {"userTask": "form", "serviceTask": "job", "sendTask": "job", "scriptTask": "script",
       "businessRuleTask": "decision", "callActivity": "call"}
