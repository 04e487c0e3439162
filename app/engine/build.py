"""Turns a checked diagram into sealed SpiffWorkflow specs, shared by all instances of the definition."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from app.engine.diagram import Diagram, Node, Scope
from app.engine.library import BpmnProcessSpec
from app.engine.results import Element
from app.engine.specs import activities, adhoc, events, gateways, scopes
from app.engine.specs.base import Behaviour, Outgoing

KINDS: dict[str, type[Behaviour]] = {
    "task": activities.PassTask, "manualTask": activities.PassTask, "userTask": activities.UserTask,
    "serviceTask": activities.JobTask, "sendTask": events.SendTask, "receiveTask": events.ReceiveTask,
    "scriptTask": activities.ScriptTask, "businessRuleTask": activities.RuleTask, "callActivity": scopes.CallActivity,
    "subProcess": scopes.SubProcess, "adHocSubProcess": adhoc.AdHocSubProcess,
    "exclusiveGateway": gateways.ExclusiveGateway,
    "parallelGateway": gateways.ParallelGateway, "inclusiveGateway": gateways.InclusiveGateway,
    "eventBasedGateway": gateways.EventGateway, "startEvent": events.StartEvent, "endEvent": events.EndEvent,
    "intermediateCatchEvent": events.CatchEvent, "intermediateThrowEvent": events.ThrowEvent,
    "boundaryEvent": events.BoundaryEvent,
}


def elements_of(diagram: Diagram) -> dict[str, Element]:
    """Every element by id, the process itself first."""
    root = diagram.root
    found = {root.id: Element(root.id, "process", diagram.name, MappingProxyType(diagram.extensions.properties), None,
                              diagram.process_id, None, root.line)}
    for _, node in diagram.nodes():
        found[node.id] = Element(node.id, node.type, node.name, MappingProxyType(node.extensions.properties), node.lane,
                                 diagram.process_id, node.scope_id, node.line, node.attached_to)
    return found


def build(diagram: Diagram, elements: dict[str, Element]) -> dict[str, Any]:
    """Scope id -> sealed spec."""
    specs: dict[str, Any] = {}
    for scope in reversed(list(diagram.scopes.values())):   # inner scopes are read after outer ones
        specs[scope.id] = ScopeBuilder(scope, elements, specs, diagram).build()
    return specs


class ScopeBuilder:
    """Builds one scope."""

    def __init__(self, scope: Scope, elements: dict[str, Element], inner: dict[str, Any], diagram: Diagram) -> None:
        self.scope, self.elements, self.inner, self.diagram = scope, elements, inner, diagram
        self.back = scope.back_flows()
        self.spec = BpmnProcessSpec(name=scope.id)
        for name in list(self.spec.task_specs):
            del self.spec.task_specs[name]                  # the library's own start and end
        self.spec.start = scopes.ScopeRoot(self.spec, "<root>")

    def build(self) -> Any:
        """The spec of this scope."""
        listeners = []
        for node in self.scope.nodes.values():
            if node.loop is not None:
                self.add(f"{node.id}#", self.kind(node), node, looped=True)
                self.add(node.id, scopes.MultiInstance, node)
            else:
                self.add(node.id, self.kind(node), node)
            if node.event_subprocess:
                listeners.append(self.listener(node))
        for flow in self.scope.flows.values():
            self.spec.task_specs[flow.source].connect(self.spec.task_specs[flow.target])
        self.reachability()
        self.spec.start.listeners = tuple(listeners)
        starts = self.scope.starts()
        self.spec.start.entries = tuple(n.id for n in starts if self.scope.parent or n.trigger.kind == "none")[:1]
        self.spec.start.starts = frozenset(n.id for n in starts)
        if self.scope.adhoc:
            self.spec.start.activatable = frozenset(n.id for n in self.scope.activatable())
        for name in (*self.spec.start.listeners, *(n.id for n in starts)):
            self.spec.start.connect(self.spec.task_specs[name])
        return self.spec

    def kind(self, node: Node) -> type[Behaviour]:
        """The behaviour of a node."""
        if node.extensions.has("taskDefinition"):
            return activities.JobTask
        if node.type == "intermediateCatchEvent" and node.trigger.kind == "link":
            return events.LinkCatch
        return KINDS[node.type]

    def add(self, name: str, kind: type[Behaviour], node: Node, looped: bool = False) -> None:
        """One element spec."""
        spec = kind(self.spec, name, bpmn_name=node.name, lane=node.lane)
        spec.bpmn_id, spec.node, spec.element = node.id, node, self.elements[node.id]
        spec.instance_of_loop, spec.in_adhoc = looped, self.scope.adhoc
        if not looped:
            spec.flows = tuple(Outgoing(f.id, f.target, f.condition, f.id == node.default, f.id in self.back)
                               for f in self.scope.outgoing(node.id))
            spec.incoming = tuple(f.id for f in self.scope.incoming(node.id))
            spec.boundaries = tuple(b.id for b in self.scope.boundaries(node.id))
            spec.undone_by = next(iter(self.scope.undoers(node.id)), None)
        if isinstance(spec, scopes.SubProcess) and not isinstance(spec, scopes.CallActivity):
            spec.inner = self.inner[node.id]

    def listener(self, node: Node) -> str:
        """The armed start event of an event subprocess."""
        start = self.diagram.scopes[node.id].starts()[0]
        spec = events.Listener(self.spec, f"{node.id}!", bpmn_name=start.name, lane=node.lane)
        spec.bpmn_id, spec.node, spec.element = start.id, start, self.elements[start.id]
        spec.interrupting, spec.handler = start.interrupting, node.id
        return str(spec.name)

    def reachability(self) -> None:
        """For each inclusive join: which of its incoming flows a token at each element can still reach."""
        for spec in self.spec.task_specs.values():
            if isinstance(spec, gateways.InclusiveGateway) and len(spec.incoming) > 1:
                spec.reach = MappingProxyType({n: self.reach(n, spec) for n in self.scope.nodes if n != spec.name})

    def reach(self, origin: str, join: gateways.InclusiveGateway) -> frozenset[str]:
        """Flows into `join` that can be reached from `origin` without passing through it."""
        seen, todo, found = {origin}, [origin], set()
        while todo:
            for flow in self.scope.outgoing(todo.pop()):
                if flow.target == join.name:
                    found.add(flow.id)
                elif flow.target not in seen:
                    seen.add(flow.target)
                    todo.append(flow.target)
        return frozenset(found)
