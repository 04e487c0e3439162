"""Which elements and flows of the live diagrams a replay reached, and which not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from app import catalog
from app.cases.model import CaseStep
from app.engine import Element, ProcessDefinition
from app.engine.diagram import NODES
from app.kernel import database

Place = tuple[str, str]
"""(process id, id of an element or a flow)."""

NOT_PLAYED = frozenset({"supply_adjustment"})
"""Diagrams that nobody of the play has a part in: a topic is decided by people who look at months."""


@dataclass
class Diagrams:
    """All live diagrams as nodes and flows. `out`: element -> its flows with their targets; `raced`: event behind an
    event-based gateway -> the flow to it."""

    nodes: dict[Place, Element] = field(default_factory=dict)
    flows: dict[Place, str] = field(default_factory=dict)
    out: dict[Place, list[tuple[str, str]]] = field(default_factory=dict)
    raced: dict[Place, list[str]] = field(default_factory=dict)

    @staticmethod
    def live(tenant_id: UUID) -> Diagrams:
        """Those in force for the office."""
        found = Diagrams()
        with database.current().read(tenant_id) as session:
            for one in catalog.all_live(session, tenant_id):
                if one.kind == "process" and one.key not in NOT_PLAYED:
                    definition = catalog.compiled(session, tenant_id, "process", one.key)[1]
                    found.add(definition)
        return found

    def add(self, definition: ProcessDefinition) -> None:
        """Take a diagram in."""
        for spec in (spec for scope in definition.specs.values() for spec in scope.task_specs.values()):
            element = getattr(spec, "element", None)
            if element is None or element.type not in NODES:
                continue
            place = (definition.id, element.id)
            self.nodes[place] = element
            for flow in spec.flows:
                self.flows[definition.id, flow.id] = f"{element.id} -> {flow.target}"
                if element.type == "eventBasedGateway":
                    self.raced.setdefault((definition.id, flow.target), []).append(flow.id)
                elif (flow.id, flow.target) not in self.out.setdefault(place, []):
                    self.out[place].append((flow.id, flow.target))


@dataclass(frozen=True)
class Reached:
    """What a play touched."""

    nodes: frozenset[Place]
    flows: frozenset[Place]

    def missing(self, diagrams: Diagrams) -> list[str]:
        """Elements and flows that nothing reached, by name."""
        elements = [f"{process}: {element}" for process, element in sorted(set(diagrams.nodes) - self.nodes)]
        flows = sorted(set(diagrams.flows) - self.flows)
        return elements + [f"{place[0]}: {place[1]} ({diagrams.flows[place]})" for place in flows]


def reached(diagrams: Diagrams, steps: Iterable[CaseStep]) -> Reached:
    """From the path of each case, in the order in which the engine went it."""
    nodes: set[Place] = set()
    flows: set[Place] = set()
    for _case, rows in groupby(steps, key=lambda step: step.case_id):
        path = list(rows)
        for number, step in enumerate(path):
            place = (step.process_id, step.element_id)
            if step.how == "entered":
                nodes.add(place)
            elif step.how == "completed":
                flows |= _handed_on(diagrams, place, path[number + 1:number + 2])
    return Reached(frozenset(nodes), frozenset(flows))


def _handed_on(diagrams: Diagrams, place: Place, later: Sequence[CaseStep]) -> set[Place]:
    """The flows a completed element took: its only one, all of a split, or the one to what was entered next."""
    out, element = diagrams.out.get(place, []), diagrams.nodes.get(place)
    every = len(out) == 1 or (element is not None and element.type == "parallelGateway")
    entered = {step.element_id for step in later if step.how == "entered"}
    taken = {flow for flow, target in out if every or target in entered}
    return {(place[0], flow) for flow in [*taken, *diagrams.raced.get(place, [])]}
