"""Rules about who calls whom, across files: a process must not come back to itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.dataflow.neighbours import shape_in
from app.engine.dataflow.shape import Shape
from app.engine.diagram import Diagram, Node
from app.engine.expressions import is_expression
from app.kernel.errors import msg

MAX_PROCESSES = 200


def check(diagram: Diagram, lookup: Any) -> None:
    """Report on the diagram. Calls by expression are followed by the step budget only."""
    for node, called in _calls(diagram):
        if not _can_be_called(called, lookup):
            text = msg("The process %(process)s cannot be called: it has no start event without a trigger.")
            diagram.report("called_process", text, node, process=called)
        path = _path(called, diagram.process_id, lookup)
        if path is not None:
            text = msg("The process calls itself: %(path)s.")
            diagram.report("call_cycle", text, node, path=" > ".join([diagram.process_id, *path]))


def _calls(diagram: Diagram) -> Iterator[tuple[Node, str]]:
    for _, node in diagram.nodes():
        called = node.extensions.get("calledElement", "processId")
        if called and not is_expression(called):
            yield node, called


def _path(origin: str, wanted: str, lookup: Any) -> list[str] | None:
    """The way from `origin` to `wanted`, None when there is none."""
    seen, todo = {origin}, [[origin]]
    while todo and len(seen) <= MAX_PROCESSES:
        path = todo.pop()
        if path[-1] == wanted:
            return path
        for called in _called_by(path[-1], lookup):
            if called not in seen or called == wanted:
                seen.add(called)
                todo.append([*path, called])
    return None


def _can_be_called(process_id: str, lookup: Any) -> bool:
    """Whether it has a start event without a trigger; True where it cannot be read: its own linter says why."""
    shape = _shape(process_id, lookup)
    return shape is None or shape.callable


def _called_by(process_id: str, lookup: Any) -> list[str]:
    shape = _shape(process_id, lookup)
    return [] if shape is None else [call.called for call in shape.calls if call.called]


def _shape(process_id: str, lookup: Any) -> Shape | None:
    data = lookup.data("process", process_id) if lookup is not None else None
    return None if data is None else shape_in(process_id, data)
