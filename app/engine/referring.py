"""What a diagram refers to by key: other processes, decisions, forms, and what its jobs are told by headers."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.expressions import is_expression
from app.engine.reading import read


@dataclass(frozen=True)
class References:
    """Keys as written. `open_calls`: some call names its process by an expression. `headers`: (name, value) of jobs."""

    processes: frozenset[str]
    decisions: frozenset[str]
    forms: frozenset[str]
    headers: frozenset[tuple[str, str]]
    open_calls: bool


def references(data: bytes, file: str) -> References:
    """Read off a diagram. Raises DefinitionError for what cannot be read."""
    nodes = [node.extensions for _, node in read(data, file).nodes()]

    def keys(extension: str, attribute: str) -> frozenset[str]:
        found = (one.get(extension, attribute) for one in nodes)
        return frozenset(key for key in found if key and not is_expression(key))

    return References(
        keys("calledElement", "processId"), keys("calledDecision", "decisionId"), keys("formDefinition", "formId"),
        frozenset(pair for one in nodes for pair in one.headers.items() if not is_expression(pair[1])),
        any(is_expression(one.get("calledElement", "processId")) for one in nodes))
