"""Rules about scopes and events: starts, ends, boundary events, event subprocesses."""

from __future__ import annotations

from app.engine.diagram import ACTIVITIES, Diagram, Node, Scope
from app.kernel.errors import msg

MAX_NODES = 2_000
PLAIN_START = msg("The start event of a process or subprocess has no trigger: draw a catch event behind it.")
EVENT_STARTS = frozenset({"message", "timer", "error", "escalation", "signal", "conditional"})


def check(diagram: Diagram) -> None:
    """Report on the diagram."""
    if sum(1 for _ in diagram.nodes()) > MAX_NODES:
        diagram.report("size", msg("The process has more than %(limit)s elements."), diagram.root, limit=MAX_NODES)
    for scope in diagram.scopes.values():
        _starts(diagram, scope) if not scope.adhoc else _adhoc(diagram, scope)
        for node in scope.nodes.values():
            _event(diagram, scope, node)


def _starts(diagram: Diagram, scope: Scope) -> None:
    starts = scope.starts()
    if len(starts) != 1:
        diagram.report(
            "start_event",
            msg("%(scope)s needs exactly one start event, it has %(count)s."),
            scope,
            scope=scope.id,
            count=len(starts),
        )
        return
    start, kind = starts[0], starts[0].trigger.kind
    if not scope.event and kind != "none":
        diagram.report("start_event", PLAIN_START, start)
    if scope.event and kind not in EVENT_STARTS:
        diagram.report(
            "start_event",
            msg("An event subprocess starts with a message, timer, signal, condition, error or escalation."),
            start,
        )
    if kind == "error" and not start.interrupting:
        diagram.report("start_event", msg("An error always interrupts: isInterrupting cannot be false."), start)
    if not scope.outgoing(start.id):
        diagram.report("dead_end", msg("The start event leads nowhere."), start)


def _adhoc(diagram: Diagram, scope: Scope) -> None:
    for node in scope.nodes.values():
        if node.type in ("startEvent", "endEvent"):
            diagram.report("adhoc", msg("An ad-hoc subprocess has no start and no end events."), node)
    if not any(node.type in ACTIVITIES for node in scope.nodes.values()):
        diagram.report("adhoc", msg("An ad-hoc subprocess has at least one activity."), scope)


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
        if not node.trigger.key:
            diagram.report(
                "message_key", msg("The message %(name)s has no correlation key."), node, name=node.trigger.name
            )
    elif (
        node.trigger.kind == "message"
        and not node.extensions.has("taskDefinition")
        and not (node.trigger.publish.get("correlationKey") or node.trigger.key)
    ):
        diagram.report("message_key", msg("The message %(name)s has no correlation key."), node, name=node.trigger.name)
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
