"""Reads the bytes of a BPMN file into a `Diagram`; refuses by name what is outside the profile."""

from __future__ import annotations

from typing import Any

from app.engine import lacking
from app.engine.diagram import NODES, AdHoc, Diagram, Extensions, Flow, Loop, Node, Scope
from app.engine.reading_events import Catalogue, read_trigger
from app.engine.reading_extensions import ZEEBE, read_extensions
from app.kernel.errors import DefinitionError, Problem, msg
from app.kernel.safe_xml import read_xml

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DRAWING = frozenset(
    {
        "documentation",
        "extensionElements",
        "incoming",
        "outgoing",
        "laneSet",
        "textAnnotation",
        "group",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "ioSpecification",
        "property",
        "dataInputAssociation",
        "dataOutputAssociation",
        "category",
        "auditing",
        "monitoring",
    }
)
REFUSED = {
    "complexGateway": msg("Complex gateways are not supported: use inclusive or exclusive gateways."),
    "transaction": msg("Transactions are not supported: use a subprocess with an error boundary event."),
    "callChoreography": msg("Choreographies are not supported."),
}
STANDARD_LOOP = msg("The standard loop is not supported: draw the loop with a gateway or use multi-instance.")
Xml = Any


def local(node: Xml) -> str:
    """Tag name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def read(data: bytes, file: str) -> Diagram:
    """The diagram of the one executable process in `data`. Raises DefinitionError when there is none to read."""
    root = read_xml(data, f"{BPMN}definitions", file)
    problems: list[Problem] = []
    processes = [p for p in root.iterfind(f"{BPMN}process") if p.get("isExecutable") == "true"]
    if len(processes) != 1 or not processes[0].get("id"):
        text = msg("A file holds exactly one executable process with an id; this one holds %(count)s.")
        problems.append(Problem("one_process", text, {"count": len(processes)}, file=file, line=root.sourceline))
    if problems:
        raise DefinitionError(problems)
    process = processes[0]
    diagram = Diagram(file, process.get("id"), process.get("name") or process.get("id"), Extensions(),
                      line=process.sourceline)
    diagram.extensions = read_extensions(process, "process", diagram, None)
    Reader(diagram, Catalogue(root, diagram)).scope(process, None, None)
    return diagram


class Reader:
    """Walks the scopes of one process."""

    def __init__(self, diagram: Diagram, catalogue: Catalogue) -> None:
        self.diagram, self.catalogue = diagram, catalogue

    def scope(self, xml: Xml, parent: str | None, lane: str | None) -> None:
        """Read a process or subprocess and everything inside."""
        scope = Scope(xml.get("id"), parent, xml.sourceline, xml.get("triggeredByEvent") == "true",
                      local(xml) == "adHocSubProcess")
        self.diagram.scopes[scope.id] = scope
        lanes = {
            ref.text.strip(): name.get("name") or name.get("id")
            for name in xml.iterfind(f"{BPMN}laneSet//{BPMN}lane")
            for ref in name.iterfind(f"{BPMN}flowNodeRef")
            if ref.text
        }
        for child in xml.iterchildren(tag="*"):
            self.child(child, scope, lanes, lane)
        self.links(scope)
        self.handlers(scope)

    def child(self, xml: Xml, scope: Scope, lanes: dict[str, str], lane: str | None) -> None:
        """One child element of a scope."""
        kind, name = local(xml), xml.get("id")
        if not str(xml.tag).startswith(BPMN):
            return
        if kind == "sequenceFlow":
            self.flow(xml, scope)
        elif kind == "association":
            scope.associations.append((xml.get("sourceRef") or "", xml.get("targetRef") or ""))
        elif kind in NODES and name:
            node = self.node(xml, scope, lanes.get(name, lane))
            if kind in ("subProcess", "adHocSubProcess"):
                self.scope(xml, scope.id, node.lane)
        elif kind in NODES:
            self.refuse("ids", msg("A %(kind)s has no id."), xml, scope, kind=kind)
        elif kind in REFUSED:
            self.refuse("unsupported_element", REFUSED[kind], xml, scope)
        elif kind not in DRAWING and kind != "multiInstanceLoopCharacteristics" and (
            not scope.adhoc or kind != "completionCondition"
        ):
            self.refuse("unsupported_element", msg("The element %(kind)s is not supported."), xml, scope, kind=kind)

    def refuse(self, code: str, text: str, xml: Xml, scope: Scope, **params: object) -> None:
        """A problem at an XML element that is no node of ours."""
        place = Problem(code, text, params, "error", self.diagram.file, xml.sourceline, xml.get("id") or scope.id,
                        name=xml.get("name") or None)
        self.diagram.problems.append(place)

    def flow(self, xml: Xml, scope: Scope) -> None:
        """A sequence flow."""
        condition = xml.find(f"{BPMN}conditionExpression")
        text = None if condition is None else (condition.text or "").strip()
        flow = Flow(xml.get("id") or "", xml.get("sourceRef") or "", xml.get("targetRef") or "", text, xml.sourceline,
                    name=xml.get("name") or "")
        if not flow.id:
            self.refuse("ids", msg("A sequence flow has no id."), xml, scope)
        else:
            scope.flows[flow.id] = flow

    def node(self, xml: Xml, scope: Scope, lane: str | None) -> Node:
        """A flow node with its extensions, trigger and loop."""
        node = Node(xml.get("id"), local(xml), xml.get("name") or "", xml.sourceline, scope.id, Extensions(), lane=lane)
        scope.nodes[node.id] = node
        node.extensions = read_extensions(xml, node.type, self.diagram, node)
        node.attached_to, node.default = xml.get("attachedToRef"), xml.get("default")
        node.interrupting = (xml.get("cancelActivity") or xml.get("isInterrupting") or "true") == "true"
        node.event_subprocess = xml.get("triggeredByEvent") == "true"
        node.trigger = read_trigger(xml, node, self.catalogue, self.diagram)
        node.loop = self.loop(xml, node)
        node.compensates = xml.get("isForCompensation") == "true"
        if node.type == "adHocSubProcess":
            node.adhoc = self.adhoc(xml, node)
        return node

    def adhoc(self, xml: Xml, node: Node) -> AdHoc:
        """When an ad-hoc subprocess is over."""
        if xml.get("ordering") == "Sequential":
            text = msg("An ad-hoc subprocess runs its elements in parallel: draw flows where the order counts.")
            self.diagram.report("unsupported_element", text, node)
        condition = (xml.findtext(f"{BPMN}completionCondition") or "").strip()
        return AdHoc(condition or None, xml.get("cancelRemainingInstances") != "false")

    def loop(self, xml: Xml, node: Node) -> Loop | None:
        """Multi-instance characteristics; the standard loop is refused."""
        if xml.find(f"{BPMN}standardLoopCharacteristics") is not None:
            self.diagram.report("unsupported_element", STANDARD_LOOP, node)
        found = xml.find(f"{BPMN}multiInstanceLoopCharacteristics")
        if found is None:
            return None
        if found.find(f"{BPMN}loopCardinality") is not None:
            text = msg("A loopCardinality is not supported: give an inputCollection.")
            self.diagram.report("unsupported_element", text, node)
        zeebe = found.find(f"{BPMN}extensionElements/{ZEEBE}loopCharacteristics")
        given: dict[str, str] = {} if zeebe is None else {str(k): str(v) for k, v in zeebe.attrib.items() if v}
        done = found.findtext(f"{BPMN}completionCondition")
        return Loop(
            found.get("isSequential") == "true",
            given.get("inputCollection"),
            given.get("inputElement"),
            given.get("outputCollection"),
            given.get("outputElement"),
            done.strip() if done and done.strip() else None,
        )

    def handlers(self, scope: Scope) -> None:
        """The association of a compensation boundary event leads to its handler."""
        for node in scope.nodes.values():
            if node.type == "boundaryEvent" and node.trigger.kind == "compensation":
                ends = {target for source, target in scope.associations if source == node.id}
                found = [name for name in ends if name in scope.nodes and scope.nodes[name].compensates]
                node.trigger.activity = found[0] if len(found) == 1 else None

    def links(self, scope: Scope) -> None:
        """A link is a flow that is not drawn; pairs are found by name within one scope."""
        catches = {
            n.trigger.name: n
            for n in scope.nodes.values()
            if n.type == "intermediateCatchEvent" and n.trigger.kind == "link"
        }
        for node in list(scope.nodes.values()):
            if node.type != "intermediateThrowEvent" or node.trigger.kind != "link":
                continue
            target = catches.get(node.trigger.name)
            if target is None:
                text = lacking.LINK if not node.trigger.name else msg(
                    "The link %(name)s has no catching link event in the same scope.")
                self.diagram.report("link", text, node, name=node.trigger.name)
            else:
                scope.flows[f"{node.id}#link"] = Flow(
                    f"{node.id}#link", node.id, target.id, line=node.line, hidden=True
                )
