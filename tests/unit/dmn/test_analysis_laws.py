"""What the analysis of a table says is what the engine does: random small tables, asked at every point of a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dmn import decide, load
from app.dmn.analysis import Finding, analysed
from app.dmn.loading import read_whole
from app.feel import FeelDate, FeelType
from tests.unit.dmn.making import NOW, decision, input_data, model, table

KINDS = {"n": "number", "s": "string", "b": "boolean", "d": "date"}
GRID: Mapping[str, list[Any]] = {
    "n": [Decimal(text) for text in ("-1", "0", "0.5", "1", "2", "2.5", "3", "4", "9")],
    "s": ["", "a", "ab", "b", "bb", "c", "zz"], "b": [True, False],
    "d": [FeelDate(2026, 3, day) for day in range(1, 7)],
}
"""Every stretch between the values of the cells below holds one of these."""
WRITTEN = {"n": ["0", "1", "2.5", "4"], "s": ['"a"', '"b"', '"c"'], "b": ["true", "false"],
           "d": ['@"2026-03-02"', 'date("2026-03-04")', '@"2026-03-05"']}


def cells(name: str) -> st.SearchStrategy[str]:
    one = st.sampled_from(WRITTEN[name])
    found = [st.just("-"), st.just("-"), st.lists(one, min_size=1, max_size=2).map(", ".join),
             one.map("not({})".format), one.map("? = {}".format), st.sampled_from(["null", "not(null)", "? != null"])]
    if name != "b":
        found += [
            st.tuples(st.sampled_from(["<", "<=", ">", ">="]), one).map(" ".join),
            st.tuples(st.sampled_from("[("), one, one, st.sampled_from("])")).map(lambda c: f"{c[0]}{c[1]}..{c[2]}{c[3]}"),
            st.tuples(one, one).map(lambda c: f"? >= {c[0]} and ? < {c[1]}"),
            st.tuples(one, one).map(lambda c: f"not(< {c[0]}, {c[1]})"),
        ]
    return st.one_of(found)


OPEN = {"n": ["even(?)", "? > string length(s)", "abs(?) < 2", "? * 2 = 5"], "b": ["? = (n > 1)"],
        "s": ['starts with(?, "a")', "string length(?) > 1", "? = s", 'upper case(?) = "B"', "matches(?, \"[ab]+\")"],
        "d": ["? < today()", "?.day > 3", "? + @\"P1D\" = @\"2026-03-05\""]}


def open_cells(name: str) -> st.SearchStrategy[str]:
    return st.one_of(cells(name), st.sampled_from(OPEN[name]))


@st.composite
def tables(draw: st.DrawFn, some: Callable[[str], st.SearchStrategy[str]] = cells) -> tuple[list[str], list[list[str]]]:
    names = draw(st.lists(st.sampled_from("nsbd"), min_size=1, max_size=3, unique=True))
    rows = draw(st.lists(st.tuples(*(some(name) for name in names)).map(list), min_size=1, max_size=5))
    return names, rows


class Case:
    """One table, its findings, and which rows match at a point."""

    def __init__(self, names: list[str], rows: list[list[str]], policy: str) -> None:
        self.names, self.rows = names, rows
        _, report = read_whole(self._file([str(number % 2) for number in range(len(rows))], policy), "t.dmn")
        known = {name: FeelType(kind) for name, kind in KINDS.items()}
        self.findings: list[Finding] = analysed(report.tables[0][1], known)
        # the same rows answering their numbers, all that match: the other policies stop early or answer null
        self.model = load(self._file([str(number) for number in range(len(rows))], "COLLECT"), "t.dmn")

    def _file(self, results: list[str], policy: str) -> bytes:
        filled = [[*row, result] for row, result in zip(self.rows, results, strict=True)]
        body = "".join(input_data(name, kind=kind) for name, kind in KINDS.items())
        return model(body + decision("d_a", table(self.names, ["o"], filled, policy), *KINDS))

    def matching(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        others = {"n": Decimal(2), "s": "ab", "b": True, "d": FeelDate(2026, 3, 3)}
        return tuple(map(int, decide(self.model, "d_a", {**others, **values}, now=NOW).value or ()))

    def grid(self, *more: Any) -> Iterator[dict[str, Any]]:
        for point in product(*([*GRID[name], *more] for name in self.names)):
            yield dict(zip(self.names, point, strict=True))

    def of(self, *kinds: str) -> list[Finding]:
        return [one for one in self.findings if one.kind in kinds]


@settings(max_examples=150, deadline=None)
@given(tables())
def test_rows_that_meet_are_told_and_only_those(made: tuple[list[str], list[list[str]]]) -> None:
    case = Case(*made, "UNIQUE")
    for one in case.of("overlap"):
        assert set(one.rows) <= set(case.matching(one.example)), one
        assert one.severity == "error" or None in one.example.values()
    seen = {pair for point in case.grid() for pair in combinations(case.matching(point), 2)}
    assert seen <= {one.rows for one in case.of("overlap") if one.severity == "error"}
    with_null = {pair for point in case.grid(None) for pair in combinations(case.matching(point), 2)}
    assert with_null == {one.rows for one in case.of("overlap")}


@settings(max_examples=80, deadline=None)
@given(tables())
def test_under_any_only_rows_with_different_results_conflict(made: tuple[list[str], list[list[str]]]) -> None:
    case = Case(*made, "ANY")
    for one in case.of("conflict"):
        assert set(one.rows) <= set(case.matching(one.example))
    pairs = {pair for point in case.grid(None) for pair in combinations(case.matching(point), 2)}
    assert {pair for pair in pairs if (pair[1] - pair[0]) % 2} == {one.rows for one in case.of("conflict")}


@settings(max_examples=150, deadline=None)
@given(tables())
def test_a_gap_is_told_where_nothing_matches(made: tuple[list[str], list[list[str]]]) -> None:
    case = Case(*made, "UNIQUE")
    found = case.of("gap")
    for one in found:
        assert case.matching(one.example) == ()
    missed = [point for point in case.grid() if not case.matching(point)]
    named = [name for at, name in enumerate(case.names) if any("null" in row[at] for row in case.rows)]
    assert found or not missed
    if not named:
        assert bool(found) == bool(missed)


@settings(max_examples=150, deadline=None)
@given(tables())
def test_a_row_that_never_decides_is_told_and_only_such(made: tuple[list[str], list[list[str]]]) -> None:
    case = Case(*made, "FIRST")
    told = {one.rows[-1] for one in case.of("unreachable", "duplicate")}
    never = {one.rows[-1] for one in case.of("never")}
    first = {rows[0] for point in case.grid(None) if (rows := case.matching(point))}
    surely = {rows[0] for point in case.grid() if (rows := case.matching(point))}
    assert not told & first and not never & surely
    assert set(range(len(case.rows))) - first <= told | never
    for one in case.of("unreachable", "duplicate"):
        matching = case.matching(one.example)
        assert one.rows[-1] in matching and matching[0] < one.rows[-1]
        assert one.kind == "duplicate" or any(row in matching for row in one.rows[:-1])


@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER", "FIRST"])
@settings(max_examples=20, deadline=None)
@given(made=tables())
def test_rows_may_meet_where_all_of_them_count(policy: str, made: tuple[list[str], list[list[str]]]) -> None:
    assert partial(Case(*made, policy).of, "overlap", "conflict")() == []


@settings(max_examples=300, deadline=None)
@given(tables(open_cells), st.sampled_from(["UNIQUE", "ANY", "FIRST"]))
def test_cells_that_cannot_be_read_make_no_false_claim(made: tuple[list[str], list[list[str]]], policy: str) -> None:
    case = Case(*made, policy)
    for one in case.of("overlap", "conflict"):
        assert set(one.rows) <= set(case.matching(one.example)), one
    for one in case.of("gap"):
        assert case.matching(one.example) == (), one
    useless, never = ({one.rows[-1] for one in case.of(*kinds)} for kinds in (("unreachable", "duplicate"), ("never",)))
    for point in case.grid(None):
        rows = case.matching(point)
        assert not rows or policy != "FIRST" or rows[0] not in useless
        assert None in point.values() or not never & set(rows)
