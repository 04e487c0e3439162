"""Rules about size: what no step could carry out within its budget is refused when it is uploaded."""

from __future__ import annotations

from datetime import UTC, datetime

from app.engine.diagram import Diagram, Node, Scope
from app.engine.expressions import compiled, is_expression
from app.engine.lint.graph import WAITING, successors
from app.engine.ports import StepBudget
from app.feel import FeelError, FeelSyntaxError
from app.kernel.errors import msg

MAX_IN_A_ROW = 300
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def check(diagram: Diagram) -> None:
    """Report on the diagram; its loops are known to wait for somebody."""
    for scope in diagram.scopes.values():
        _depth(diagram, scope)
        _chain(diagram, scope)
        for node in scope.nodes.values():
            if node.loop is not None and node.loop.items:
                _cardinality(diagram, node, node.loop.items)


def _depth(diagram: Diagram, scope: Scope) -> None:
    depth, above = 0, scope
    while above.parent is not None:
        depth, above = depth + 1, diagram.scopes[above.parent]
    if depth == StepBudget().depth + 1:
        diagram.report("depth", msg("Subprocesses are nested more than %(limit)s deep."), scope,
                       limit=StepBudget().depth)


def _chain(diagram: Diagram, scope: Scope) -> None:
    """Elements that pass at once, one behind the other: the longest row, without recursion."""
    automatic = {n.id for n in scope.nodes.values() if n.type not in WAITING and not n.extensions.has("taskDefinition")}
    follow = {name: [t for t in targets if t in automatic] for name, targets in successors(scope).items()
              if name in automatic}
    before = dict.fromkeys(automatic, 0)
    for targets in follow.values():
        for target in targets:
            before[target] += 1
    longest, todo = dict.fromkeys(automatic, 1), [name for name, count in before.items() if not count]
    while todo:
        name = todo.pop()
        if longest[name] == MAX_IN_A_ROW + 1:
            text = msg("More than %(limit)s elements stand in a row without one that waits: let an expression or a "
                       "table do their work.")
            diagram.report("chain", text, scope.nodes[name], limit=MAX_IN_A_ROW)
            return
        for target in follow[name]:
            longest[target] = max(longest[target], longest[name] + 1)
            before[target] -= 1
            if not before[target]:
                todo.append(target)


def _cardinality(diagram: Diagram, node: Node, items: str) -> None:
    """A list that is written into the diagram; what variables bring is counted when it runs."""
    most = StepBudget().instances
    try:
        expression = compiled(items) if is_expression(items) else None
        if expression is None or expression.names or expression.names_in_filters:
            return
        found = expression.evaluate({}, now=ANY_TIME).value
        if not isinstance(found, list) or len(found) <= most:
            return  # what the host's functions answer is not known here
    except FeelSyntaxError:
        return  # said already
    except FeelError:
        pass  # so many that the evaluation gave up
    diagram.report("cardinality", msg("The loop is over a fixed list of more than %(limit)s items."), node, limit=most)
