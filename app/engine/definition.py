"""A process definition: immutable, named by the hash of its bytes, with specs that all its instances share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.engine.build import build, elements_of
from app.engine.diagram import Diagram
from app.engine.lint import check
from app.engine.reading import read
from app.engine.results import Element
from app.kernel.errors import DefinitionError


@dataclass(frozen=True)
class StartTrigger:
    """What begins a process from outside. `kind`: message, signal or timer.

    `name` of the message or signal; `timer` (timeDate or timeCycle) and `text` of the time. All are plain texts.
    """

    element_id: str
    kind: str
    name: str | None = None
    timer: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class ProcessDefinition:
    """`hash`: sha256 hex of the file's bytes. `specs`: scope id -> sealed spec (engine only). `triggers`: its starts
    but the one without a trigger."""

    hash: str
    id: str
    name: str
    elements: Mapping[str, Element]
    specs: Mapping[str, Any]
    file: str = ""
    triggers: tuple[StartTrigger, ...] = ()

    @property
    def starts_at(self) -> str | None:
        """The id of the none start event; None where something else begins every instance."""
        triggered = {one.element_id for one in self.triggers}
        return next((one.id for one in self.elements.values() if one.type == "startEvent"
                     and one.id in self.spec.task_specs and one.id not in triggered), None)

    @property
    def spec(self) -> Any:
        """The spec of the process itself."""
        return self.specs[self.id]


def load(data: bytes, file: str) -> ProcessDefinition:
    """Read, check and build. Raises DefinitionError with every problem when one of them is an error."""
    diagram = read(data, file)
    problems = check(diagram)
    if any(p.severity == "error" for p in problems):
        raise DefinitionError(problems)
    elements = elements_of(diagram)
    specs = build(diagram, elements)
    return ProcessDefinition(hashlib.sha256(data).hexdigest(), diagram.process_id, diagram.name,
                             MappingProxyType(elements), MappingProxyType(specs), file, _triggers(diagram))


def _triggers(diagram: Diagram) -> tuple[StartTrigger, ...]:
    return tuple(StartTrigger(one.id, one.trigger.kind, one.trigger.name, one.trigger.timer, one.trigger.text)
                 for one in diagram.root.starts() if one.trigger.kind != "none")
