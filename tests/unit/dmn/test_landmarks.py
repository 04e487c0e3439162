"""What a cell depends on, as the analysis of tables reads it; and values that stand between two others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dmn.analysis.between import line_of
from app.dmn.analysis.findings import literal_text
from app.feel import (
    DaysTimeDuration,
    FeelDate,
    FeelDateTime,
    YearsMonthsDuration,
    compile_expression,
    compile_unary_tests,
    landmarks,
    new_run,
    read_temporal,
)

DAY = FeelDate(2026, 10, 1)


@pytest.mark.parametrize(("cell", "values", "listed", "ordered", "negated"), [
    ("-", (), (), False, False),
    ('"a", "b"', ("a", "b"), ("a", "b"), False, False),
    ('not("a", null)', ("a", None), ("a", None), False, True),
    ("[1..5)", (1, 5), (), True, False),
    ("> 2 * 3 - 1", (5,), (), True, False),
    ("-5, < -3", (-5, -3), (-5,), True, False),
    ('date("2026-10-01")', (DAY,), (DAY,), False, False),
    ('>= @"2026-10-01"', (DAY,), (), True, False),
    ('duration("P1D")', (DaysTimeDuration(86_400 * 10 ** 9),), (DaysTimeDuration(86_400 * 10 ** 9),), False, False),
    ("? = true", (True,), (), False, False),
    ("? > 3 and (? <= 5 or 7 = ?)", (3, 5, 7), (), True, False),
    ("not(? = 3)", (3,), (), False, True),
    ("? != 1, not(? in (2, [3..4]))", (1, 2, 3, 4), (), True, False),
    ("? between 1 and 3", (1, 3), (), True, False),
    ('["a", "b"]', ("a", "b"), (), False, False),
    ("?", (True,), (), False, False),
])
def test_a_cell_that_compares_tells_its_values(cell: str, values: Any, listed: Any, ordered: bool, negated: bool) -> None:
    found = landmarks(cell)
    assert found is not None and not found.open
    assert (found.values, found.listed, found.ordered, found.negated) == (values, listed, ordered, negated)


@pytest.mark.parametrize(("cell", "values"), [
    ('starts with(?, "a")', ("a",)), ("even(?)", ()), ("? * 2 = 6", (2, 6)), ("? instance of number", ()),
    ("string length(?) > 3, 7", (3, 7)), ("?.day = 5", (5,)), ('? in ["a"][1]', ("a", 1)),
])
def test_a_function_of_the_input_is_open(cell: str, values: Any) -> None:
    found = landmarks(cell)
    assert found is not None and found.open and found.values == values and found.listed == ()


@pytest.mark.parametrize("cell", ["x", "> x", "? > x", "a.b", "< today()", '? < now()', 'setting("a")', '"a', "", "[1..",
                                  "(" * 500 + "1" + ")" * 500, "? in names"])
def test_what_hangs_on_more_than_the_input_is_not_told(cell: str) -> None:
    assert landmarks(cell) is None


def holds(cell: str, value: Any) -> bool:
    return compile_unary_tests(cell).evaluate_in(new_run(), {"?": value}) is True


VALUES = {
    Decimal: st.decimals(-(10 ** 33), 10 ** 33, allow_nan=False, places=3), str: st.text("ab\0z 界", max_size=3),
    FeelDate: st.integers(-10 ** 6, 10 ** 6).map(FeelDate.from_days),
    DaysTimeDuration: st.integers(-10 ** 20, 10 ** 20).map(DaysTimeDuration),
    YearsMonthsDuration: st.integers(-10 ** 6, 10 ** 6).map(YearsMonthsDuration),
    FeelDateTime: st.integers(-10 ** 9, 10 ** 9).map(lambda at: FeelDateTime.from_nanos(at * 10 ** 9, None)),
}


@given(st.sampled_from(list(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind], VALUES[kind])))
def test_a_value_between_two_lies_between_them_for_the_engine_too(made: tuple[type, Any, Any]) -> None:
    kind, one, other = made
    line = line_of(kind, [one, other])
    assert line is not None
    low, high = sorted((one, other), key=line.key)
    between, below, above = line.pick(low, high), line.pick(None, low), line.pick(high, None)
    run, test = new_run(), compile_expression("low < x and x < high")
    if between is not None and kind is not str:
        assert test.evaluate_in(run, {"low": low, "high": high, "x": between}) is True
    assert between is None or line.key(low) < line.key(between) < line.key(high)
    assert below is None or line.key(below) < line.key(low)
    assert above is not None and line.key(above) > line.key(high)
    if between is None:
        assert low == high or kind in (str, FeelDate, YearsMonthsDuration, DaysTimeDuration, FeelDateTime)


@pytest.mark.parametrize("text", [
    "null", "true", '"a\\"b\\\\"', "0.25", "-3", 'date("2026-03-01")', 'time("12:00:00")',
    'date and time("2026-03-01T00:00:00Z")', 'duration("P1DT2H")', 'duration("P1Y2M")'])
def test_an_example_is_written_as_a_cell_would_write_it(text: str) -> None:
    value = compile_expression(text).evaluate({}).value
    assert literal_text(value) == text and holds(text, value)


def test_moments_with_a_zone_and_without_do_not_stand_on_one_line() -> None:
    with_zone, without = read_temporal("2026-03-01T00:00:00Z"), read_temporal("2026-03-01T00:00:00")
    assert line_of(FeelDateTime, [with_zone, without]) is None
