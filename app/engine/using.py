"""Which elements of a diagram use a form, a decision or another process. Calls by expression are not known before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.build import elements_of
from app.engine.expressions import is_expression
from app.engine.reading import read
from app.engine.results import Element
from app.kernel.errors import DefinitionError

_BY = (("form", "formDefinition", "formId"), ("decision", "calledDecision", "decisionId"),
       ("process", "calledElement", "processId"))


@dataclass(frozen=True)
class Use:
    """An element, and the key of the definition that it uses. `kind`: form, decision or process."""

    element: Element
    kind: str
    key: str


def uses(data: bytes, file: str) -> list[Use]:
    """In the order of the file; none of a file that cannot be read."""
    try:
        return list(_uses(data, file))
    except DefinitionError:
        return []


def _uses(data: bytes, file: str) -> Iterator[Use]:
    diagram = read(data, file)
    elements = elements_of(diagram)
    for _scope, node in diagram.nodes():
        for kind, extension, name in _BY:
            key = node.extensions.get(extension, name)
            if key and not is_expression(key) and node.id in elements:
                yield Use(elements[node.id], kind, key)
