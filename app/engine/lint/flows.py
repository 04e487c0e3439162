"""Rules about sequence flows and gateways."""

from __future__ import annotations

from app.engine.diagram import GATEWAYS, Diagram, Flow, Node, Scope
from app.engine.expressions import is_expression
from app.kernel.errors import msg

DECIDING = ("exclusiveGateway", "inclusiveGateway")


def check(diagram: Diagram) -> None:
    """Report on the diagram."""
    for scope in diagram.scopes.values():
        for flow in list(scope.flows.values()):
            if _ends(diagram, scope, flow):
                _condition(diagram, scope.nodes[flow.source], flow)
            else:
                del scope.flows[flow.id]
        for node in scope.nodes.values():
            _default(diagram, scope, node)
            if node.type in GATEWAYS:
                _gateway(diagram, scope, node)
            elif (
                node.type == "intermediateThrowEvent"
                and node.trigger.kind == "link"
                and any(not f.hidden for f in scope.outgoing(node.id))
            ):
                diagram.report("link", msg("A throwing link event has no outgoing flow."), node)


def _ends(diagram: Diagram, scope: Scope, flow: Flow) -> bool:
    source, target = scope.nodes.get(flow.source), scope.nodes.get(flow.target)
    if source is None or target is None:
        diagram.report("flow", msg("The flow does not connect two elements of the same scope."), flow)
        return False
    if source.type == "endEvent" or target.type == "startEvent" or source.event_subprocess or target.event_subprocess:
        text = msg("No flow may leave an end event, reach a start event or touch an event subprocess.")
        diagram.report("flow", text, flow)
        return False
    return True


def _condition(diagram: Diagram, source: Node, flow: Flow) -> None:
    if flow.condition is None:
        return
    if source.type not in DECIDING:
        diagram.report(
            "condition",
            msg("A condition behind %(source)s would be ignored: use an exclusive gateway."),
            flow,
            source=source.id,
        )
    elif not is_expression(flow.condition):
        diagram.report("condition", msg("A condition is a FEEL expression and starts with =."), flow)
    elif flow.id == source.default:
        diagram.report(
            "condition", msg("The condition of the default flow is never looked at."), flow, severity="warning"
        )


def _default(diagram: Diagram, scope: Scope, node: Node) -> None:
    if node.default is None:
        return
    if node.type not in DECIDING:
        diagram.report("default_flow", msg("Only exclusive and inclusive gateways have a default flow."), node)
    elif node.default not in {f.id for f in scope.outgoing(node.id)}:
        diagram.report("default_flow", msg("The default flow does not leave this gateway."), node)


def _gateway(diagram: Diagram, scope: Scope, node: Node) -> None:
    outgoing = scope.outgoing(node.id)
    if not outgoing:
        diagram.report("dead_end", msg("The gateway leads nowhere."), node)
    elif node.type == "eventBasedGateway":
        _event_gateway(diagram, scope, node, outgoing)
    elif node.type in DECIDING and len(outgoing) > 1:
        for flow in outgoing:
            if flow.condition is None and flow.id != node.default:
                diagram.report("condition", msg("The flow needs a condition or must be the default flow."), flow)
        if node.default is None:
            diagram.report(
                "no_default",
                msg("Without a default flow, a case where no condition holds stops here."),
                node,
                severity="warning",
            )


def _event_gateway(diagram: Diagram, scope: Scope, node: Node, outgoing: list[Flow]) -> None:
    if len(outgoing) < 2:
        diagram.report("event_gateway", msg("An event gateway has at least two events."), node)
    for flow in outgoing:
        target = scope.nodes.get(flow.target)
        if target is None or target.type != "intermediateCatchEvent" or (
            target.trigger.kind not in ("message", "timer", "signal", "conditional")
        ):
            text = msg("An event gateway leads to catch events for messages, timers, signals or conditions only.")
            diagram.report("event_gateway", text, flow)
        elif len(scope.incoming(target.id)) > 1:
            diagram.report("event_gateway", msg("An event behind an event gateway has no other incoming flow."), target)
