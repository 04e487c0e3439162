"""Requirement graphs, functions, services and boxed expressions."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.dmn import decide, load
from app.feel import Budget, BudgetExceeded, to_json
from app.kernel.errors import NotFound
from tests.unit.dmn.making import NOW, ask, decision, input_data, literal, model, table

FUNCTION = ('<businessKnowledgeModel id="f_add" name="add days"><encapsulatedLogic>'
            '<formalParameter name="n" typeRef="number"/><formalParameter name="by"/>'
            f"{literal('n + by')}</encapsulatedLogic></businessKnowledgeModel>")


def test_decisions_are_decided_from_the_bottom_up_and_once() -> None:
    body = input_data("x") + decision("d_a", literal("x * 2"), "x") + decision("d_b", literal("d_a + 1"), "d_a")
    body += decision("d_c", literal("d_a + d_b"), "d_a", "d_b")
    result = ask(body, "d_c", x=5)
    assert result.value == 21
    assert result.trace["required"] == {"d_a": 10, "d_b": 11}


def test_only_what_is_required_is_visible() -> None:
    body = input_data("x", "y") + decision("d_a", literal("[x, get value({a: 1}, \"a\")]"), "x")
    assert ask(body, "d_a", x=1, y=2).value == [1, 1]


def test_without_declared_inputs_every_given_variable_is_visible() -> None:
    assert ask(decision("d_a", literal("case.kind + other")), "d_a", case={"kind": "a"}, other="b").value == "ab"


def test_a_function_is_called_from_text_and_by_invocation() -> None:
    invocation = ("<invocation><literalExpression><text>add days</text></literalExpression>"
                  f'<binding><parameter name="n"/>{literal("x")}</binding>'
                  f'<binding><parameter name="by"/>{literal("10")}</binding></invocation>')
    body = input_data("x") + FUNCTION + decision("d_a", literal("add days(1, 2)"), "f_add")
    body += decision("d_b", invocation, "x", "f_add")
    assert ask(body, "d_a").value == 3
    assert ask(body, "d_b", x=5).value == 15


def test_a_service_offers_decisions_as_a_function() -> None:
    service = ('<decisionService id="f_s" name="service"><outputDecision href="#d_a"/>'
               '<inputData href="#in_x"/></decisionService>')
    body = input_data("x") + decision("d_a", literal("x + 1"), "x") + service
    assert ask(body + decision("d_b", literal("service(41)"), "f_s"), "d_b").value == 42


@pytest.mark.parametrize(("logic", "expected"), [
    (f'<context><contextEntry><variable name="a"/>{literal("x + 1")}</contextEntry>'
     f'<contextEntry><variable name="b"/>{literal("a * 2")}</contextEntry></context>', {"a": 4, "b": 8}),
    (f'<context><contextEntry><variable name="a"/>{literal("x + 1")}</contextEntry>'
     f"<contextEntry>{literal('a * 2')}</contextEntry></context>", 8),
    ('<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/>'
     f'{literal("if n < 2 then 1 else n * f(n - 1)")}</functionDefinition></contextEntry>'
     f"<contextEntry>{literal('f(x)')}</contextEntry></context>", 6),
    (f"<list>{literal('x')}{literal('2')}</list>", [3, 2]),
    ('<relation><column name="a"/><column name="b"/>'
     f"<row>{literal('x')}{literal('1')}</row></relation>", [{"a": 3, "b": 1}]),
    (f"<conditional><if>{literal('x > 1')}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>", 1),
    (f"<filter><in>{literal('[1, 2, x]')}</in><match>{literal('item > 1')}</match></filter>", [2, 3]),
    (f'<for iteratorVariable="i"><in>{literal("[1, x]")}</in><return>{literal("i * 2")}</return></for>', [2, 6]),
    (f'<some iteratorVariable="i"><in>{literal("[1, x]")}</in><satisfies>{literal("i > 2")}</satisfies></some>', True),
    (f'<every iteratorVariable="i"><in>{literal("[1, x]")}</in><satisfies>{literal("i > 2")}</satisfies></every>', False),
])
def test_a_boxed_expression_gives(logic: str, expected: Any) -> None:
    assert to_json(ask(input_data("x") + decision("d_a", logic, "x"), "d_a", x=3).value) == expected


def test_an_item_definition_types_a_decision() -> None:
    types = ('<itemDefinition name="tLevel"><typeRef>string</typeRef><allowedValues><text>"一般", "紧急"</text>'
             '</allowedValues></itemDefinition><itemDefinition name="tAll" isCollection="true"><itemComponent name="level">'
             "<typeRef>tLevel</typeRef></itemComponent></itemDefinition>")
    body = types + input_data("x") + decision("d_a", literal("[{level: x}]"), "x", kind="tAll")
    assert ask(body, "d_a", x="紧急").value == [{"level": "紧急"}]
    assert ask(body, "d_a", x="别的").value is None


def test_the_clock_and_the_functions_are_those_given() -> None:
    made = load(model(decision("d_a", literal('string(today()) + setting("suffix")'))), "f.dmn")
    functions = {"setting": lambda name: f" {name}"}
    assert decide(made, "d_a", {}, now=datetime(2026, 1, 1, 20, tzinfo=UTC), functions=functions).value == "2026-01-01 suffix"
    local = datetime(2026, 1, 1, 20, tzinfo=UTC).astimezone(ZoneInfo("Asia/Shanghai"))
    assert decide(made, "d_a", {}, now=local, functions=functions).value == "2026-01-02 suffix"


def test_an_unknown_decision_is_not_found_and_a_missing_input_is_null() -> None:
    made = load(model(input_data("x") + decision("d_a", literal("x = null"), "x")), "f.dmn")
    assert decide(made, "d_a", {}, now=NOW).value is True
    assert decide(made, "d_a", {"x": float("nan")}, now=NOW).trace["reasons"] == ["x: a number that is not finite"]
    with pytest.raises(NotFound):
        decide(made, "d_z", {}, now=NOW)


def test_one_budget_holds_for_a_whole_question() -> None:
    loop = literal("count(for i in 1..9000 return i)")
    body = decision("d_a", loop) + decision("d_b", loop) + decision("d_c", literal("d_a + d_b"), "d_a", "d_b")
    made = load(model(body), "f.dmn")
    assert decide(made, "d_c", {}, now=NOW).value == 18_000
    with pytest.raises(BudgetExceeded):
        decide(made, "d_c", {}, now=NOW, budget=Budget(steps=30_000))


def test_a_large_table_is_asked_quickly() -> None:
    rules = [(f'"k{n}"', f"[{n}..{n + 5}]", str(n)) for n in range(1000)]
    made = load(model(input_data("k", "n") + decision("d_a", table(["k", "n"], ["out"], rules), "k", "n")), "f.dmn")
    for n in (0, 500, 999):
        assert decide(made, "d_a", {"k": f"k{n}", "n": n + 1}, now=NOW).value == n
