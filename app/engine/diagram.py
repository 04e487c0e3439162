"""A BPMN file as plain data: scopes, nodes, flows and extensions. No execution, no SpiffWorkflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.kernel.errors import Problem

ACTIVITIES = frozenset({"task", "manualTask", "userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask",
                        "businessRuleTask", "callActivity", "subProcess", "adHocSubProcess"})
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
NODES = ACTIVITIES | GATEWAYS | EVENTS


@dataclass
class Extensions:
    """The zeebe extension elements of one node. `single` holds name -> attributes of every one-off element."""

    single: dict[str, dict[str, str]] = field(default_factory=dict)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, attribute: str) -> str | None:
        """The text of one attribute, None when it is absent or empty."""
        return self.single.get(name, {}).get(attribute) or None

    def has(self, name: str) -> bool:
        """Whether the extension element is there."""
        return name in self.single


@dataclass
class Trigger:
    """What an event waits for or throws. `text`: a time, or the condition of a conditional event.

    `activity`: id of the activity that a compensation event undoes, None for all; at a boundary event its handler's.
    """

    kind: str = "none"
    name: str | None = None
    key: str | None = None
    code: str | None = None
    timer: str | None = None
    text: str | None = None
    activity: str | None = None
    publish: dict[str, str] = field(default_factory=dict)


@dataclass
class Loop:
    """Multi-instance characteristics."""

    sequential: bool
    items: str | None
    item: str | None
    output: str | None
    output_element: str | None
    condition: str | None


@dataclass
class AdHoc:
    """What is special about an ad-hoc subprocess: when it is over, and whether what is open then is cancelled."""

    condition: str | None
    cancels: bool


@dataclass
class Flow:
    """A sequence flow; links become flows with the id of their throw event."""

    id: str
    source: str
    target: str
    condition: str | None = None
    line: int | None = None
    hidden: bool = False
    name: str = ""


@dataclass
class Node:
    """One flow node."""

    id: str
    type: str
    name: str
    line: int | None
    scope_id: str
    extensions: Extensions
    trigger: Trigger = field(default_factory=Trigger)
    lane: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None
    loop: Loop | None = None
    event_subprocess: bool = False
    compensates: bool = False
    adhoc: AdHoc | None = None


@dataclass
class Scope:
    """A process or an embedded subprocess with its own nodes and flows."""

    id: str
    parent: str | None
    line: int | None
    event: bool = False
    adhoc: bool = False
    associations: list[tuple[str, str]] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)

    def outgoing(self, node_id: str) -> list[Flow]:
        """Flows that leave a node, in the order of the file."""
        return [f for f in self.flows.values() if f.source == node_id]

    def incoming(self, node_id: str) -> list[Flow]:
        """Flows that lead into a node."""
        return [f for f in self.flows.values() if f.target == node_id]

    def starts(self) -> list[Node]:
        """Start events of this scope."""
        return [n for n in self.nodes.values() if n.type == "startEvent"]

    def boundaries(self, node_id: str) -> list[Node]:
        """Boundary events attached to a node, without that of a compensation."""
        return [n for n in self.nodes.values() if n.attached_to == node_id and n.trigger.kind != "compensation"]

    def undoers(self, node_id: str) -> list[str]:
        """Ids of the compensation handlers of a node."""
        return [n.trigger.activity for n in self.nodes.values()
                if n.attached_to == node_id and n.trigger.kind == "compensation" and n.trigger.activity]

    def activatable(self) -> list[Node]:
        """Where an ad-hoc subprocess may begin: elements that no flow leads to."""
        return [n for n in self.nodes.values() if n.type != "boundaryEvent" and not n.event_subprocess
                and not n.compensates and not self.incoming(n.id)]

    def back_flows(self) -> frozenset[str]:
        """Ids of flows that close a loop: without them no path comes back to where it was. Every loop has one."""
        found: set[str] = set()
        done: set[str] = set()
        for origin in sorted(self.nodes, key=lambda name: self.nodes[name].type != "startEvent"):
            path, todo = {origin: None}, [(origin, self._ways(origin))] if origin not in done else []
            while todo:
                name, ways = todo[-1]
                flow, target = next(ways, (None, None))
                if target is None:
                    todo.pop()
                    del path[name]
                    done.add(name)
                elif target in path:
                    found |= {flow} if flow else set()
                elif target not in done:
                    path[target] = None
                    todo.append((target, self._ways(target)))
        return frozenset(found)

    def _ways(self, name: str) -> Iterator[tuple[str | None, str]]:
        """(flow, element) that follow; a boundary event follows its activity without a flow."""
        yield from ((flow.id, flow.target) for flow in self.outgoing(name) if flow.target in self.nodes)
        yield from ((None, event.id) for event in self.nodes.values() if event.attached_to == name)


@dataclass
class Diagram:
    """One file: the executable process, all its scopes, and what was wrong while reading."""

    file: str
    process_id: str
    name: str
    extensions: Extensions
    scopes: dict[str, Scope] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    line: int | None = None

    @property
    def root(self) -> Scope:
        """The scope of the process itself."""
        return self.scopes[self.process_id]

    def nodes(self) -> Iterator[tuple[Scope, Node]]:
        """Every node with its scope."""
        for scope in self.scopes.values():
            for node in scope.nodes.values():
                yield scope, node

    def report(self, code: str, message: str, node: Node | Scope | Flow | None = None, *,
               severity: str = "error", **params: object) -> None:
        """Note a problem at an element; without one, at the process itself."""
        named = self.name if self.name != self.process_id else None
        self.problems.append(Problem(code, message, params, severity, self.file,
                                     node.line if node else self.line, node.id if node else self.process_id,
                                     name=(getattr(node, "name", "") or None) if node else named))
