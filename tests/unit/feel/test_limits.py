"""Hostile texts and values: refused or bounded, never run, never slow."""

from decimal import Decimal

import pytest

from app.feel import Budget, BudgetExceeded, FeelError, FeelSyntaxError, compile_expression, to_json
from tests.pace import measured
from tests.unit.feel.escapes import ESCAPES, watching
from tests.unit.feel.making import value


@pytest.mark.parametrize("text", ESCAPES)
def test_security_03_a_python_escape_is_refused_or_means_nothing(text: str) -> None:
    """Whatever parses at all reads names and members that do not exist, and calls nothing."""
    value("1")
    with watching() as seen:
        try:
            made = compile_expression(text).evaluate({"a": {"b": 1}, "x": 1}).value
        except FeelSyntaxError:
            made = None
    assert not seen
    assert made is None, f"{text} gave {made}"


def test_security_03_at_least_fifty_escapes_are_parse_errors() -> None:
    refused = 0
    for text in ESCAPES:
        try:
            compile_expression(text)
        except FeelSyntaxError:
            refused += 1
    assert refused >= 50


def test_security_33_a_catastrophic_pattern_is_linear() -> None:
    made = compile_expression('[matches(text, "(a+)+$"), matches(text, "(a|aa)+b"), matches(text, "(.*)*x")]')
    made.evaluate({"text": "aaa"})
    with measured() as spent:
        assert made.evaluate({"text": "a" * 100_000}).value == [True, False, False]
    assert spent[0] < 0.05


@pytest.mark.parametrize("given", [float("nan"), float("inf"), -float("inf"), Decimal("NaN"), Decimal("sNaN"),
                                   Decimal("Infinity"), Decimal("1e7000"), 10 ** 10_000, object()], ids=range(9))
def test_security_36_a_number_that_is_none_becomes_null(given: object) -> None:
    outcome = compile_expression("x + 1").evaluate({"x": given})
    assert outcome.value is None and outcome.reasons
    assert compile_expression("x").evaluate({"x": [given]}).value is None


def test_security_36_large_numbers_stay_numbers_and_never_become_infinite() -> None:
    assert value("1e400 / 1e399") == 10
    assert value("10 ** 6000 * 10 ** 6000") is None
    assert value('number("NaN")') is None and value('number("Infinity")') is None
    assert isinstance(value("1e400"), Decimal)
    with pytest.raises(FeelSyntaxError):
        compile_expression("1e7000")


SHARED = "({l0: [1, 1], " + ", ".join(f"l{i}: [l{i - 1}, l{i - 1}]" for i in range(1, 50)) + "}.l49)"
ENDLESS = [
    "count(for i in 1..10000, j in 1..10000 return 1)", "some i in 1..1000000000 satisfies i < 0",
    "{f: function(n) f(n + 1)}.f(1)", "count(for i in 1..10000 return upper case(big))",
    "{s0: big, " + ", ".join(f"s{i}: s{i - 1} + s{i - 1}" for i in range(1, 40)) + "}.s39",
    f"{SHARED} = {SHARED}", f"string({SHARED})", f"flatten({SHARED})", f"5 in {SHARED}", f"{SHARED}.x", SHARED,
    f"{SHARED} instance of " + "list<" * 50 + "number" + ">" * 50,
]
DEEP = ["(" * 5000, "[" * 5000, "a" + ".b" * 20_000, "a" + "[1]" * 20_000, "f" + "()" * 20_000, "]1.." * 200, "{a:" * 5000,
        "1" + " in 1" * 15_000, "if true then 1 else " * 4000 + "1", "1 instance of " + "list<" * 5000, "1" * 100_001,
        "(a or b and c = d + e * f ** " * 100, "not(" * 5000]


@pytest.mark.parametrize("text", ENDLESS, ids=range(len(ENDLESS)))
def test_what_would_not_end_exceeds_the_budget_soon(text: str) -> None:
    with measured() as spent, pytest.raises(BudgetExceeded):
        to_json(compile_expression(text).evaluate({"big": "a" * 100_000}).value)
    assert spent[0] < 2


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_what_is_too_deep_or_too_long_is_a_syntax_error_soon(text: str) -> None:
    with measured() as spent, pytest.raises(FeelSyntaxError):
        compile_expression(text, names=["f"])
    assert spent[0] < 2


def test_ordinary_work_fits_into_the_budget() -> None:
    assert value("count(for i in 1..9000 return {a: i}[a > 5].a)") == 9000
    assert value('count(split(text, ","))', text="a," * 9000) == 9001
    assert value("+".join(["1"] * 5000)) == 5000
    assert value("(" * 60 + "1" + ")" * 60) == 1


def test_a_budget_can_be_smaller() -> None:
    for budget in (Budget(steps=10), Budget(list_size=5), Budget(seconds=0)):
        with pytest.raises(FeelError):
            compile_expression("for i in 1..1000 return i * i").evaluate({}, budget=budget)
