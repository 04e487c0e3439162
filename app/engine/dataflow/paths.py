"""Which elements may be left before others are entered or left, over all scopes of a diagram."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.engine.diagram import Diagram, Node, Scope

Point = tuple[str, bool]
"""An element and whether it is left (True) or entered."""
MARK = "\0"
"""Before the name of an element: the point from which only what it writes itself goes on."""


class Before:
    """For each point, which of the given writers may have been left by then, as bits.

    An event subprocess happens at any time: what it writes may be there everywhere, and with it all that was there
    when it began (so the linter never misses a way). `through` False: of it only what it writes itself goes on, which
    is what a person expects to be offered.
    """

    def __init__(self, diagram: Diagram, writers: Collection[str], *, through: bool = True) -> None:
        self._bits = {name: 1 << number for number, name in enumerate(writers)}
        follow: dict[Point, list[Point]] = {}
        sources = {} if through else _sources(diagram)
        for source, target in _edges(diagram):
            if source in sources and target[0] in sources[source]:
                source = (MARK + source[0], False)
            follow.setdefault(source, []).append(target)
        self._state = self._spread(follow, self._seeds(diagram, sources))

    def may(self, node: str, leaving: bool, writers: Collection[str]) -> bool:
        """Whether one of the writers may have been left before the node is entered (or left)."""
        state = self._state.get((node, leaving), 0)
        return any(state & self._bits[name] for name in writers)

    def _seeds(self, diagram: Diagram, sources: dict[Point, frozenset[str]]) -> dict[Point, int]:
        found: dict[Point, int] = {}
        for name, _ in sources:
            found[MARK + name, False] = sum(self._bits.get(one, 0) for one in {name, *_all_inside(diagram, name)})
        return found

    def _spread(self, follow: dict[Point, list[Point]], state: dict[Point, int]) -> dict[Point, int]:
        """Bits flow along the edges until nothing changes; a point is looked at again only when its bits grew."""
        todo = dict.fromkeys(follow)
        while todo:
            point = next(iter(todo))
            del todo[point]
            here = state.get(point, 0) | (self._bits.get(point[0], 0) if point[1] else 0)
            for target in follow.get(point, ()):
                known = state.get(target, 0)
                if here | known != known:
                    state[target] = here | known
                    todo[target] = None
        return state


def _sources(diagram: Diagram) -> dict[Point, frozenset[str]]:
    """The end of each element that happens at any time, and its neighbours in its scope."""
    return {(node.id, True): frozenset(scope.nodes) for scope in diagram.scopes.values()
            for node in scope.nodes.values() if node.event_subprocess or node.compensates}


def _edges(diagram: Diagram) -> Iterator[tuple[Point, Point]]:
    for scope in diagram.scopes.values():
        for flow in scope.flows.values():
            yield (flow.source, True), (flow.target, False)
        for node in scope.nodes.values():
            yield from _through(diagram, scope, node)


def _through(diagram: Diagram, scope: Scope, node: Node) -> Iterator[tuple[Point, Point]]:
    inner = diagram.scopes.get(node.id)
    into, out = (node.id, False), (node.id, True)
    yield into, out
    if node.loop is not None:
        yield out, into
    if inner is not None:
        yield from _inside(inner, node)
    if node.attached_to:
        host = node.attached_to
        yield (host, False), into
        yield from (((one, True), out) for one in _all_inside(diagram, host))
    if node.event_subprocess or node.compensates:
        yield from _any_time(diagram, scope, node)


def _inside(inner: Scope, holder: Node) -> Iterator[tuple[Point, Point]]:
    begins = [one.id for one in inner.starts()] or [one.id for one in inner.activatable()]
    yield from (((holder.id, False), (one, False)) for one in begins)
    for one in inner.nodes.values():
        if inner.adhoc:  # its elements are begun in any order, and again
            yield from (((one.id, True), (other, False)) for other in begins)
        if inner.adhoc or not inner.outgoing(one.id):
            yield (one.id, True), (holder.id, True)


def _any_time(diagram: Diagram, scope: Scope, node: Node) -> Iterator[tuple[Point, Point]]:
    """An event subprocess or a compensation handler runs beside whatever else its scope does."""
    starts = [one.id for one in diagram.scopes[node.id].starts()] if node.id in diagram.scopes else []
    for one in scope.nodes.values():
        if one.id != node.id:
            yield (one.id, True), (node.id, False)
            yield (node.id, True), (one.id, False)
            yield from (((one.id, True), (start, True)) for start in starts)
            for deep in _all_inside(diagram, one.id):
                yield (deep, True), (node.id, False)
                yield from (((deep, True), (start, True)) for start in starts)
    if scope.parent is not None:
        yield (scope.id, False), (node.id, False)
        yield (node.id, True), (scope.id, True)


def _all_inside(diagram: Diagram, node_id: str) -> Iterator[str]:
    todo = [node_id]
    while todo:
        scope = diagram.scopes.get(todo.pop())
        if scope is not None:
            yield from scope.nodes
            todo += scope.nodes
