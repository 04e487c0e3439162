"""Live counts on a diagram: how many cases stand at each element now, and how many went through lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.queries import Standing
from app.engine import ProcessDefinition
from app.kernel import clock
from app.kernel.commands import Actor

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class ElementFigures:
    """One element of the diagram. `live`: tokens of open cases, `stopped`: cases with an incident there."""

    element_id: str
    name_zh: str
    name_en: str
    type: str
    live: int
    stopped: int
    passed: int


@dataclass(frozen=True)
class DiagramFigures:
    """A version of a process. `related`: (process id, hash, open cases) that run with it in one case."""

    process_id: str
    hash: str
    open: int
    elements: tuple[ElementFigures, ...]
    related: tuple[tuple[str, str, int], ...]


def diagram_figures(session: Session, actor: Actor, definition: ProcessDefinition) -> DiagramFigures:
    """Elements in the order of the file, those that nothing happened at left out. Raises Forbidden."""
    policy.require(actor, "definition.read")
    where = Standing(definition.id, definition.hash)
    counts = cases.element_counts(session, where, clock.now() - LATELY)
    pins = cases.pins_of_open(session, where)
    rows = tuple(ElementFigures(one.id, one.name or one.id, one.name_en or one.id, one.type, count.live, count.stopped,
                                count.passed)
                 for one in definition.elements.values()
                 if one.id != definition.id and (count := counts.get(one.id)) is not None)
    related = sorted((process_id, version, number) for (process_id, version), number in pins.items()
                     if process_id != definition.id)
    return DiagramFigures(definition.id, definition.hash, pins[definition.id, definition.hash], rows, tuple(related))
