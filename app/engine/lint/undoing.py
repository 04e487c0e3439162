"""Rules about compensation: boundary event, association, handler, and who triggers it."""

from __future__ import annotations

from app.engine.diagram import Diagram, Node, Scope
from app.kernel.errors import msg


def check(diagram: Diagram) -> None:
    """Report on the diagram."""
    for scope in diagram.scopes.values():
        reached: dict[str, list[str]] = {}
        for node in scope.nodes.values():
            if node.trigger.kind == "compensation" and node.type == "boundaryEvent":
                _boundary(diagram, scope, node)
                reached.setdefault(node.trigger.activity or "", []).append(node.id)
            elif node.trigger.kind == "compensation" and node.trigger.activity:
                _target(diagram, scope, node, node.trigger.activity)
        for node in scope.nodes.values():
            if node.compensates:
                _handler(diagram, scope, node, reached.get(node.id, []))


def _boundary(diagram: Diagram, scope: Scope, node: Node) -> None:
    if node.trigger.activity is None:
        text = msg("An association leads from the compensation event to one activity that is marked for compensation.")
        diagram.report("compensation", text, node)
    if scope.outgoing(node.id):
        diagram.report("compensation", msg("No flow leaves a compensation event at an activity."), node)
    if sum(1 for n in scope.nodes.values()
           if n.attached_to == node.attached_to and n.trigger.kind == "compensation") > 1:
        diagram.report("compensation", msg("An activity has one compensation event only."), node)


def _handler(diagram: Diagram, scope: Scope, node: Node, events: list[str]) -> None:
    attached = [n for n in scope.nodes.values() if n.attached_to == node.id]
    if scope.outgoing(node.id) or scope.incoming(node.id) or attached:
        diagram.report("compensation", msg("A compensation handler has no flows and no boundary events."), node)
    if not events:
        diagram.report("compensation", msg("No compensation event leads to this handler."), node)
    if node.event_subprocess:
        diagram.report("compensation", msg("An event subprocess is no compensation handler."), node)


def _target(diagram: Diagram, scope: Scope, node: Node, wanted: str) -> None:
    """The activity stands in the same scope, or around the event subprocess that throws."""
    around: Scope | None = scope
    while around is not None:
        if around.undoers(wanted):
            return
        around = diagram.scopes[around.parent] if around.event and around.parent else None
    text = msg("%(activity)s is no activity of this scope with a compensation event.")
    diagram.report("compensation", text, node, activity=wanted)
