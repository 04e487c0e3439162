"""Decision tables: reading their columns and rules, and finding the rules that match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.dmn.boxed import BOXES, Builder, fit
from app.dmn.columns import Column, numbered
from app.dmn.hit_policies import AGGREGATIONS, HIT_POLICIES, SHORT_NAMES, answer
from app.dmn.item_types import ANY, restricted
from app.dmn.model import Logic, Situation
from app.dmn.reading import Element, child, children, refuse_others, text_element
from app.feel import Expression, FeelType, Run, coerce, compile_unary_tests, new_run
from app.kernel.errors import msg

ONE_ROW = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY"})
"""Hit policies whose answer is the row itself, where one row matches."""


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
    constant: Mapping[str, Any] | None
    annotations: tuple[str, ...]


class Table:
    """A whole table, ready to be asked."""

    def __init__(self, ident: str, policy: tuple[str, str | None], inputs: tuple[Input, ...],
                 outputs: tuple[Output, ...], rules: tuple[Rule, ...]) -> None:
        self.id, self.inputs, self.outputs, self.rules = ident, inputs, outputs, rules
        self.policy, self.aggregation = policy
        self.columns = tuple(Column([rule.tests[at] for rule in rules]) for at in range(len(inputs)))
        self._only = outputs[0].name if len(outputs) == 1 else None
        self._open = any(column.open for column in self.columns)
        self._all = (1 << len(rules)) - 1

    def __call__(self, situation: Situation, variables: Mapping[str, Any]) -> Any:
        """The table's answer; what matched is added to the situation's tables."""
        run = situation.run
        values = [self._given(run, each, variables) for each in self.inputs]
        matched = [self.rules[at] for at in self._matching(run, variables, values)]
        rows = [rule.constant or self._row(run, variables, rule) for rule in matched]
        if not rows:
            value = self._default(situation, variables)
        elif len(rows) == 1 and self.policy in ONE_ROW:
            value = rows[0][self._only] if self._only is not None else dict(rows[0])
        else:
            value = answer(self.policy, self.aggregation, rows, self._value, self.priority, run)
        situation.tables.append((self, variables, values, matched, rows))
        return value

    def _given(self, run: Run, column: Input, variables: Mapping[str, Any]) -> Any:
        name = column.expression.variable
        value = (variables[name] if name is not None and name in variables
                 else column.expression.evaluate_in(run, variables))
        return value if type(value) is column.type.plain else fit(run, value, column.type, column.label)

    def _matching(self, run: Run, variables: Mapping[str, Any], values: list[Any]) -> list[int]:
        """The numbers of the rules that match, from 0; the first one only where no other counts."""
        run.meter.step()
        left = self._all
        for at, value in enumerate(values):
            left &= self.columns[at].passing(run, value)
            if not left:
                return []
        if self._open:
            return self._asked(run, variables, values, left)
        return [(left & -left).bit_length() - 1] if self.policy == "FIRST" else numbered(left)

    def _asked(self, run: Run, variables: Mapping[str, Any], values: list[Any], left: int) -> list[int]:
        """Of the rules that are left, those whose open cells are true."""
        cells: list[Mapping[str, Any]] = [{**variables, "?": value} for value in values]
        found = []
        for at in numbered(left):
            run.meter.step()
            if all(self.opens(run, at, which, cell) for which, cell in enumerate(cells)):
                found.append(at)
                if self.policy == "FIRST":
                    break
        return found

    def opens(self, run: Run, rule: int, which: int, cell: Mapping[str, Any]) -> bool:
        """Whether an open cell is true with these variables; cells that are not open have been asked already."""
        test = self.rules[rule].tests[which]
        return not self.columns[which].open >> rule & 1 or test is None or test.evaluate_in(run, cell) is True

    def _row(self, run: Run, variables: Mapping[str, Any], rule: Rule) -> Mapping[str, Any]:
        """The results of one rule by output."""
        return {output.name: None if result is None else fit(run, result.evaluate_in(run, variables), output.type,
                                                             output.name)
                for output, result in zip(self.outputs, rule.results, strict=True)}

    def _value(self, row: Mapping[str, Any]) -> Any:
        return dict(row) if self._only is None else row[self._only]

    def priority(self, row: Mapping[str, Any]) -> tuple[int, ...]:
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
    """Build a table from its element; one without a fault is noted in the report."""
    faults = builder.report.errors
    refuse_others(element, builder.report, ("input", "output", "rule", "annotation"))
    given = str(element.get("hitPolicy", "UNIQUE"))
    policy = SHORT_NAMES.get(given, given)
    if policy not in HIT_POLICIES:
        builder.report.add("hit_policy", element, msg("There is no hit policy %(name)s."), name=given)
    aggregation = element.get("aggregation") if policy == "COLLECT" else None
    if aggregation is not None and aggregation not in AGGREGATIONS:
        builder.report.add("aggregation", element, msg("There is no aggregation %(name)s."), name=aggregation)
    heads = [*children(element, "input"), *children(element, "output")]
    headings = [str(each.get("label") or each.get("name") or text_element(child(each, "inputExpression"))[1])
                for each in heads]
    width = len(children(element, "input"))
    inputs = tuple(_input(_in_column(builder, at, headings), each) for at, each in enumerate(heads[:width]))
    outputs = tuple(_output(_in_column(builder, width + at, headings), each, at + 1)
                    for at, each in enumerate(heads[width:]))
    if not outputs:
        builder.report.add("missing", element, msg("The part <%(name)s> is missing."), name="output")
    if aggregation is not None and len(outputs) > 1:
        builder.report.add("aggregation", element, msg("A table that aggregates has one output."))
    if policy in ("PRIORITY", "OUTPUT ORDER") and not any(output.order for output in outputs):
        builder.report.add("hit_policy", element, msg("This hit policy needs the allowed values of an output."))
    rules = tuple(_rule(builder.inside(msg("row %(row)s"), row=number), each, number, (inputs, outputs), headings)
                  for number, each in enumerate(children(element, "rule"), 1))
    made = Table(str(element.get("id") or ""), (policy, aggregation), inputs, outputs, rules)
    if builder.report.errors == faults:
        builder.report.tables.append((element, made))
    return made


def _in_column(builder: Builder, at: int, headings: Sequence[str]) -> Builder:
    """The builder for a cell of a column; the reader counts columns from 1, inputs first, as the editor shows them."""
    return builder.inside(msg("column %(column)s (%(heading)s)"), column=at + 1, heading=headings[at])


_NULL = compile_unary_tests("-")
BARE_TRUE = msg("This cell also holds where the value is not known. Write ? = true, or ? != false where that is meant.")


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
          columns: tuple[tuple[Input, ...], tuple[Output, ...]], headings: Sequence[str]) -> Rule:
    refuse_others(element, builder.report, ("inputEntry", "outputEntry", "annotationEntry"))
    tests, results = children(element, "inputEntry"), children(element, "outputEntry")
    inputs, width = len(columns[0]), len(columns[1])
    if len(tests) != inputs or len(results) != width:
        builder.report.add("rule", element, msg("The rule has %(cells)s cells for %(columns)s columns."),
                           cells=len(tests) + len(results), columns=inputs + width)
        return Rule("", number, (None,) * inputs, (None,) * width, None, ())
    made = tuple(_result(_in_column(builder, inputs + at, headings), each, columns[1][at])
                 for at, each in enumerate(results))
    return Rule(
        str(element.get("id") or ""), number,
        tuple(_test(_in_column(builder, at, headings), each, columns[0][at]) for at, each in enumerate(tests)), made,
        _constant(made, columns[1]),
        tuple(text_element(each)[1] for each in children(element, "annotationEntry")),
    )


def _test(builder: Builder, element: Element, column: Input) -> Expression | None:
    """The test of a cell. A written out `true` is, by the standard, a condition that always holds where the input is
    no boolean: then the cell passes null too, which hardly anybody means.
    """
    refuse_others(element, builder.report, ("text",))
    where, text = text_element(element)
    if where is None or text in ("", "-"):
        return None
    if column.type.name == "boolean" and "true" in [one.strip() for one in text.split(",")]:
        builder.report.add("bare_true", where, BARE_TRUE, severity="warning")
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


def _constant(results: tuple[Expression | None, ...], outputs: tuple[Output, ...]) -> Mapping[str, Any] | None:
    """The results of a rule by output, where they are written out and fit their columns; else None."""
    if not all(each is None or each.is_literal for each in results):
        return None
    run = new_run()
    row = {output.name: None if each is None else fit(run, each.evaluate_in(run, {}), output.type, output.name)
           for each, output in zip(results, outputs, strict=True)}
    return None if run.reasons else row


BOXES["decisionTable"] = table
