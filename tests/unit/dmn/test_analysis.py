"""What is said of a decision table before it is published: each finding with its place, severity and example."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import Any

import pytest

from app.dmn import lint, load
from app.kernel.errors import Problem
from tests.unit.dmn.making import decision, input_data, literal, model, table

TYPES = {"n": "number", "m": "number", "s": "string", "b": "boolean", "d": "date", "t": "dateTime", "any": "",
         "p": "dayTimeDuration", "y": "yearMonthDuration", "o": "time", "l": "list", "limit": "number"}


def problems(inputs: Sequence[str], rules: Sequence[Sequence[str]], policy: str = "UNIQUE", before: str = "",
             needs: Sequence[str] = (), **more: Any) -> list[Problem]:
    """Of a table over inputs named as in TYPES, and more that `needs` names."""
    names = dict.fromkeys([*(name for name in inputs if name in TYPES), *(name for name in needs if name in TYPES)])
    body = before + "".join(input_data(name, kind=TYPES[name]) for name in names)
    body += decision("d_a", table(inputs, ["out"], rules, policy, **more), *dict.fromkeys([*names, *needs]))
    return lint(model(body), "f.dmn")


def said(*args: Any, **more: Any) -> list[tuple[str, str, str, str]]:
    """(code, severity, element, example) of each."""
    return [(one.code.removeprefix("dmn."), one.severity, one.element or "", str(one.params.get("example", "")))
            for one in problems(*args, **more)]


END = ("-", "0")


@pytest.mark.parametrize(("name", "cells", "example"), [
    ("n", ("< 10", "[5..20]", "> 20"), "n = 5"),
    ("n", ("[1..3]", "(2..4)", "<1", ">= 4"), "n = 3"),
    ("n", ("1, 2", "2, 3", "not(1, 2, 3)"), "n = 2"),
    ("n", ("<= 0.1", ">= 0.1"), "n = 0.1"),
    ("n", ("(0..1)", "(0..0.5)", "<= 0", ">= 1"), "n = 0.25"),
    ("n", ("< 2 * 3", "[-(-5)..5]", ">= 6"), "n = 5"),
    ("n", ("? >= 1 and ? < 3", "? between 2 and 5", "not(? in [1..5])"), "n = 2"),
    ("s", ('"a", "b"', '"b"', 'not("a", "b")'), 's = "b"'),
    ("s", ('not("a")', 'not("b")'), 's = "other"'),
    ("s", ('>= "b"', '["a".."c"]', '< "a"'), 's = "b"'),
    ("s", ('"\\"q\\""', 'starts with(?, "\\"")', 'not("x")'), 's = "\\"q\\""'),
    ("b", ("? = true", "? != false"), "b = true"),
    ("d", ('< date("2026-03-02")', '[@"2026-03-01"..@"2026-03-05"]', '> @"2026-03-05"'), 'd = date("2026-03-01")'),
    ("t", ('< @"2026-03-02T00:00:00Z"', '>= @"2026-03-01T00:00:00Z"'), 't = date and time("2026-03-01T00:00:00Z")'),
    ("o", ('<= @"12:00:00"', '>= @"12:00:00"'), 'o = time("12:00:00")'),
    ("p", ('< @"P3D"', '> @"P1D"'), 'p = duration("P2D")'),
    ("y", ('<= duration("P1Y")', '>= @"P12M"'), 'y = duration("P1Y")'),
    ("any", ('"a", 3', "> 2", "not(3)"), "any = 3"),
])
def test_rows_that_meet_are_a_fault_of_a_table_for_one_row(name: str, cells: Sequence[str], example: str) -> None:
    found = said([name], [(cell, str(number)) for number, cell in enumerate(cells)])
    assert [(one[0], one[1]) for one in found if one[1] == "error"].count(("overlap", "error")) >= 1
    assert found[0] == ("overlap", "error", "r2", example)
    assert load(model(input_data(name, kind=TYPES[name]) + decision(
        "d_a", table([name], ["out"], [(cell, "1") for cell in cells]), name)), "f.dmn"), "loading says nothing of it"


def test_the_sentence_names_both_rows_as_the_page_numbers_them() -> None:
    found = problems(["s", "n"], [('"complaint"', "> 3", "1"), ('"help"', "-", "2"), ("-", "[4..9]", "3"), ("-", "<= 3", "4"),
                                  ("-", "> 9", "5")])
    texts = [one.text() for one in found if one.severity == "error"]
    assert texts[0] == ('Rows 1 and 3 both match, for example with s = "complaint", n = 4; this table allows one row only.')
    assert [one.params["first"] + one.params["row"] for one in found if one.severity == "error"] == ["13", "23", "24", "15", "25"]


def test_under_any_only_different_results_are_a_fault() -> None:
    assert said(["n"], [("< 10", "1"), ("> 5", "1.0")], "ANY") == []
    assert said(["n"], [("< 10", "1"), ("> 5", "2")], "ANY") == [("conflict", "error", "r2", "n = 6")]
    assert said(["n"], [("< 10", "n"), ("> 5", "n")], "ANY") == []
    assert said(["n"], [("< 10", "n"), ("> 5", "n + 0")], "ANY") == [("unchecked_result", "warning", "r2", "n = 6")]


@pytest.mark.parametrize("policy", ["FIRST", "COLLECT", "RULE ORDER", "OUTPUT ORDER", "PRIORITY"])
def test_rows_may_meet_where_the_policy_has_an_order_or_takes_all(policy: str) -> None:
    assert said(["n"], [("< 10", "1"), (">= 5", "2")], policy, values={"out": "1, 2"}) == []


def test_a_value_that_may_be_missing_is_no_fault_unless_the_column_names_it() -> None:
    """`? != true` holds for null too, and so does `? != false`."""
    assert said(["b"], [("? != true", "1"), ("? != false", "2")]) == [("overlap", "warning", "r2", "b = null")]
    named = said(["b"], [("? != true", "1"), ("null", "2"), ("? = true", "3")])
    assert named == [("overlap", "error", "r2", "b = null")]


@pytest.mark.parametrize(("rules", "found"), [
    ([("? > limit", "1"), ("? <= limit", "2")], [("unchecked", "warning", "r2", "n = 0")]),
    ([("> limit", "1"), ("5", "2"), ("< 5", "2"), ("> 5", "2")], [("unchecked", "warning", row, example) for row, example in (
        ("r2", "n = 5"), ("r3", "n = 4"), ("r4", "n = 6"))]),
    ([("even(?)", "1"), ("odd(?)", "2")], [("unchecked", "warning", "r2", "n = 0")]),
    ([("even(?)", "1"), ("2, 3", "2"), ("not(2, 3)", "3")],
     [("overlap", "error", "r2", "n = 2"), ("overlap", "error", "r3", "n = 4")]),
    ([("odd(?)", "1"), ("2, 4", "2"), ("1", "3")], [("overlap", "error", "r3", "n = 1"), ("gap", "warning", "t", "n = 0")]),
])
def test_what_cannot_be_read_from_a_cell_is_never_a_fault_by_itself(rules: Any, found: Any) -> None:
    """A function of the input is asked about the values that the column names; more is not known."""
    assert [one for one in said(["n"], rules, needs=["limit"]) if one[0] != "unused"] == found


def test_rows_that_meet_only_on_a_calculated_input_are_a_hint() -> None:
    rows = [("> 5", "> 5", "1"), ("< 9", "< 9", "2"), ("[5..9]", "[5..9]", "3")]
    found = [one for one in said(["n", "n * 2"], rows) if one[0] == "overlap"]
    assert {one[1] for one in found} == {"warning"} and found[0][3] == "n = 6, n * 2 = 6"
    assert [one[1] for one in said(["n * 2"], [("< 5", "1"), ("> 3", "2")], needs=["n"]) if one[0] == "overlap"] == ["error"]
    other = decision("d_b", literal("n"), "n")
    body = input_data("n", kind="number") + other + decision(
        "d_a", table(["n", "d_b"], ["out"], [("> 5", "> 5", "1"), ("> 5", "> 7", "2")]), "n", "d_b")
    assert [one.severity for one in lint(model(body), "f.dmn") if one.code == "dmn.overlap"] == ["warning"]


def test_two_columns_of_one_input_are_looked_at_together() -> None:
    rows = [(">= 1", "< 5", "1"), (">= 5", "< 9", "2"), (">= 9", "-", "3"), ("-", "< 1", "4")]
    assert said(["n", "n"], rows) == []
    assert said(["n", "n"], [(">= 5", "< 5", "1"), *rows]) == [("never", "warning", "r1", "")]
    assert said(["n", "n"], [*rows[:2], rows[3]]) == [("gap", "warning", "t", "n = 9")]


@pytest.mark.parametrize(("inputs", "rules", "policy", "examples"), [
    (["n"], [("< 10", "1"), ("> 10", "2")], "UNIQUE", ["n = 10"]),
    (["n"], [("[1..2]", "1"), ("[3..4]", "2")], "FIRST", ["n = 0"]),
    (["s"], [('"a"', "1"), ('"b"', "2")], "ANY", ['s = "other"']),
    (["s"], [('"other"', "1")], "UNIQUE", ['s = "another"']),
    (["b"], [("? = true", "1")], "UNIQUE", ["b = false"]),
    (["b"], [("? = true", "1"), ("false", "1")], "UNIQUE", []),
    (["d"], [('<= @"2026-03-01"', "1"), ('>= @"2026-03-02"', "2")], "UNIQUE", []),
    (["d"], [('<= @"2026-03-01"', "1"), ('>= @"2026-03-03"', "2")], "UNIQUE", ['d = date("2026-03-02")']),
    (["s", "n"], [('"a"', "> 3", "1"), ('not("a")', "-", "2")], "UNIQUE", ['s = "a", n = 2']),
    (["s", "n"], [('"a"', "-", "1"), ("-", "> 3", "2")], "FIRST", ['s = "other", n = 2']),
    (["n"], [("< 10", "1"), ("> 10", "2")], "COLLECT", []),
    (["n"], [("< 10", "1"), ("> 10", "2")], "RULE ORDER", ["n = 10"]),
    (["n"], [("< 10", "1"), ("-", "2")], "FIRST", []),
    (["n"], [("not(null)", "1")], "UNIQUE", ["n = null"]),
    (["n"], [("< limit", "1")], "UNIQUE", []),
    (["string length(s)"], [("0", "1"), ("> 0", "1")], "UNIQUE", []),
    (["n"], [], "UNIQUE", ["n = 0"]),
])
def test_an_input_that_no_row_matches_is_pointed_out(inputs: list[str], rules: Any, policy: str, examples: list[str]) -> None:
    found = said(inputs, rules, policy, needs=["limit"] if "limit" in str(rules) else ["s"] if "(s)" in inputs[0] else [])
    assert [one for one in found if one[0] == "gap"] == [("gap", "warning", "t", example) for example in examples]
    assert "gap" not in {one[0] for one in said(inputs, rules, policy, defaults={"out": "9"}, needs=["s", "limit"])}


def test_nobody_misses_a_row_for_a_fraction_of_a_whole_number() -> None:
    def found(kind: str) -> list[str]:
        made = table(["n"], ["out"], [("<= 5", "1"), (">= 6", "2")]).replace(
            "<inputExpression>", f'<inputExpression typeRef="{kind}">')
        return [str(one.params["example"]) for one in lint(model(input_data("n") + decision("d_a", made, "n")), "f.dmn")]

    assert found("integer") == found("long") == []
    assert found("number") == ["n = 5.5"]


def test_allowed_values_bound_the_input() -> None:
    values = {"s": '"a", "b"'}
    assert said(["s"], [('"a"', "1"), ('"b"', "2")], values=values) == []
    assert said(["s"], [('"a"', "1")], values=values) == [("gap", "warning", "t", 's = "b"')]
    assert said(["s"], [('"a"', "1"), ('"b"', "1"), ("-", "3")], "FIRST", values=values) == []
    grades = '<itemDefinition name="grade"><typeRef>number</typeRef><allowedValues><text>[1..5]</text></allowedValues></itemDefinition>'
    body = grades + input_data("g", kind="grade") + decision(
        "d_a", table(["g"], ["out"], [("<= 3", "1"), ("> 3", "2"), ("[6..9]", "3"), ("7", "4")], "FIRST"), "g")
    assert [(one.code, one.element) for one in lint(model(body), "f.dmn")] == [("dmn.outside", "r4"), ("dmn.never", "r3")]


@pytest.mark.parametrize(("inputs", "cell", "code", "severity", "text"), [
    ("s", '"z"', "outside", "error", 'Row 1: "z" is no allowed value of the input s.'),
    ("s", '"a", "z"', "outside", "error", 'Row 1: "z" is no allowed value of the input s.'),
    ("s", 'not("z")', "outside", "warning", 'Row 1: "z" is no allowed value of the input s.'),
    ("n", '"3"', "cell_type", "error", 'Row 1: "3" is a string, but the input n is a number.'),
    ("n", '> @"P1D"', "cell_type", "error",
     'Row 1: duration("P1D") is a days and time duration, but the input n is a number.'),
    ("d", "? = 3", "cell_type", "error", "Row 1: 3 is a number, but the input d is a date."),
    ("n", "[5..1]", "never", "warning", "Row 1 never matches: [5..1] holds for no value of n."),
    ("n", "? > 5 and ? < 3", "never", "warning", "Row 1 never matches: ? > 5 and ? < 3 holds for no value of n."),
])
def test_a_cell_that_can_never_hold_is_marked(inputs: str, cell: str, code: str, severity: str, text: str) -> None:
    inside = [(cell, "1"), END]
    found = problems([inputs], inside, "FIRST", values={"s": '"a", "b"'})
    assert [(one.code, one.severity, one.text()) for one in found if one.code != "dmn.duplicate"] == [
        (f"dmn.{code}", severity, text)]
    marked = table([inputs], ["out"], inside, "FIRST", values={"s": '"a", "b"'}).replace("<inputEntry>", '<inputEntry id="cell">', 1)
    one = lint(model(input_data(inputs, kind=TYPES[inputs]) + decision("d_a", marked, inputs)), "f.dmn")[0]
    assert one.element == "cell" and one.line == 5


@pytest.mark.parametrize(("column", "given", "wrong"), [
    ("number", "string", True), ("string", "string", False), ("dateTime", "date", False), ("date", "dateTime", True),
    ("duration", "dayTimeDuration", False), ("number", "", False), ("", "string", False), ("integer", "number", False)])
def test_a_column_of_another_type_than_its_variable_is_refused(column: str, given: str, wrong: bool) -> None:
    made = table(["x"], ["out"], [("-", "1"), ("null", "2")], "FIRST").replace(
        "<inputExpression>", f'<inputExpression typeRef="{column}">' if column else "<inputExpression>")
    found = [one for one in lint(model(input_data("x", kind=given) + decision("d_a", made, "x")), "f.dmn")
             if one.severity == "error"]
    assert [(one.code, one.element) for one in found] == ([("dmn.column_type", "i0")] if wrong else [])


def test_a_day_may_stand_in_a_column_of_moments() -> None:
    assert said(["t"], [('< @"2026-03-01"', "1"), ("-", "2")], "FIRST") == []


@pytest.mark.parametrize(("policy", "rules", "found"), [
    ("FIRST", [("< 10", "1"), ("< 5", "2"), END], [("unreachable", "r2", "n = 4", "1")]),
    ("FIRST", [("< 5", "1"), (">= 5", "2"), ("[3..7]", "3"), END], [("unreachable", "r3", "n = 3", "1, 2")]),
    ("FIRST", [("< 5", "1"), (">= 5", "2"), END], []),  # the last row is for a missing value
    ("FIRST", [("< 5", "1"), (">= 5", "2"), ("null", "3"), END], [("unreachable", "r4", "n = 4", "1, 2, 3")]),
    ("FIRST", [("< limit", "1"), ("< 5", "2"), END], []),
    ("FIRST", [("< 5", "1"), ("< limit", "2"), END], []),
    ("FIRST", [("1, 2", "1"), ("2, 1", "2"), END], [("duplicate", "r2", "n = 1", "1")]),
    ("FIRST", [("< limit", "1"), ("< limit", "2"), END], [("duplicate", "r2", "n = 0", "1")]),
    ("UNIQUE", [("< limit", "1"), ("< limit", "2")], [("unchecked", "r2", "n = 0", "1"), ("duplicate", "r2", "n = 0", "1")]),
    ("PRIORITY", [("< 5", "2"), ("< 10", "1"), ("-", "3")], [("unreachable", "r1", "n = 4", "2")]),
    ("PRIORITY", [("< 5", "1"), ("< 10", "2"), ("-", "3")], []),
    ("COLLECT", [("1", "1"), ("1", "2")], []),
    ("COLLECT", [("1", "1"), ("1", "1")], [("duplicate", "r2", "n = 1", "1")]),
    ("RULE ORDER", [("-", "1"), ("1", "2"), ("-", "1")], [("duplicate", "r3", "n = 0", "1")]),
])
def test_a_row_that_never_decides_is_pointed_out(policy: str, rules: Any, found: Any) -> None:
    seen = problems(["n"], rules, policy, values={"out": "1, 2, 3, 0"}, needs=["limit"])
    assert [(one.code.removeprefix("dmn."), one.element, one.params["example"], one.params["rows" if "rows" in one.params
             else "first"]) for one in seen if one.code not in ("dmn.unused", "dmn.gap")] == found
    assert all(one.severity == "warning" for one in seen)


def test_an_input_that_no_row_asks_for_is_marked_at_its_column() -> None:
    assert said(["n", "s"], [("< 5", "-", "1"), ("-", "-", "2")], "FIRST") == [("unused_input", "warning", "i1", "")]


def test_a_default_that_is_not_allowed_is_a_fault() -> None:
    found = problems(["n"], [("-", '"a"')], values={"out": '"a", "b"'}, defaults={"out": '"z"'})
    assert ("dmn.default", "error", "o0", '"z" is no allowed value of the output out.') in [
        (one.code, one.severity, one.element, one.text()) for one in found]


def test_a_table_with_a_faulty_cell_is_not_judged_further() -> None:
    assert [one[0] for one in said(["n"], [("< ", "1"), ("-", "2")])] == ["expression"]


def test_only_so_many_findings_of_one_kind_are_told() -> None:
    found = said(["n"], [("-", str(number)) for number in range(100)])
    assert [one[0] for one in found].count("overlap") == 30 and [one[0] for one in found].count("more") == 1


def ten_columns(rows: int, seed: int = 7) -> bytes:
    """As many rows of wide ranges over ten numbers: nothing in it repeats."""
    chance, names = random.Random(seed), [f"x{at}" for at in range(10)]

    def cell() -> str:
        low = chance.randrange(1000)
        return f"[{low}..{low + chance.randrange(400)}]" if chance.random() < 0.6 else chance.choice((f"< {low}", f"> {low}"))

    made = [[*(cell() for _ in names), str(number)] for number in range(rows)]
    return model("".join(input_data(name, kind="number") for name in names)
                 + decision("d_a", table(names, ["out"], made, "FIRST"), *names))


def test_a_thousand_rows_of_ten_columns_do_not_hang() -> None:
    data = ten_columns(1000)
    began = time.process_time()
    load(data, "f.dmn")
    loaded = time.process_time()
    found = lint(data, "f.dmn")
    taken = time.process_time() - loaded - (loaded - began)
    print(f"analysis of 1000 rows and 10 columns: {taken:.2f} s besides {loaded - began:.2f} s of loading")
    assert taken < 20, "bounded work: some seconds on a busy machine"
    assert {one.code for one in found} <= {"dmn.stopped", "dmn.gap", "dmn.unreachable"}


def test_a_search_that_ends_at_its_budget_says_so() -> None:
    """Satisfiability in a table: 300 rows that together nearly cover 2^24 inputs."""
    chance, names = random.Random(3), [f"x{at}" for at in range(24)]
    rows = []
    for number in range(300):
        asked = {name: chance.choice(("? = true", "? = false")) for name in chance.sample(names, 5)}
        rows.append([*(asked.get(name, "-") for name in names), str(number)])
    body = "".join(input_data(name, kind="boolean") for name in names) + decision(
        "d_a", table(names, ["out"], rows, "FIRST"), *names)
    began = time.process_time()
    found = lint(model(body), "f.dmn")
    assert [one.text() for one in found if one.code == "dmn.stopped"] == [
        "The table is too large to be checked to the end. What is told here is right; there may be more."]
    assert [one.element for one in found if one.code == "dmn.stopped"] == ["t"] and time.process_time() - began < 20


@pytest.mark.parametrize(("name", "cells"), [
    ("t", ('< @"2026-03-01T00:00:00Z"', '> @"2026-03-01T00:00:00"')), ("t", ('< @"2026-03-01"', '>= @"2026-03-01T00:00:00Z"')),
    ("any", ('< @"2026-03-01"', '>= @"2026-03-01T00:00:00Z"')), ("l", ('"a"', '["a"]', "list contains(?, 1)")),
    ("s", ('> "a"', '<= "a\\u0000"')), ("n", ("1e6000", "< -1e6100", "0.0000000000000000000000000000000001")),
    ("o", ('>= @"00:00:00"', '> @"23:59:59"')),
])
def test_values_that_have_no_plain_order_are_left_alone(name: str, cells: Sequence[str]) -> None:
    assert {one[0] for one in said([name], [(cell, "1") for cell in cells])} <= {"unchecked", "overlap", "gap"}
    assert "overlap" not in {one[0] for one in said([name], [(cell, "1") for cell in cells])} or name in "so"
