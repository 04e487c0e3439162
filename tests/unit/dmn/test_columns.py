"""The index of a table's columns answers as its cells do, asked one by one; the trace names the cell that refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dmn.columns import Column, missed_by_one, numbered
from app.feel import Budget, BudgetExceeded, DaysTimeDuration, FeelDate, Range, compile_unary_tests, new_run
from tests.unit.dmn.making import ask, decision, input_data, table

LITERALS = ('"a"', '"b"', '"暖"', "1", "2.50", "-3", "null", "true", "false", '@"2026-03-01"')
CELLS = st.one_of(
    st.lists(st.sampled_from(LITERALS), min_size=1, max_size=3).map(", ".join),
    st.tuples(st.sampled_from(("<", "<=", ">", ">=", "=", "!=")), st.sampled_from(LITERALS)).map(" ".join),
    st.tuples(st.sampled_from("[("), st.sampled_from(LITERALS), st.sampled_from(LITERALS), st.sampled_from("])"))
    .map(lambda part: f"{part[0]}{part[1]}..{part[2]}{part[3]}"),
    st.sampled_from(("? > limit", 'starts with(?, "a")', "? = null", "not(?)", "-")),
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.sampled_from(["", "a", "ab", "b", "暖", "z"]),
    st.decimals(-5, 5, places=2), st.just(Decimal("2.5")), st.just(FeelDate(2026, 3, 1)),
    st.just(DaysTimeDuration(5)), st.just([Decimal(1)]), st.just(["a"]), st.just({"a": Decimal(1)}),
    st.just(Range(Decimal(1), Decimal(2), True, True)))


def cell(text: str) -> Any:
    return None if text == "-" else compile_unary_tests(text, names=("limit",))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(CELLS, st.booleans()), min_size=1, max_size=6), st.lists(VALUES, min_size=1, max_size=6))
def test_the_index_lets_pass_what_the_cells_let_pass(cells: list[tuple[str, bool]], values: list[Any]) -> None:
    tests = [cell(f"not({text})" if negated and text != "-" else text) for text, negated in cells]
    column = Column(tests)
    for value in [*values, *values]:
        run = new_run()
        passing = column.passing(run, value)
        for at, test in enumerate(tests):
            asked = test is None or test.evaluate_in(new_run(), {"?": value, "limit": Decimal(1)}) is True
            if column.open >> at & 1:
                assert passing >> at & 1
            else:
                assert bool(passing >> at & 1) == asked, (cells[at], value)


def test_a_remembered_answer_keeps_its_reasons() -> None:
    column = Column([compile_unary_tests("< 5")])
    told = []
    for _ in range(2):
        run = new_run()
        assert column.passing(run, "a") == 0
        told.append(run.reasons)
    assert told[0] == told[1] != []


def test_bits_are_numbered_and_the_near_miss_is_found() -> None:
    assert numbered(0b1010001) == [0, 4, 6]
    assert missed_by_one([0b0111, 0b1011]) == (2, 1)
    assert missed_by_one([0b0001, 0b0010]) == (0, 1)
    assert missed_by_one([0b0100, 0b0100, 0b0001]) == (2, 2)
    assert missed_by_one([0b1, 0b1]) is None


def test_the_trace_names_the_cell_that_refused_the_next_best_rule() -> None:
    rules = [('"a"', "> 10", '"big"'), ('"b"', "> 10", '"other"'), ("-", "-", '"rest"')]
    body = input_data("k", "n") + decision("d_a", table(["k", "n"], ["out"], rules, "FIRST"), "k", "n")
    done = ask(body, "d_a", k="a", n=7)
    assert done.value == "rest"
    refused = done.trace["tables"][0]["refused"]
    assert refused == {"rule": refused["rule"], "row": 1, "label": "n", "cell": "> 10", "value": 7}
    assert ask(body, "d_a", k="c", n=7).trace["tables"][0]["refused"] is None


def test_an_open_cell_is_the_one_that_refused() -> None:
    rules = [('"a"', "> limit", '"big"'), ("-", "-", '"rest"')]
    body = input_data("k", "n", "limit") + decision(
        "d_a", table(["k", "n"], ["out"], rules, "FIRST"), "k", "n", "limit")
    assert ask(body, "d_a", k="a", n=7, limit=5).value == "big"
    refused = ask(body, "d_a", k="a", n=7, limit=9).trace["tables"][0]["refused"]
    assert (refused["row"], refused["cell"]) == (1, "> limit")


@pytest.mark.parametrize("steps", [1, 40, 300])
def test_a_small_budget_still_ends_an_evaluation(steps: int) -> None:
    run = new_run(budget=Budget(steps=steps))
    with pytest.raises(BudgetExceeded):
        for _ in range(steps + 1):
            run.meter.step()
