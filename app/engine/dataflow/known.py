"""What an expression at one element may read: for editors, while a diagram is still being drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.dataflow import told
from app.engine.dataflow.neighbours import Office
from app.engine.dataflow.paths import Before
from app.engine.dataflow.shape import LOOP_NAMES, head, inputs
from app.engine.dataflow.uses import HOW, Uses, payload, uses
from app.engine.diagram import Diagram, Node
from app.engine.expressions import is_expression
from app.engine.reading import read
from app.feel import FeelType

ANY = FeelType("Any")
NUMBER, TEXT = FeelType("number"), FeelType("string")


@dataclass(frozen=True)
class Origin:
    """An element that may have written a variable: its names as drawn, and how (`form`, `output`, `decision`, ...)."""

    element: str
    name: str
    name_en: str
    what: str


@dataclass
class Known:
    """A variable that can have a value here. `given`: by the host at the start. `callers`: processes that bring it."""

    name: str
    type: FeelType = ANY
    given: bool = False
    callers: list[str] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)


def known_at(data: bytes, file: str, element: str, lookup: Any, *, leaving: bool) -> list[Known]:
    """By name. `element`: of a node, a flow (asked when its source is left) or the process. `leaving`: whether the
    expression is asked when the node is left, with what it brings itself. `lookup` as the linter's.

    Where no path leads to the element yet, all that the diagram writes counts. Raises DefinitionError for a file that
    cannot be read; other faults do not matter.
    """
    diagram = read(data, file)
    return _Knowing(diagram, Office(diagram, lookup)).at(element, leaving)


class _Knowing:
    """One diagram among the definitions of its office."""

    def __init__(self, diagram: Diagram, office: Office) -> None:
        self.diagram, self.office = diagram, office
        self.nodes = {node.id: node for _, node in diagram.nodes()}
        self.rows: dict[str, Known] = {}

    def at(self, element: str, leaving: bool) -> list[Known]:
        """All that is known there."""
        flow = next((scope.flows[element] for scope in self.diagram.scopes.values() if element in scope.flows), None)
        node = self.nodes.get(flow.source if flow is not None else element)
        leaving = leaving or flow is not None
        self._from_outside()
        found = uses(self.diagram, self.office)
        reached = self._before(found, node, leaving)
        for write in found.writes:
            if not write.local and write.node in reached:
                writer = self.nodes[write.node]
                self._row(write.name, self._kind(writer, write.name), writer, write.what)
        if node is not None:
            self._own(node, leaving, flow is not None)
        return [self.rows[name] for name in sorted(self.rows)]

    def _from_outside(self) -> None:
        for name in told.at_start(self.office.own.marks):
            self._row(name).given = True
        own = self.diagram.process_id
        for shape, names, everything in self.office.callers():
            for name in names | (self.office.everything(shape.process_id, own) if everything else frozenset()):
                if shape.process_id not in self._row(name).callers:
                    self._row(name).callers.append(shape.process_id)

    def _before(self, found: Uses, node: Node | None, leaving: bool) -> frozenset[str]:
        """Elements that may have been left by then; all others, where nothing leads there yet."""
        writers = {write.node for write in found.writes}
        if node is None:
            return frozenset(writers)
        begins = {one.id for scope in self.diagram.scopes.values()
                  for one in (scope.activatable() if scope.adhoc else scope.starts())}
        before = Before(self.diagram, writers | begins, through=False)
        if node.id not in begins and not before.may(node.id, leaving, begins - {node.id}):
            return frozenset(writers - {node.id})
        return frozenset(one for one in writers if before.may(node.id, leaving, [one]))

    def _own(self, node: Node, leaving: bool, outwards: bool) -> None:
        """Names of the element itself and of the subprocesses around it."""
        scope = self.diagram.scopes[node.scope_id]
        while scope.parent is not None:
            holder = self.diagram.scopes[scope.parent].nodes[scope.id]
            self._local(holder)
            scope = self.diagram.scopes[scope.parent]
        if outwards:
            return
        self._local(node)
        if leaving:
            for name in sorted(payload(node, self.office) or ()):
                self._row(name, self._kind(node, name), node, HOW.get(node.type, "message"))

    def _local(self, holder: Node) -> None:
        for name in sorted(inputs(holder)):
            self._row(name, self._mapped(holder.extensions.inputs, name), holder, "input")
        if holder.loop is not None:
            for name in sorted(LOOP_NAMES):
                self._row(name, NUMBER, holder, "loop")
            for one in filter(None, (holder.loop.item, holder.loop.output)):
                self._row(one, ANY, holder, "loop")

    def _row(self, name: str, kind: FeelType = ANY, node: Node | None = None, what: str = "") -> Known:
        row = self.rows.setdefault(name, Known(name, kind))
        if node is not None:
            if all(one.element != node.id for one in row.origins):
                row.origins.append(Origin(node.id, node.name, node.extensions.properties.get("name_en", ""), what))
            row.type = kind if row.type == ANY else row.type
        return row

    def _kind(self, node: Node, name: str) -> FeelType:
        """What type the element gives the variable, as far as a form, a decision or a mapping tells."""
        if any(head(target) == name for _, target in node.extensions.outputs):
            return self._mapped(node.extensions.outputs, name, self._brought(node))
        return self._brought(node).get(name, ANY)

    def _mapped(self, mappings: Any, name: str, known: Mapping[str, FeelType] | None = None) -> FeelType:
        """Of a variable by the text that it is taken from: a literal, or another one's name."""
        for source, target in mappings:
            if target == name:
                return TEXT if not is_expression(source) else (known or {}).get(source[1:].strip(), ANY)
        return ANY

    def _brought(self, node: Node) -> Mapping[str, FeelType]:
        form, decision = (node.extensions.get(*one) for one in (("formDefinition", "formId"),
                                                                ("calledDecision", "decisionId")))
        if form:
            return self.office.types("form", form)
        result = node.extensions.get("calledDecision", "resultVariable")
        if decision and result:
            return {result: self.office.types("decision", decision).get(decision, ANY)}
        return {}


def entries(kind: FeelType) -> Iterator[tuple[str, FeelType]]:
    """What a context, or the items of a list of contexts, hold by name."""
    yield from (kind.items if kind.name == "list" and kind.items is not None else kind).members
