"""Boxed expressions to logic: texts, contexts, lists, relations, invocations, functions. Tables: `tables`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.dmn.item_types import Types
from app.dmn.model import Logic, Situation
from app.dmn.reading import FEEL_NAMES, Element, Report, child, children, local, others, refuse_others
from app.feel import (
    Expression,
    Failure,
    FeelSyntaxError,
    FeelType,
    FunctionValue,
    Run,
    coerce,
    compile_expression,
    type_name,
)
from app.kernel.errors import msg


@dataclass(frozen=True)
class Builder:
    """What is known while the logic of one element is built. `open` tells that unknown names are not faults."""

    report: Report
    types: Types
    functions: frozenset[str]
    names: frozenset[str]
    open: bool
    used: set[str] = field(default_factory=set)

    def bind(self, *names: str) -> Builder:
        """The same, with more names known."""
        return replace(self, names=self.names | set(names))

    def inside(self, message: str, **params: Any) -> Builder:
        """The same, for a part whose place the report then tells."""
        return replace(self, report=self.report.inside(message, **params))

    def expression(self, element: Element, text: str,
                   compile_text: Callable[..., Expression] = compile_expression) -> Expression | None:
        """The compiled text of an element; faults and unknown names are reported."""
        language = element.get("expressionLanguage") or element.getparent().get("expressionLanguage")
        if language is not None and language.lower() not in FEEL_NAMES and language not in FEEL_NAMES:
            self.report.add("language", element, msg("The expression language %(name)s is not supported."),
                            name=language)
            return None
        try:
            made = compile_text(text, functions=self.functions, names=self.names | self.types.member_names,
                                types=self.types.named)
        except FeelSyntaxError as error:
            position = f"{error.line}:{error.column}" if "\n" in text else str(error.column)
            self.report.inside(msg("position %(position)s"), position=position).add(
                "expression", element, error.message, line=element.sourceline + error.line - 1, **error.params)
            return None
        self.used.update(made.names | made.names_in_filters)
        for name in sorted(made.names - self.names):
            if not self.open:
                self.report.add("unknown_name", element, msg("%(name)s is not known here."), name=name)
        return made

    def logic(self, element: Element | None) -> Logic:
        """The logic of a boxed expression; null for none."""
        if element is None:
            return null
        build = BOXES.get(local(element))
        if build is None:
            self.report.unknown(element)
            return null
        made, kind = build(self, element), self.types.of(element)
        if kind.name == "Any" and kind.allowed is None:
            return made
        return typed(made, kind, local(element))

    def only(self, element: Element, *known: str) -> Logic:
        """The logic of the one boxed expression inside `element`."""
        boxes = [each for each in element if local(each) in BOXES]
        for each in others(element, (*BOXES, *known)):
            self.report.unknown(each)
        if len(boxes) > 1:
            self.report.add("expression", boxes[1], msg("Only one expression may stand here."))
        return self.logic(boxes[0] if boxes else None)


def null(situation: Situation, variables: Mapping[str, Any]) -> Any:
    """The logic of nothing."""
    return None


def fit(run: Run, value: Any, kind: FeelType, what: str) -> Any:
    """The value brought to a type; null with a reason if it does not fit."""
    if value is None or kind.plain is object or type(value) is kind.plain:
        return value
    fits, converted = coerce(value, kind, run.meter)
    return converted if fits else run.null(f"{what}: {type_name(value)} does not fit the type {kind}")


def typed(logic: Logic, kind: FeelType, what: str) -> Logic:
    """The logic with its result brought to a type."""
    return lambda situation, variables: fit(situation.run, logic(situation, variables), kind, what)


def literal(builder: Builder, element: Element) -> Logic:
    """A text of the expression language."""
    refuse_others(element, builder.report, ("text",))
    where = child(element, "text")
    text = "" if where is None else (where.text or "").strip()
    if where is None or not text:
        return null
    made = builder.expression(where, text)
    return null if made is None else lambda situation, variables: made.evaluate_in(situation.run, variables)


def _context(builder: Builder, element: Element) -> Logic:
    """Entries that see earlier ones; an entry without a name is the result."""
    refuse_others(element, builder.report, ("contextEntry",))
    entries: list[tuple[str | None, Logic]] = []
    for entry in children(element, "contextEntry"):
        variable = child(entry, "variable")
        name = None if variable is None else str(variable.get("name"))
        inside = builder.bind(name) if name is not None and any(
            local(each) == "functionDefinition" for each in entry) else builder
        kind = builder.types.of(variable)
        entries.append((name, typed(inside.only(entry, "variable"), kind, name or "result")))
        if name is not None:
            builder = builder.bind(name)
    if any(name is None for name, _ in entries[:-1]):
        builder.report.add("context", element, msg("Only the last entry of a context may have no name."))

    def evaluate(situation: Situation, variables: Mapping[str, Any]) -> Any:
        inside, made = dict(variables), dict[str, Any]()
        for name, logic in entries:
            value = logic(situation, inside)
            if name is None:
                return value
            inside[name] = made[name] = value
        return made

    return evaluate


def _list(builder: Builder, element: Element) -> Logic:
    items = [builder.logic(each) for each in element if local(each) in BOXES]
    refuse_others(element, builder.report, tuple(BOXES))
    return lambda situation, variables: [item(situation, variables) for item in items]


def _relation(builder: Builder, element: Element) -> Logic:
    refuse_others(element, builder.report, ("column", "row"))
    columns = [str(column.get("name")) for column in children(element, "column")]
    rows: list[list[Logic]] = []
    for row in children(element, "row"):
        cells = [builder.logic(each) for each in row if local(each) in BOXES]
        if len(cells) != len(columns):
            builder.report.add("relation", row, msg("The row has %(cells)s cells for %(columns)s columns."),
                               cells=len(cells), columns=len(columns))
        rows.append(cells)
    return lambda situation, variables: [
        {name: cell(situation, variables) for name, cell in zip(columns, row, strict=False)} for row in rows
    ]


def _invocation(builder: Builder, element: Element) -> Logic:
    """A function called with named arguments."""
    callee = next((each for each in element if local(each) in BOXES), None)
    refuse_others(element, builder.report, ("binding", *BOXES))
    function = builder.logic(callee)
    bindings: dict[str, Logic] = {}
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        name = "" if parameter is None else str(parameter.get("name"))
        bindings[name] = typed(builder.only(binding, "parameter"), builder.types.of(parameter), name)

    def evaluate(situation: Situation, variables: Mapping[str, Any]) -> Any:
        callable_ = function(situation, variables)
        if not isinstance(callable_, FunctionValue):
            return situation.run.null("what is invoked is not a function")
        arguments = {name: logic(situation, variables) for name, logic in bindings.items()}
        try:
            return callable_.call_named(situation.run, arguments)
        except Failure as failure:
            return situation.run.null(str(failure))

    return evaluate


def parameters_of(builder: Builder, element: Element) -> tuple[tuple[str, FeelType], ...]:
    """The formal parameters of a function, with their types."""
    return tuple((str(each.get("name")), builder.types.of(each)) for each in children(element, "formalParameter"))


def function_body(builder: Builder, element: Element | None) -> Logic:
    """The logic inside a function definition; the kinds Java and PMML are refused."""
    if element is None:
        return null
    if element.get("kind", "FEEL") != "FEEL":
        builder.report.add("function_kind", element, msg("Functions of the kind %(kind)s are refused."),
                           kind=element.get("kind"))
        return null
    return builder.only(element, "formalParameter")


def _function(builder: Builder, element: Element) -> Logic:
    """A function made where it stands."""
    parameters = parameters_of(builder, element)
    body = function_body(builder.bind(*(name for name, _ in parameters)), element)
    return lambda situation, variables: BoxedFunction(situation, parameters, body, variables)


class BoxedFunction(FunctionValue):
    """A function whose body is a boxed expression, with the variables of the place where it was made."""

    def __init__(self, situation: Situation, parameters: Sequence[tuple[str, FeelType]], body: Logic,
                 variables: Mapping[str, Any], result_type: FeelType | None = None) -> None:
        self._situation, self._body, self._variables = situation, body, variables
        self._parameters = parameters
        self.parameters = [name for name, _ in parameters]
        self.parameter_types = [kind for _, kind in parameters]
        self.result_type = result_type

    def call(self, run: Run, arguments: Sequence[Any]) -> Any:
        """By position."""
        if len(arguments) != len(self._parameters):
            raise Failure(f"{len(self._parameters)} arguments are expected, not {len(arguments)}")
        values = {}
        for (name, kind), given in zip(self._parameters, arguments, strict=True):
            fits, values[name] = coerce(given, kind, run.meter)
            if not fits:
                raise Failure(f"{name} is a {type_name(given)}, not a {kind}")
        run.meter.enter()
        try:
            value = self._body(self._situation, {**self._variables, **values})
        finally:
            run.meter.leave()
        return value if self.result_type is None else fit(run, value, self.result_type, "result")

    def call_named(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        """By name; the names must be exactly those of the parameters."""
        if set(arguments) != set(self.parameters):
            raise Failure("the names of the arguments are not those of the parameters")
        return self.call(run, [arguments[name] for name in self.parameters])


BOXES: dict[str, Callable[[Builder, Element], Logic]] = {
    "literalExpression": literal, "context": _context, "list": _list, "relation": _relation,
    "invocation": _invocation, "functionDefinition": _function,
}
"""Which element is built by what; iterations and tables add themselves."""
