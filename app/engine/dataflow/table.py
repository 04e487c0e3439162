"""The table of variables of one process: who writes each, who reads it, and where it may be missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.engine.dataflow import told
from app.engine.dataflow.finding import missing
from app.engine.dataflow.neighbours import Office
from app.engine.dataflow.uses import HOW, payload, uses
from app.engine.diagram import Diagram
from app.engine.reading import read


@dataclass(frozen=True)
class Place:
    """An element, its drawn name, and how it uses the variable (`output`, `form`, `condition`, ...)."""

    element: str
    name: str
    what: str


@dataclass
class Variable:
    """`given`: by the host at the start. `callers`: processes that bring it. `missing`: elements that read in vain."""

    name: str
    given: bool = False
    callers: list[str] = field(default_factory=list)
    writers: list[Place] = field(default_factory=list)
    readers: list[Place] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def unread(self) -> bool:
        """Whether it is written outwards and nothing of the diagram reads it; an input may be for a job or a form."""
        return not self.readers and any(one.what in ("output", "script", "decision", "loop") for one in self.writers)


def variables(data: bytes, file: str, lookup: Any) -> list[Variable]:
    """By name. `lookup` as the linter's. Raises DefinitionError for a file that cannot be read."""
    diagram = read(data, file)
    office, rows = Office(diagram, lookup), dict[str, Variable]()
    named = _names(diagram)

    def row(name: str) -> Variable:
        return rows.setdefault(name, Variable(name))

    found = uses(diagram, office)
    for name in told.at_start(office.own.marks):
        row(name).given = True
    for shape, names, _ in office.callers():
        for name in names:
            if shape.process_id not in row(name).callers:
                row(name).callers.append(shape.process_id)
    for _, node in diagram.nodes():
        for name in sorted({target.partition(".")[0] for _, target in node.extensions.inputs}):
            row(name).writers.append(Place(node.id, node.name, "input"))
        if node.extensions.outputs:  # what it brings stays its own, for the mappings to take from
            for name in sorted(payload(node, office) or ()):
                row(name).writers.append(Place(node.id, node.name, HOW.get(node.type, "message")))
    for write in found.writes:
        _add(row(write.name).writers, Place(write.node, named.get(write.node, ""), write.what))
    for one in found.reads:
        _add(row(one.name).readers, Place(one.element, named.get(one.element, ""), one.what))
    for fault in missing(diagram, office):
        row(fault.read.name).missing.append(fault.read.element)
    return [rows[name] for name in sorted(rows)]


def _add(places: list[Place], place: Place) -> None:
    if place not in places:
        places.append(place)


def _names(diagram: Diagram) -> dict[str, str]:
    found = {node.id: node.name for _, node in diagram.nodes()}
    for scope in diagram.scopes.values():
        found |= {flow.id: flow.name or f"{found.get(flow.source) or flow.source} → "
                  f"{found.get(flow.target) or flow.target}" for flow in scope.flows.values()}
    return found
