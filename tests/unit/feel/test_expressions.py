"""Expressions and what they give. The conformance tests go further; these are the cases this product leans on."""

from decimal import Decimal

import pytest

from app.feel import FeelSyntaxError, compile_expression
from tests.unit.feel.making import cell, reasons, value

CASES = [
    ("1 + 2 * 3 - 4 / 2", 5),
    ("0.1 + 0.2", Decimal("0.3")),
    ("-2 ** 2", 4),
    ("2 ** 3 ** 2", 64),
    ("1 / 3 * 3 = 1", False),
    ("decimal(1 / 3, 2)", Decimal("0.33")),
    ("modulo(-7, 3)", 2),
    ('"楼道" + "堆物"', "楼道堆物"),
    (r'"\u697C\uD83D\uDC0E\\\""', "楼🐎\\\""),
    ('string length("🐎楼")', 2),
    ('substring("接诉即办", 2, 2)', "诉即"),
    ('matches("2026-03", "^\\d{4}-\\d{2}$")', True),
    ('matches("楼道", "\\u697C")', True),
    ('replace("a1b22", "([0-9]+)", "<$1>")', "a<1>b<22>"),
    ('split("a;b;c", ";")', ["a", "b", "c"]),
    ('string join(["a", null, "b"], "、")', "a、b"),
    ("null = null", True), ("1 = null", False), ('1 = "1"', None), ("null + 1", None),
    ("true and null", None), ("false and null", False), ("true or null", True), ("null or false", None),
    ("not(null)", None), ('if null then "a" else "b"', "b"), ("1 < null", None),
    ("5 between 1 and 5 and true", True), ("5 in [1..5)", False), ("5 in (1..5]", True), ("5 in ]1..5[", False),
    ("3 in (1, > 2)", True), ('"b" in ["a", "b"]', True), ("[1..3].end", 3), ("x in (a.b)", False),
    ("[10, 20, 30][-1]", 30), ("[10, 20, 30][2]", 20), ("[10, 20, 30][0]", None), ("[1, 2, 3][item > 1]", [2, 3]),
    ("[{a: 1}, {a: 2}][a > 1].a", [2]), ('[{code: "x"}][code = "x"][1].code', "x"), ("{a: {b: 1}}.a.b", 1),
    ("for i in 1..3, j in [i, 10] return i * j", [1, 10, 4, 20, 9, 30]), ("for i in 3..1 return i", [3, 2, 1]),
    ("for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]", [1, 1, 2, 3, 5]),
    ("some x in [1, 2] satisfies x > 1", True), ("every x in [] satisfies false", True),
    ("some x in [1, null] satisfies x > 1", None),
    ("(function(a: number, b) a + b)(b: 1, a: 2)", 3), ("{twice: function(x) x * 2, y: twice(4)}.y", 8),
    ("{fact: function(n) if n < 2 then 1 else n * fact(n - 1)}.fact(10)", 3628800),
    ("sort([3, 1, 2], function(a, b) a < b)", [1, 2, 3]), ("count([1, null])", 2), ("sum(1, 2, 3)", 6),
    ("min([])", None), ("mean([1, 2])", Decimal("1.5")), ("distinct values([1, 1.0, \"1\"])", [1, "1"]),
    ("flatten([1, [2, [3]]])", [1, 2, 3]), ("union([1, 2], [2, 3])", [1, 2, 3]), ("sublist([1, 2, 3], 2)", [2, 3]),
    ("get value({\"不 满意\": 1}, \"不 满意\")", 1), ("context put({a: 1}, [\"b\"], 2)", {"a": 1, "b": 2}),
    ("[1, \"a\"] instance of list<number>", False), ("{a: 1} instance of context<a: number>", True),
    ("null instance of number", False), ("1 instance of Any", True),
    ("{a b: 1, c+d: 2, e: a b + c+d}.e", 3), ("区域 2 + 1", 8), ("residents waiting", 7),
    ("number(\"1 234,5\", \" \", \",\")", Decimal("1234.5")), ("string(1.50)", "1.5"), ("string({a: \"x\"})", '{a: "x"}'),
    ("before([1..5], [6..9])", True), ("overlaps([1..5], [5..9])", True), ("during(3, [1..5])", True),
    ("range(\"[1..5)\").end included", False), ("1 // the rest is a comment", 1), ("/* two\nlines */ 1", 1),
    ("if 1 = 1 then \"行\" else \"不行\"", "行"), ("all([true, null])", None), ("any([true, null])", True),
]
VARIABLES = {"x": 3, "a": {"b": None}, "区域 2": 7, "residents waiting": 7}


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_an_expression_gives(text: str, expected: object) -> None:
    given = value(text, **VARIABLES)
    assert given == expected and isinstance(given, bool) is isinstance(expected, bool)


CELLS = [
    ("-", None, True), ("< 5", 3, True), ("< 5", None, None), ("[1..3]", 3, True), ('"a", "b"', "b", True),
    ('not("a", "b")', "c", True), ('not("a")', None, True), ("null", None, True), ("2, > 8", 9, True),
    ("? > 3 and ? < 9", 5, True), ('contains(?, "火")', "着火了", True), ("true", False, False), ("false", False, True),
    ("> limit", 5, True), ("limit", 3, True), ('list contains(?, "a")', ["a"], True), ("!= 3", 4, True),
    ("not(? > 3)", 5, False), ('@"2026-01-02"', 3, False),
]


@pytest.mark.parametrize(("text", "tested", "expected"), CELLS)
def test_a_cell_says(text: str, tested: object, expected: object) -> None:
    assert cell(text, tested, limit=3) is expected


def test_names_and_functions_are_known_before_evaluation() -> None:
    made = compile_expression('count(items[price > limit]) + deadline("reply").due_at.day')
    assert made.names == {"items"}
    assert made.names_in_filters == {"price", "limit"}
    assert made.functions_used == {"count", "deadline"}


def test_host_functions_come_with_the_evaluation() -> None:
    made = compile_expression('setting("days") + 1')
    assert made.evaluate({}, functions={"setting": {"days": 4}.get}).value == 5
    assert made.evaluate({}).reasons[0] == "the function setting is not offered here"
    with pytest.raises(FeelSyntaxError):
        compile_expression('setting("days")', functions=())


def test_a_variable_named_like_a_function_hides_it_from_values_only() -> None:
    assert value("count([1, 2]) + count", count=5) == 7


@pytest.mark.parametrize(("text", "reason"), [
    ("gone + 1", "gone is not known"), ('1 + "a"', "number + string has no meaning"), ("[1][4]", "the list has no item 4"),
    ("{a: 1}.b", "the context has no entry b"), ("1 / 0", "no number results: DivisionByZero"),
    ('date("2026-02-30")', "date: there is no day 2026-2-30"), ("substring(1, 1)", "substring: string is a number, not a string"),
])
def test_null_comes_with_a_reason(text: str, reason: str) -> None:
    assert reason in reasons(text)


@pytest.mark.parametrize(("text", "line", "column"), [
    ("1 +", 1, 4), ("(1\n  2)", 2, 3), ("[1, 2", 1, 6), ('"open', 1, 1), ("1 $ 2", 1, 3), ("nothing(1)", 1, 1),
    ("if 1 then\n\n2", 3, 2), ('@"not a date"', 1, 2), ("x instance of nothing", 1, 15), ("a、b", 1, 2), ("{a 1}", 1, 5),
    ("count(list: [1], 2)", 1, 19), ("function(x) external {}", 1, 13), ("1 2", 1, 3), ("", 1, 1),
])
def test_a_syntax_error_has_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)


def test_a_variable_may_bear_the_name_of_a_built_in_function() -> None:
    context = {"number": 3, "date": "today", "items": [{"sum": 2}], "count": 9}
    for text, expected in (("number", 3), ("{a: number, b: date}.b", "today"), ("items[sum = 2].sum", [2]),
                        ("number + count", 12), ('number("5")', 5), ("for x in [number] return x + count", [12])):
        assert compile_expression(text).evaluate(context).value == expected, text
