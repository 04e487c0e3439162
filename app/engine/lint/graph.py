"""Rules about paths: what cannot be reached, loops that never wait, flows that lead back into a parallel join."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.diagram import Diagram, Scope
from app.kernel.errors import msg

WAITING = frozenset({"userTask", "serviceTask", "receiveTask", "callActivity", "subProcess", "adHocSubProcess",
                     "intermediateCatchEvent"})


def check(diagram: Diagram) -> None:
    """Report on the diagram; its flows are known to be sound."""
    for scope in diagram.scopes.values():
        follow = successors(scope)
        origins = [n.id for n in scope.nodes.values() if n.type == "startEvent" or n.event_subprocess]
        if scope.adhoc:
            origins += [n.id for n in scope.activatable()]
        reached = _reach(origins, follow)
        for node in scope.nodes.values():
            if node.id not in reached:
                diagram.report("unreachable", msg("No path leads to this element."), node, severity="warning")
        _back_flows(diagram, scope, follow, origins)
        _busy_loops(diagram, scope)


def successors(scope: Scope) -> dict[str, list[str]]:
    """Flows, and from an activity to its boundary events, from these to compensation handlers."""
    out: dict[str, list[str]] = {name: [] for name in scope.nodes}
    for flow in scope.flows.values():
        out[flow.source].append(flow.target)
    for node in scope.nodes.values():
        if node.attached_to in out:
            out[str(node.attached_to)].append(node.id)
            if node.trigger.kind == "compensation" and node.trigger.activity:
                out[node.id].append(node.trigger.activity)
    return out


def _reach(origins: Iterable[str], follow: dict[str, list[str]], without: str = "") -> set[str]:
    seen, todo = set(origins), list(origins)
    while todo:
        for name in follow[todo.pop()]:
            if name not in seen and name != without:
                seen.add(name)
                todo.append(name)
    return seen


def _back_flows(diagram: Diagram, scope: Scope, follow: dict[str, list[str]], origins: list[str]) -> None:
    for node in scope.nodes.values():
        incoming = scope.incoming(node.id)
        if node.type != "parallelGateway" or len(incoming) < 2:
            continue
        before = _reach(origins, follow, without=node.id)
        for flow in incoming:
            if flow.source not in before:
                text = msg("The parallel gateway %(gateway)s would wait for ever for this flow, which leads back.")
                diagram.report("back_flow", text, flow, gateway=node.id)


def _busy_loops(diagram: Diagram, scope: Scope) -> None:
    """A cycle in which no element waits would run until the budget stops it."""
    automatic = {n.id for n in scope.nodes.values() if n.type not in WAITING and not n.extensions.has("taskDefinition")}
    follow = {name: [t for t in targets if t in automatic] for name, targets in successors(scope).items()}
    reported = False
    for name in scope.nodes:
        if name in automatic and not reported and name in _reach(follow[name], follow):
            diagram.report("busy_loop", msg("This loop never waits for anybody."), scope.nodes[name])
            reported = True
