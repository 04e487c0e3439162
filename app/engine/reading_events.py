"""Reads what an event waits for or throws."""

from __future__ import annotations

from typing import Any

from app.engine import lacking
from app.engine.diagram import EVENTS, Diagram, Node, Trigger
from app.engine.expressions import is_expression
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
    "signalEventDefinition": "signal",
    "conditionalEventDefinition": "conditional",
    "compensateEventDefinition": "compensation",
}
WHERE = {
    "startEvent": {"message", "timer", "error", "escalation", "signal", "conditional"},
    "intermediateCatchEvent": {"message", "timer", "link", "signal", "conditional"},
    "intermediateThrowEvent": {"message", "escalation", "link", "signal", "compensation"},
    "endEvent": {"message", "error", "escalation", "terminate", "signal", "compensation"},
    "boundaryEvent": {"message", "timer", "error", "escalation", "signal", "conditional", "compensation"},
}

INSTEAD = {
    "cancelEventDefinition": msg("Cancel events belong to transactions: use an error event."),
    "compensateEventDefinition": msg("Compensation is caught at an activity: use a compensation boundary event."),
}
"""What to draw for an event that cannot run at its place."""
LACKING = {"error": lacking.ERROR, "escalation": lacking.ESCALATION}
NO_FILTER = msg("Filters of variable events are not supported: a condition is asked when its variables change.")


class Catalogue:
    """The messages, signals, errors and escalations a file declares."""

    def __init__(self, root: Any, diagram: Diagram) -> None:
        self.diagram = diagram
        self.messages: dict[str, tuple[str, str | None]] = {}
        self.signals = {item.get("id"): item.get("name") or "" for item in root.iterfind(f"{BPMN}signal")}
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
        text = INSTEAD.get(name) or msg("%(name)s is not supported on a %(kind)s.")
        diagram.report("unsupported_event", text, node, name=name, kind=node.type)
        return Trigger("unsupported")
    if kind == "message":
        return _message(found[0], node, catalogue, diagram)
    if kind == "timer":
        return _timer(found[0], node, diagram)
    if kind in ("error", "escalation"):
        return _code(found[0], kind, node, catalogue, diagram)
    if kind == "signal":
        return _signal(found[0], node, catalogue, diagram)
    if kind == "conditional":
        return _condition(found[0], node, diagram)
    if kind == "compensation":
        if found[0].get("waitForCompletion") == "false":
            text = msg("A compensation event waits for its handlers: waitForCompletion cannot be false.")
            diagram.report("unsupported_event", text, node)
        return Trigger(kind, activity=found[0].get("activityRef") or None)
    return Trigger(kind, found[0].get("name") or None)


def _signal(xml: Any, node: Node, catalogue: Catalogue, diagram: Diagram) -> Trigger:
    name = catalogue.signals.get(xml.get("signalRef") or "")
    if not name:
        diagram.report("signal_reference", lacking.SIGNAL, node)
    return Trigger("signal", name or None)


def _condition(xml: Any, node: Node, diagram: Diagram) -> Trigger:
    text = (xml.findtext(f"{BPMN}condition") or "").strip()
    if not is_expression(text):
        diagram.report("condition", lacking.CONDITION, node)
    for item in xml.iterfind(f"{BPMN}extensionElements/{ZEEBE}conditionalFilter"):
        wanted = {part.strip() for part in (item.get("variableEvents") or "create,update").split(",")}
        if wanted != {"create", "update"} or set(item.attrib) - {"variableEvents"}:
            diagram.report("unsupported_extension", NO_FILTER, node)
    return Trigger("conditional", text=text or None)


def _message(xml: Any, node: Node, catalogue: Catalogue, diagram: Diagram) -> Trigger:
    name, key = catalogue.messages.get(xml.get("messageRef") or "", ("", None))
    if not name and not node.extensions.has("taskDefinition"):
        diagram.report("message_reference", lacking.MESSAGE, node)
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
        diagram.report("timer", lacking.TIMER, node)
        return Trigger("timer")
    return Trigger("timer", timer=given[0][0], text=given[0][1])


def _code(xml: Any, kind: str, node: Node, catalogue: Catalogue, diagram: Diagram) -> Trigger:
    ref = xml.get(f"{kind}Ref")
    if not ref:
        if node.type in ("endEvent", "intermediateThrowEvent"):
            diagram.report(f"{kind}_reference", LACKING[kind], node, kind=kind)
        return Trigger(kind)
    code = catalogue.codes[kind].get(ref)
    if not code:
        diagram.report(f"{kind}_reference", LACKING[kind], node, kind=kind)
    return Trigger(kind, code=code or None)
