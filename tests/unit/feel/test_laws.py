"""Laws that hold for whatever is put in."""

from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from app.feel import FeelDate, FeelError, compile_expression, compile_unary_tests, read_temporal, to_json
from app.feel.temporal import DaysTimeDuration

NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10**9, max_value=10**9)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4))
FRAGMENTS = st.sampled_from([
    "1", "2.5", '"a"', "x", "y.z", "[", "]", "(", ")", "{", "}", ",", ":", "..", ".", "+", "-", "*", "/", "**", "=", "!=",
    "<", "<=", "and", "or", "not(", "if", "then", "else", "for", "i", "in", "return", "some", "satisfies", "between",
    "instance", "of", "list<", ">", '@"P1D"', "null", "true", "function(", "?", "区域", "count(", "date(", "//", "/*", "'",
    "\\", '"',
])


@settings(max_examples=400, deadline=None)
@given(st.lists(FRAGMENTS, max_size=14), SCALARS)
def test_any_text_is_refused_or_evaluated_and_nothing_else_happens(parts: list[str], x: object) -> None:
    for compile_text in (compile_expression, compile_unary_tests):
        with suppress(FeelError):
            to_json(compile_text(" ".join(parts)).evaluate({"x": x, "?": x}).value)


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_equality_is_an_equivalence_and_null_stays_apart(first: object, second: object) -> None:
    same = compile_expression("[a = a, a = b, b = a, a = null]").evaluate({"a": first, "b": second}).value
    assert same[0] is True and same[1] is same[2] and same[3] is (first is None)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS)
def test_numbers_are_exact(a: Decimal, b: Decimal) -> None:
    assert compile_expression("(a + b) - b = a and a * b = b * a").evaluate({"a": a, "b": b}).value is True


@settings(max_examples=200, deadline=None)
@given(st.integers(-10**11, 10**11), st.integers(-10**18, 10**18))
def test_days_and_texts_of_time_go_both_ways(days: int, nanos: int) -> None:
    assert FeelDate.from_days(days).days == days
    assert read_temporal(str(FeelDate.from_days(days))) == FeelDate.from_days(days)
    assert read_temporal(str(DaysTimeDuration(nanos))) == DaysTimeDuration(nanos)
