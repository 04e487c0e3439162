"""Rules about scopes and events: starts, ends, boundary events, event subprocesses."""

from __future__ import annotations

from app.engine import lacking
from app.engine.diagram import ACTIVITIES, Diagram, Node, Scope
from app.engine.expressions import is_expression
from app.kernel.errors import msg

MAX_NODES = 2_000
PLAIN_START = msg("The start event of a subprocess has no trigger: draw a catch event behind it.")
CONDITIONAL_START = msg("A process knows no variables before it begins: let a message or a signal start it, or draw a "
                        "conditional event behind the start event.")
START_DURATION = msg("A process begins at a date or in a cycle: a duration has no beginning here.")
START_TEXT = msg("What begins a process is written as plain text: it knows no variables before it begins.")
ROOT_STARTS = frozenset({"none", "message", "timer", "signal"})
EVENT_STARTS = frozenset({"message", "timer", "error", "escalation", "signal", "conditional"})


def check(diagram: Diagram) -> None:
    """Report on the diagram."""
    if sum(1 for _ in diagram.nodes()) > MAX_NODES:
        diagram.report("size", msg("The process has more than %(limit)s elements."), diagram.root, limit=MAX_NODES)
    for scope in diagram.scopes.values():
        _starts(diagram, scope) if not scope.adhoc else _adhoc(diagram, scope)
        for node in scope.nodes.values():
            _event(diagram, scope, node)
            _path_ends(diagram, scope, node)


def _starts(diagram: Diagram, scope: Scope) -> None:
    starts = scope.starts()
    for start in starts:
        if not scope.outgoing(start.id):
            diagram.report("dead_end", msg("The start event leads nowhere."), start)
    if scope.parent is None:
        _begins(diagram, scope, starts)
        return
    if len(starts) != 1:
        text = msg("A subprocess has exactly one start event inside of it; this one has %(count)s.")
        diagram.report("start_event", text, scope, scope=scope.id, count=len(starts))
        return
    start, kind = starts[0], starts[0].trigger.kind
    if not scope.event and kind != "none":
        diagram.report("start_event", PLAIN_START, start)
    if scope.event and kind not in EVENT_STARTS:
        text = msg("An event subprocess starts with a message, timer, signal, condition, error or escalation.")
        diagram.report("start_event", text, start)
    if kind == "error" and not start.interrupting:
        diagram.report("start_event", msg("An error always interrupts: isInterrupting cannot be false."), start)


def _begins(diagram: Diagram, scope: Scope, starts: list[Node]) -> None:
    """A process: one start without a trigger at most, and each other one by something of its own."""
    if not starts:
        diagram.report("start_event", msg("The process has no start event."), scope)
    seen: set[tuple[str, str | None]] = set()
    for start in starts:
        trigger = start.trigger
        what = trigger.kind, trigger.text if trigger.kind == "timer" else trigger.name
        if trigger.kind == "conditional":
            diagram.report("start_event", CONDITIONAL_START, start)
        elif trigger.kind not in ROOT_STARTS:
            diagram.report("start_event", msg("No process begins with this event."), start)
        elif trigger.timer == "timeDuration":
            diagram.report("start_event", START_DURATION, start)
        elif is_expression(trigger.name) or is_expression(trigger.text):
            diagram.report("start_event", START_TEXT, start)
        elif what in seen and trigger.kind == "none":
            diagram.report("start_event", msg("A process has one start event without a trigger at most."), start)
        elif what in seen and trigger.kind != "timer":
            text = msg("Two start events begin the process by the same %(kind)s %(name)s.")
            diagram.report("start_event", text, start, kind=trigger.kind, name=trigger.name)
        if any(len(text or "") > limit for text, limit in ((trigger.name, 120), (trigger.text, 200), (start.id, 120))):
            diagram.report("start_event", msg("The name or text of this start event is too long."), start)
        seen.add(what)


def _adhoc(diagram: Diagram, scope: Scope) -> None:
    for node in scope.nodes.values():
        if node.type in ("startEvent", "endEvent"):
            diagram.report("adhoc", msg("An ad-hoc subprocess has no start and no end events."), node)
    if not any(node.type in ACTIVITIES for node in scope.nodes.values()):
        diagram.report("adhoc", msg("An ad-hoc subprocess has at least one activity."), scope)


def _path_ends(diagram: Diagram, scope: Scope, node: Node) -> None:
    """A path that stops without an end event: it runs, and more often than not a flow was forgotten."""
    if node.type in ACTIVITIES | {"intermediateCatchEvent", "intermediateThrowEvent"} and not (
            scope.adhoc or node.event_subprocess or node.compensates or scope.outgoing(node.id)):
        diagram.report("dead_end", msg("The path ends here without an end event."), node, severity="warning")


def _event(diagram: Diagram, scope: Scope, node: Node) -> None:
    if node.type == "boundaryEvent":
        _boundary(diagram, scope, node)
    elif node.type == "intermediateCatchEvent" and node.trigger.kind == "none":
        diagram.report("event_definition", msg("The catch event does not say what it waits for."), node)
    if node.trigger.kind == "message" and node.type in (
        "startEvent",
        "intermediateCatchEvent",
        "boundaryEvent",
        "receiveTask",
    ):
        if node.trigger.name and not node.trigger.key and not (node.type == "startEvent" and scope.parent is None):
            diagram.report("message_key", lacking.KEY, node, name=node.trigger.name)
    elif (
        node.trigger.kind == "message"
        and node.trigger.name
        and not node.extensions.has("taskDefinition")
        and not (node.trigger.publish.get("correlationKey") or node.trigger.key)
    ):
        diagram.report("message_key", lacking.KEY, node, name=node.trigger.name)
    if node.event_subprocess and (node.loop or scope.boundaries(node.id)):
        diagram.report("event_subprocess", msg("An event subprocess has no loop and no boundary events."), node)


def _boundary(diagram: Diagram, scope: Scope, node: Node) -> None:
    host = scope.nodes.get(node.attached_to or "")
    if host is None or host.type not in ACTIVITIES or host.event_subprocess:
        diagram.report("boundary", msg("The boundary event is not attached to an activity of the same scope."), node)
    elif host.type in ("task", "manualTask") and node.trigger.kind != "compensation":
        diagram.report(
            "boundary",
            msg("%(host)s passes at once: a boundary event there can never happen."),
            node,
            severity="warning",
            host=host.id,
        )
    if node.trigger.kind == "none":
        diagram.report("event_definition", msg("The boundary event does not say what it waits for."), node)
    if node.trigger.kind == "error" and not node.interrupting:
        diagram.report("boundary", msg("An error always interrupts: cancelActivity cannot be false."), node)
    if scope.incoming(node.id):
        diagram.report("flow", msg("No flow may lead into a boundary event."), node)
    if not scope.outgoing(node.id) and node.trigger.kind != "compensation":
        diagram.report("dead_end", msg("The boundary event leads nowhere."), node, severity="warning")
