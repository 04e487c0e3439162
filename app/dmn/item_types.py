"""Item definitions to types of the expression language, with their allowed values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.dmn.reading import Element, Report, child, children, others, refuse_others, text_element
from app.feel import Expression, FeelSyntaxError, FeelType, compile_unary_tests
from app.kernel.errors import msg

_BUILT_IN = {
    **{name: name for name in ("number", "string", "boolean", "date", "time", "context", "list", "Any",
                               "date and time", "days and time duration", "years and months duration")},
    "dateTime": "date and time", "dayTimeDuration": "days and time duration", "any": "Any",
    "yearMonthDuration": "years and months duration", "duration": "duration",
    "integer": "number", "long": "number", "double": "number",  # what the Camunda modeler offers
}
_PARTS = ("typeRef", "itemComponent", "allowedValues", "typeConstraint", "functionItem")
ANY = FeelType("Any")


@dataclass(frozen=True)
class Allowed:
    """The allowed values of a type: those that pass all of the unary tests."""

    tests: tuple[Expression, ...]

    def __call__(self, value: Any) -> bool:
        return all(test.evaluate({"?": value}).value is True for test in self.tests)


class Types:
    """All named types of one file. A reference to an unknown name is reported and stands for Any."""

    def __init__(self, root: Element, report: Report) -> None:
        self._report = report
        self._elements: dict[str, Element] = {}
        self._open: list[str] = []
        self.named: dict[str, FeelType] = {}
        self.member_names: set[str] = set()
        for element in children(root, "itemDefinition"):
            name = str(element.get("name"))
            if name in self._elements:
                report.add("double_name", element, msg("The name %(name)s is used twice."), name=name)
            self._elements[name] = element
        for name in self._elements:
            self._resolve(name)

    def of(self, element: Element | None, attribute: str = "typeRef") -> FeelType:
        """The type an element refers to; Any without a reference."""
        name = None if element is None else element.get(attribute)
        return self.reference(element, str(name)) if name else ANY

    def reference(self, element: Element, name: str) -> FeelType:
        """The type with this name."""
        if name in self._elements:
            return self._resolve(name)
        plain = name.rpartition(":")[2]
        if plain in _BUILT_IN:
            return FeelType(_BUILT_IN[plain])
        self._report.add("unknown_type", element, msg("There is no type %(name)s."), name=name)
        return ANY

    def _resolve(self, name: str) -> FeelType:
        if name not in self.named:
            if name in self._open:
                self._report.add("endless_type", self._elements[name], msg("The type %(name)s holds itself."),
                                 name=name)
                return ANY
            self._open.append(name)
            self.named[name] = self._definition(self._elements[name])
            self._open.pop()
        return self.named[name]

    def _definition(self, element: Element) -> FeelType:
        refuse_others(element, self._report, _PARTS)
        reference, function = child(element, "typeRef"), child(element, "functionItem")
        components = children(element, "itemComponent")
        if reference is not None:
            kind = self.reference(reference, (reference.text or "").strip())
        elif function is not None:
            refuse_others(function, self._report, ("parameters",))
            kind = FeelType("function", self.of(function, "outputTypeRef"), parameters=tuple(
                self.of(parameter) for parameter in children(function, "parameters")))
        elif components:
            members = tuple((str(part.get("name")), self._definition(part)) for part in components)
            self.member_names.update(name for name, _ in members)
            kind = FeelType("context", members=members)
        else:
            kind = ANY
        kind = self._constrained(kind, child(element, "allowedValues"))
        if element.get("isCollection") in ("true", "1"):
            kind = FeelType("list", kind)
        return self._constrained(kind, child(element, "typeConstraint"))

    def _constrained(self, kind: FeelType, element: Element | None) -> FeelType:
        return _with(kind, self.allowed(element))

    def allowed(self, element: Element | None) -> Allowed | None:
        """The test that a list of allowed values stands for."""
        where, text = text_element(element)
        if where is None or not text:
            return None
        for each in others(where.getparent(), ("text",)):
            self._report.unknown(each)
        try:
            expression = compile_unary_tests(text, types=self.named)
        except FeelSyntaxError as error:
            self._report.add("expression", where, error.message, line=where.sourceline + error.line - 1,
                             **error.params)
            return None
        return Allowed((expression,))


def restricted(kind: FeelType, test: Allowed | None) -> FeelType:
    """The type with one more test; each item is tested where the type is a list."""
    if test is None:
        return kind
    if kind.name == "list":
        return replace(kind, items=restricted(kind.items or ANY, test))
    return _with(kind, test)


def _with(kind: FeelType, test: Allowed | None) -> FeelType:
    """The type with one more test of the value as a whole."""
    if test is None:
        return kind
    inner = kind.allowed
    return replace(kind, allowed=Allowed((*inner.tests, *test.tests)) if isinstance(inner, Allowed) else test)
