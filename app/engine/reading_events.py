"""Reads what an event waits for or throws: message, timer, error, escalation, link, terminate."""

from __future__ import annotations

from typing import Any

from app.engine.diagram import EVENTS, Diagram, Node, Trigger
from app.engine.reading_extensions import ZEEBE
from app.kernel.errors import msg

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
KINDS = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "linkEventDefinition": "link",
    "terminateEventDefinition": "terminate",
}
WHERE = {
    "startEvent": {"message", "timer", "error", "escalation"},
    "intermediateCatchEvent": {"message", "timer", "link"},
    "intermediateThrowEvent": {"message", "escalation", "link"},
    "endEvent": {"message", "error", "escalation", "terminate"},
    "boundaryEvent": {"message", "timer", "error", "escalation"},
}


class Catalogue:
    """The messages, errors and escalations a file declares."""

    def __init__(self, root: Any, diagram: Diagram) -> None:
        self.diagram = diagram
        self.messages: dict[str, tuple[str, str | None]] = {}
        self.codes: dict[str, dict[str, str]] = {"error": {}, "escalation": {}}
        for item in root.iterfind(f"{BPMN}message"):
            found = item.find(f"{BPMN}extensionElements/{ZEEBE}subscription")
            key = None if found is None else found.get("correlationKey") or None
            self.messages[item.get("id")] = (item.get("name") or "", key)
        for kind in self.codes:
            for item in root.iterfind(f"{BPMN}{kind}"):
                self.codes[kind][item.get("id")] = item.get(f"{kind}Code") or ""


def read_trigger(xml: Any, node: Node, catalogue: Catalogue, diagram: Diagram) -> Trigger:
    """The trigger of an event or a receive task; kind `none` for everything else."""
    if node.type == "receiveTask":
        return _message(xml, node, catalogue, diagram)
    if node.type == "sendTask" and node.extensions.has("publishMessage"):
        return _message(xml, node, catalogue, diagram)
    if node.type not in EVENTS:
        return Trigger()
    found = [d for d in xml if isinstance(d.tag, str) and d.tag.endswith("EventDefinition")]
    if len(found) > 1:
        diagram.report("unsupported_event", msg("An event has one event definition only."), node)
    if not found:
        return Trigger()
    name = found[0].tag.rpartition("}")[2]
    kind = KINDS.get(name)
    if kind is None or kind not in WHERE[node.type]:
        diagram.report(
            "unsupported_event", msg("%(name)s is not supported on a %(kind)s."), node, name=name, kind=node.type
        )
        return Trigger("unsupported")
    if kind == "message":
        return _message(found[0], node, catalogue, diagram)
    if kind == "timer":
        return _timer(found[0], node, diagram)
    if kind in ("error", "escalation"):
        return _code(found[0], kind, node, catalogue, diagram)
    return Trigger(kind, found[0].get("name") or None)


def _message(xml: Any, node: Node, catalogue: Catalogue, diagram: Diagram) -> Trigger:
    name, key = catalogue.messages.get(xml.get("messageRef") or "", ("", None))
    if not name and not node.extensions.has("taskDefinition"):
        diagram.report("message_reference", msg("The message reference is missing or names no message."), node)
    publish = xml.find(f"{BPMN}extensionElements/{ZEEBE}publishMessage")
    values = node.extensions.single.get("publishMessage") or ({} if publish is None else dict(publish.attrib))
    return Trigger("message", name or None, key, publish={str(k): str(v) for k, v in values.items()})


def _timer(xml: Any, node: Node, diagram: Diagram) -> Trigger:
    given = [
        (tag, (item.text or "").strip())
        for tag in ("timeDate", "timeDuration", "timeCycle")
        for item in xml.iterfind(f"{BPMN}{tag}")
    ]
    if len(given) != 1 or not given[0][1]:
        diagram.report("timer", msg("A timer has exactly one date, duration or cycle."), node)
        return Trigger("timer")
    return Trigger("timer", timer=given[0][0], text=given[0][1])


def _code(xml: Any, kind: str, node: Node, catalogue: Catalogue, diagram: Diagram) -> Trigger:
    ref = xml.get(f"{kind}Ref")
    if not ref:
        if node.type in ("endEvent", "intermediateThrowEvent"):
            diagram.report(f"{kind}_reference", msg("The %(kind)s reference is missing."), node, kind=kind)
        return Trigger(kind)
    code = catalogue.codes[kind].get(ref)
    if not code:
        diagram.report(
            f"{kind}_reference", msg("The %(kind)s reference names nothing, or it has no code."), node, kind=kind
        )
    return Trigger(kind, code=code or None)
