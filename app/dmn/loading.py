"""A DMN file to a model. Whatever is not understood is a problem with file, line and element; nothing is skipped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from app.dmn import iterations, tables
from app.dmn.boxed import Builder, function_body, null, parameters_of
from app.dmn.item_types import Types
from app.dmn.model import Decision, InputData, Knowledge, Model, Service
from app.dmn.reading import (
    ROOT_TAGS,
    Element,
    Report,
    child,
    children,
    local,
    name_of,
    others,
    own,
    refuse_others,
    target,
)
from app.kernel.errors import DefinitionError, Problem, msg
from app.kernel.safe_xml import read_xml

DECISION, FUNCTION = msg("decision %(name)s"), msg("function %(name)s")
HOST_FUNCTIONS = frozenset({"deadline", "setting"})
_BUILDERS = (iterations, tables)  # they add themselves to BOXES
_EVALUATED = ("itemDefinition", "inputData", "decision", "businessKnowledgeModel", "decisionService")
_FOR_PEOPLE = ("knowledgeSource", "textAnnotation", "association", "group", "elementCollection",
               "performanceIndicator", "organizationUnit", "businessContextElement", "DMNDI", "artifact")
_REQUIREMENTS = {"informationRequirement": ("requiredInput", "requiredDecision"),
                 "knowledgeRequirement": ("requiredKnowledge",)}


def load(data: bytes, file: str, functions: Collection[str] = HOST_FUNCTIONS) -> Model:
    """The model of a DMN 1.3 to 1.5 file; raises DefinitionError with every error found.

    `functions` are the host functions its expressions may call.
    """
    model, problems = read(data, file, functions)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise DefinitionError(errors)
    return model


def read(data: bytes, file: str, functions: Collection[str] = HOST_FUNCTIONS) -> tuple[Model, list[Problem]]:
    """The model and all problems; where there are errors, the faulty parts evaluate to null.

    Raises DefinitionError only where the file is no DMN file at all.
    """
    known = _sound(data, frozenset(functions))
    if known is not None:
        return replace(known, file=file), []
    model, report = read_whole(data, file, functions)
    return model, report.problems


@lru_cache(maxsize=8)
def _sound(data: bytes, functions: frozenset[str]) -> Model | None:
    """The model of a file without any problem: whoever publishes reads the same bytes several times in a row."""
    try:
        model, report = read_whole(data, "", functions)
    except DefinitionError:
        return None
    return None if report.problems else model


def read_whole(data: bytes, file: str, functions: Collection[str] = HOST_FUNCTIONS) -> tuple[Model, Report]:
    """Like `read`, with the report itself: what checks the file further adds to it."""
    root = read_xml(data, ROOT_TAGS, file)
    report = Report(file)
    reader = _Reader(root, report, Types(root, report), frozenset(functions))
    model = Model(
        id=str(root.get("id") or ""), name=str(root.get("name") or ""), file=file,
        inputs={each.id: each for each in map(reader.input_data, children(root, "inputData"))},
        decisions={each.id: each for each in map(reader.decision, children(root, "decision"))},
        knowledge={each.id: each for each in map(reader.knowledge, children(root, "businessKnowledgeModel"))},
        services={each.id: each for each in map(reader.service, children(root, "decisionService"))},
    )
    _check_cycles(model, reader.elements, report)
    return model, report


class _Reader:
    """Reads the elements of one file; references are resolved against `elements`, all of them by id."""

    def __init__(self, root: Element, report: Report, types: Types, functions: frozenset[str]) -> None:
        self.report, self.types, self.functions = report, types, functions
        for each in others(root, (*_EVALUATED, *_FOR_PEOPLE)):
            if own(each):  # diagrams and extensions live in other namespaces
                report.unknown(each)
        found = children(root, "inputData", "decision", "businessKnowledgeModel", "decisionService")
        self.elements: dict[str, Element] = {str(each.get("id")): each for each in found}
        self.open = not children(root, "inputData")
        self._check_names(found)

    def _check_names(self, found: list[Element]) -> None:
        seen: set[str] = set()
        for each in found:
            if each.get("id") is None or not name_of(each):
                self.report.add("missing", each, msg("The element has no id or no name."))
            if name_of(each) in seen:
                self.report.add("double_name", each, msg("The name %(name)s is used twice."), name=name_of(each))
            seen.add(name_of(each))

    def input_data(self, element: Element) -> InputData:
        """A given value."""
        refuse_others(element, self.report, ("variable",))
        return InputData(str(element.get("id")), name_of(element), self.types.of(child(element, "variable")))

    def decision(self, element: Element) -> Decision:
        """A decision with its logic."""
        requires = self._requires(element)
        builder = self._builder(requires).inside(DECISION, name=str(element.get("id")))
        logic = builder.only(element, "variable", *_REQUIREMENTS)
        if logic is not null:
            self._unused(element, requires, builder)
        return Decision(
            str(element.get("id")), name_of(element), str(element.get("name") or ""),
            self.types.of(child(element, "variable")), None if logic is null else logic, requires,
            frozenset(builder.used))

    def knowledge(self, element: Element) -> Knowledge:
        """A business knowledge model: one function."""
        refuse_others(element, self.report, ("variable", "encapsulatedLogic", *_REQUIREMENTS))
        requires = self._requires(element)
        function = child(element, "encapsulatedLogic")
        builder = self._builder(requires).inside(FUNCTION, name=str(element.get("id")))
        parameters = () if function is None else parameters_of(builder, function)
        inside = builder.bind(name_of(element), *(name for name, _ in parameters))
        return Knowledge(str(element.get("id")), name_of(element), parameters,
                         self.types.of(child(element, "variable")), function_body(inside, function), requires)

    def service(self, element: Element) -> Service:
        """A decision service."""
        kinds = ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
        refuse_others(element, self.report, ("variable", *kinds))
        targets = {kind: tuple(target(each) for each in children(element, kind) if self._known(each))
                   for kind in kinds}
        return Service(str(element.get("id")), name_of(element), self.types.of(child(element, "variable")),
                       targets["outputDecision"], targets["inputData"] + targets["inputDecision"])

    def _known(self, reference: Element) -> bool:
        if target(reference) in self.elements:
            return True
        self.report.add("unknown_reference", reference, msg("There is no element with the id %(id)s."),
                        id=target(reference))
        return False

    def _requires(self, element: Element) -> tuple[str, ...]:
        """Ids of what the element requires; unknown ones are reported."""
        found = []
        for requirement in children(element, *_REQUIREMENTS):
            kinds = _REQUIREMENTS[local(requirement)]
            refuse_others(requirement, self.report, kinds)
            found += [target(each) for each in children(requirement, *kinds) if self._known(each)]
        return tuple(found)

    def _builder(self, requires: Collection[str]) -> Builder:
        names = frozenset(name_of(self.elements[each]) for each in requires)
        return Builder(self.report, self.types, self.functions, names, self.open)

    def _unused(self, element: Element, requires: Collection[str], builder: Builder) -> None:
        """Warn of inputs and decisions that are required and never read."""
        for each in requires:
            name = name_of(self.elements[each])
            if local(self.elements[each]) in ("inputData", "decision") and name not in builder.used:
                self.report.add("unused", element, msg("%(name)s is required and never used."), severity="warning",
                                name=name)


def _check_cycles(model: Model, elements: Mapping[str, Element], report: Report) -> None:
    requires: dict[str, tuple[str, ...]] = {
        **{each.id: each.requires for each in model.decisions.values()},
        **{each.id: each.requires for each in model.knowledge.values()},
        **{each.id: each.outputs for each in model.services.values()},
    }
    done: set[str] = set()
    for start in requires:
        path: list[tuple[str, Any]] = [(start, iter(requires[start]))] if start not in done else []
        on_path = {start}
        while path:
            here, rest = path[-1]
            step = next(rest, None)
            if step is None:
                path.pop()
                on_path.discard(here)
                done.add(here)
            elif step in on_path:
                report.add("cycle", elements[step], msg("The element requires itself."))
            elif step not in done and step in requires:
                on_path.add(step)
                path.append((step, iter(requires[step])))
