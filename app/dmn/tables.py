"""Decision tables: reading their columns and rules, and finding the rules that match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.dmn.boxed import BOXES, Builder, fit
from app.dmn.hit_policies import AGGREGATIONS, HIT_POLICIES, SHORT_NAMES, answer
from app.dmn.item_types import ANY, restricted
from app.dmn.model import Logic, Situation
from app.dmn.reading import Element, child, children, refuse_others, text_element
from app.feel import Expression, FeelType, coerce, compile_unary_tests, new_run, to_json
from app.kernel.errors import msg


@dataclass(frozen=True)
class Input:
    """A column of tests: `expression` gives the value they are about."""

    label: str
    expression: Expression
    type: FeelType


@dataclass(frozen=True)
class Output:
    """A column of results. `order` ranks the values where the hit policy asks for it."""

    name: str
    type: FeelType
    default: Expression | None
    order: tuple[Any, ...]


@dataclass(frozen=True)
class Rule:
    """One row: its tests (None: anything), its results, its annotations."""

    id: str
    number: int
    tests: tuple[Expression | None, ...]
    results: tuple[Expression | None, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A whole table, ready to be asked."""

    id: str
    policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def __call__(self, situation: Situation, variables: Mapping[str, Any]) -> Any:
        """The table's answer; what matched is added to the situation's tables."""
        run = situation.run
        values = [fit(run, each.expression.evaluate_in(run, variables), each.type, each.label) for each in self.inputs]
        matched = self._matching(situation, variables, values)
        rows = [{output.name: self._result(situation, variables, rule, at) for at, output in enumerate(self.outputs)}
                for rule in matched]
        value = answer(self.policy, self.aggregation, rows, self._value, self._priority, run) if rows else (
            self._default(situation, variables))
        situation.tables.append({
            "table": self.id, "hit_policy": self.policy,
            "inputs": [{"label": each.label, "value": to_json(v)} for each, v in zip(self.inputs, values, strict=True)],
            "matched": [{"rule": rule.id, "row": rule.number, "outputs": to_json(row),
                         "annotations": list(rule.annotations)} for rule, row in zip(matched, rows, strict=True)],
        })
        return value

    def _matching(self, situation: Situation, variables: Mapping[str, Any], values: list[Any]) -> list[Rule]:
        matched = []
        cells = [{**variables, "?": value} for value in values]
        for rule in self.rules:
            situation.run.meter.step()
            if all(test is None or test.evaluate_in(situation.run, cell) is True
                   for test, cell in zip(rule.tests, cells, strict=True)):
                matched.append(rule)
                if self.policy == "FIRST":
                    break
        return matched

    def _result(self, situation: Situation, variables: Mapping[str, Any], rule: Rule, at: int) -> Any:
        expression, output = rule.results[at], self.outputs[at]
        if expression is None:
            return None
        return fit(situation.run, expression.evaluate_in(situation.run, variables), output.type, output.name)

    def _value(self, row: Mapping[str, Any]) -> Any:
        return dict(row) if len(self.outputs) > 1 else row[self.outputs[0].name]

    def _priority(self, row: Mapping[str, Any]) -> tuple[int, ...]:
        """Ranks in the order of the outputs' allowed values; a value that is not listed comes last."""
        return tuple(
            output.order.index(row[output.name]) if row[output.name] in output.order else len(output.order)
            for output in self.outputs)

    def _default(self, situation: Situation, variables: Mapping[str, Any]) -> Any:
        if all(output.default is None for output in self.outputs):
            return situation.run.null("no rule matches")
        row = {
            output.name: None if output.default is None else fit(
                situation.run, output.default.evaluate_in(situation.run, variables), output.type, output.name)
            for output in self.outputs
        }
        return self._value(row)


def table(builder: Builder, element: Element) -> Logic:
    """Build a table from its element."""
    refuse_others(element, builder.report, ("input", "output", "rule", "annotation"))
    given = str(element.get("hitPolicy", "UNIQUE"))
    policy = SHORT_NAMES.get(given, given)
    if policy not in HIT_POLICIES:
        builder.report.add("hit_policy", element, msg("There is no hit policy %(name)s."), name=given)
    aggregation = element.get("aggregation") if policy == "COLLECT" else None
    if aggregation is not None and aggregation not in AGGREGATIONS:
        builder.report.add("aggregation", element, msg("There is no aggregation %(name)s."), name=aggregation)
    inputs = tuple(_input(builder, each) for each in children(element, "input"))
    outputs = tuple(_output(builder, each, number) for number, each in enumerate(children(element, "output"), 1))
    if not outputs:
        builder.report.add("missing", element, msg("The part <%(name)s> is missing."), name="output")
    if aggregation is not None and len(outputs) > 1:
        builder.report.add("aggregation", element, msg("A table that aggregates has one output."))
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.order for output in outputs):
        builder.report.add("hit_policy", element, msg("This hit policy needs the allowed values of an output."))
    rules = tuple(_rule(builder, each, number, (inputs, outputs))
                  for number, each in enumerate(children(element, "rule"), 1))
    return Table(str(element.get("id") or ""), policy, aggregation, inputs, outputs, rules)


_NULL = compile_unary_tests("-")


def _input(builder: Builder, element: Element) -> Input:
    refuse_others(element, builder.report, ("inputExpression", "inputValues"))
    subject = child(element, "inputExpression")
    where, text = text_element(subject)
    if where is None or not text:
        builder.report.add("missing", element, msg("The input has no expression."))
        return Input("", _NULL, ANY)
    made = builder.expression(where, text)
    kind = restricted(builder.types.of(subject), builder.types.allowed(child(element, "inputValues")))
    return Input(str(element.get("label") or text), made or _NULL, kind)


def _output(builder: Builder, element: Element, number: int) -> Output:
    refuse_others(element, builder.report, ("outputValues", "defaultOutputEntry"))
    values = child(element, "outputValues")
    where, text = text_element(values)
    kind = restricted(builder.types.of(element), builder.types.allowed(values))
    order: tuple[Any, ...] = ()
    if where is not None and text:
        listed = builder.expression(where, f"[{text}]")
        found = None if listed is None else listed.evaluate({}).value
        order = tuple(found) if isinstance(found, list) else ()
    default_at, default = text_element(child(element, "defaultOutputEntry"))
    made = builder.expression(default_at, default) if default_at is not None and default else None
    return Output(str(element.get("name") or f"output {number}"), kind, made, order)


def _rule(builder: Builder, element: Element, number: int,
          columns: tuple[tuple[Input, ...], tuple[Output, ...]]) -> Rule:
    refuse_others(element, builder.report, ("inputEntry", "outputEntry", "annotationEntry"))
    tests, results = children(element, "inputEntry"), children(element, "outputEntry")
    inputs, width = len(columns[0]), len(columns[1])
    if len(tests) != inputs or len(results) != width:
        builder.report.add("rule", element, msg("The rule has %(cells)s cells for %(columns)s columns."),
                           cells=len(tests) + len(results), columns=inputs + width)
        return Rule("", number, (None,) * inputs, (None,) * width, ())
    return Rule(
        str(element.get("id") or ""), number,
        tuple(_test(builder, each) for each in tests),
        tuple(_result(builder, each, output) for each, output in zip(results, columns[1], strict=True)),
        tuple(text_element(each)[1] for each in children(element, "annotationEntry")),
    )


def _test(builder: Builder, element: Element) -> Expression | None:
    refuse_others(element, builder.report, ("text",))
    where, text = text_element(element)
    if where is None or text in ("", "-"):
        return None
    return builder.bind("?").expression(where, text, compile_unary_tests)


def _result(builder: Builder, element: Element, output: Output) -> Expression | None:
    """The expression of a result; a constant that its column does not allow is a fault of the file."""
    refuse_others(element, builder.report, ("text",))
    where, text = text_element(element)
    made = None if where is None or text in ("", "-") else builder.expression(where, text)
    if made is not None and not made.names and not made.functions_used:
        run = new_run()
        if not coerce(made.evaluate_in(run, {}), output.type, run.meter)[0]:
            builder.report.add("not_allowed", where, msg("%(text)s is no allowed value of the output %(name)s."),
                               text=text, name=output.name)
    return made


BOXES["decisionTable"] = table
