"""Two answers side by side, groups of them, and the variables of a past decision: the parts that need no database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app import dmn
from app.cases import backtest, given
from app.cases.backtest.comparing import SAMPLES, Tally, key, outputs, rows, shown
from app.cases.backtest.variables import Asked, recovered
from app.kernel.errors import Invalid, msg

AT = datetime(2026, 3, 2, tzinfo=UTC)


def sample() -> backtest.Sample:
    return backtest.Sample(UUID(int=1), "20260302-0001", AT, 1)


@pytest.mark.parametrize(("one", "other", "alike"), [
    (5, Decimal("5.0"), True), (True, 1, False), (False, 0, False), ("1", 1, False), (None, "", False),
    ({"a": 1, "b": [2]}, {"b": [Decimal(2)], "a": 1}, True), ({"a": None}, {}, True), ([1, 2], [2, 1], False),
    ({"a": 1}, [["a", 1]], False)])
def test_values_that_mean_the_same_are_the_same(one: Any, other: Any, alike: bool) -> None:
    assert (key(one) == key(other)) is alike


def test_a_difference_is_told_by_its_outputs() -> None:
    before = {"unit": "LRS", "auto": True, "limit": {"amount": 5, "unit": "wd"}}
    after = {"unit": "WBS", "auto": True, "limit": {"amount": 3, "unit": "wd"}}
    assert outputs(before, after) == [("unit", "LRS", "WBS"), ("limit", before["limit"], after["limit"])]
    assert outputs("normal", "urgent") == [("", "normal", "urgent")]
    assert outputs(before, None) == [("", before, None)] and outputs({"a": 1}, {"a": 1, "b": 2}) == [("b", None, 2)]
    assert outputs([1], [Decimal(1)]) == []


def test_differences_are_grouped_counted_once_and_have_so_many_samples() -> None:
    tally = Tally()
    for _ in range(SAMPLES + 5):
        tally.differ([("unit", "LRS", "WBS"), ("limit", 5, 3)], False, sample)
    tally.differ([("unit", "LRS", "ZRS")], True, None)
    tally.same += 2
    assert (tally.same, tally.different) == (2, SAMPLES + 6)
    groups = tally.groups()
    assert [(one.output, one.before, one.after, one.count, one.already) for one in groups] == [
        ("unit", "LRS", "WBS", SAMPLES + 5, 0), ("unit", "LRS", "ZRS", 1, 1), ("limit", 5, 3, SAMPLES + 5, 0)]
    assert [len(one.samples) for one in groups] == [SAMPLES, 0, SAMPLES]


def test_failures_and_what_cannot_be_judged_are_counted_by_their_reason() -> None:
    tally = Tally()
    for pair in ("3, 4", "3, 4", "1, 9"):
        tally.fail(Invalid(msg("rows %(rows)s"), rows=pair), sample)
    tally.leave("no %(names)s", {"names": "x"}, None)
    assert [(one.params["rows"], one.count, len(one.samples)) for one in tally.failures()] == [("3, 4", 2, 2), ("1, 9", 1, 1)]
    assert [(one.params, one.count, one.samples) for one in tally.not_judged()] == [({"names": "x"}, 1, [])]


def trace(*tables: tuple[str, int, str, Any]) -> dict[str, Any]:
    return {"tables": [{"decision": name, "table": f"{name}_t", "inputs": [], "matched": [
        {"rule": rule, "row": row, "outputs": value, "annotations": []}]} for name, row, rule, value in tables]}


def test_rows_are_named_where_another_rule_or_another_answer_came() -> None:
    old = trace(("a", 1, "r1", {"x": 1}), ("b", 2, "r2", {"x": 2}), ("c", 3, "r3", {"x": 3}))
    new = trace(("a", 2, "r1", {"x": 1}), ("b", 1, "r9", {"x": 2}), ("c", 3, "r3", {"x": 4}))
    assert [(one.decision, one.before, one.after) for one in rows(old, new)] == [("b", (2,), (1,)), ("c", (3,), (3,))]
    assert [(one.decision, one.before, one.after) for one in rows(trace(("a", 1, "r", 1)), {})] == [("a", (1,), ())]


def test_security_20_only_texts_of_tables_and_times_are_shown() -> None:
    value = {"unit": "LRS", "who": "王女士", "phone": "13900000001", "n": [1, True, None, "P1D", "2026-03-01", "路灯 P1D"]}
    assert shown(value, {"LRS"}) == {"unit": "LRS", "who": "***", "phone": "***",
                                     "n": [1, True, None, "P1D", "2026-03-01", "***"]}


def test_codes_and_numbers_are_kept_with_a_decision_and_words_are_not() -> None:
    variables = {"service": "CS01", "amount": Decimal("2.5"), "flag": True, "none": None, "reply": "已清运", "phone": "13900000001",
                 "limits": {"reply": {"amount": 5}}, "many": list(range(30)), "read": "三号楼"}
    found = given.kept(variables, {"read"})
    assert found == {"given": {"service": "CS01", "amount": Decimal("2.5"), "flag": True,
                               "limits": {"reply": {"amount": 5}}, "read": "三号楼"},
                     "left_out": ["many", "phone", "reply"]}


ASKED = Asked({("a", "t"): ("service", None)})
TABLES = {"tables": [{"decision": "a", "table": "t", "inputs": [{"label": "S", "value": "CS01"}, {"label": "N", "value": 7}]}]}


def test_variables_come_from_the_decision_then_forms_then_the_case_and_never_from_nowhere() -> None:
    own = recovered({"service", "urgency", "reply"}, {**TABLES, "given": {"urgency": "normal"}, "left_out": ["reply"]},
                    ASKED, [], {})
    assert (own.values, own.presumed, own.missing) == ({"service": "CS01", "urgency": "normal"}, {}, ("reply",))
    nothing = recovered({"weather"}, {"tables": [], "given": {}, "left_out": []}, ASKED, [{"weather": "rain"}], {})
    assert nothing.values == {"weather": None} and not nothing.presumed  # it had none, whatever came later
    older = recovered({"service", "kind", "unit", "n"}, TABLES, ASKED, [{"kind": "help"}, {"kind": "praise"}],
                      {"unit": "LRS", "kind": "report", "service": "LI01"})
    assert older.values == {"service": "CS01", "kind": "help", "unit": "LRS"}
    assert (older.presumed, older.missing) == ({"kind": "form", "unit": "case"}, ("n",))


TABLE = '''<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="file" name="file" namespace="n">{inputs}
<decision id="top" name="top"><variable name="top"/>
<informationRequirement><requiredDecision href="#low"/></informationRequirement>
<literalExpression><text>if low = "a&lt;b" then "yes" else "no"</text></literalExpression></decision>
<decision id="low" name="low"><variable name="low"/>{needs}
<decisionTable id="t" hitPolicy="FIRST"><input id="c1"><inputExpression><text>days left</text></inputExpression></input>
<input id="c2"><inputExpression><text>amount + 1</text></inputExpression></input><output id="o" name="low"/>
<rule id="r"><inputEntry><text>-</text></inputEntry><inputEntry><text>&gt; least</text></inputEntry>
<outputEntry><text>"a&lt;b"</text></outputEntry></rule></decisionTable></decision></definitions>'''
NAMES = ("days left", "amount", "least", "spare")
DECLARED = TABLE.format(
    inputs="".join(f'<inputData id="i{at}" name="{name}"/>' for at, name in enumerate(NAMES)),
    needs="".join(f'<informationRequirement><requiredInput href="#i{at}"/></informationRequirement>' for at in range(4))).encode()


def test_what_a_decision_needs_is_what_it_and_its_required_ones_read() -> None:
    assert dmn.needed(dmn.load(DECLARED, "x"), "top") == {"days left", "amount", "least"}
    text = TABLE.format(inputs="", needs="").replace("days left", "days").encode()
    assert dmn.needed(dmn.load(text, "x"), "top") == {"days", "amount", "least"}
    assert dmn.literals(DECLARED, "x") == {"a<b", "yes", "no"}


def test_only_columns_of_plain_variables_tell_their_value() -> None:
    assert Asked.of(DECLARED, "x", dmn.load(DECLARED, "x")).columns == {("low", "t"): ("days left", None)}


def test_the_json_holds_all_figures() -> None:
    found = backtest.Backtest("a", 30, AT, 4, asked=4, same=1, different=1, groups=[backtest.Group("x", 1, 2, 1, 0, [sample()])],
                              failures=[backtest.Trouble("rows %(rows)s", {"rows": "1, 2"}, 1)],
                              not_judged=[backtest.Trouble("no %(names)s", {"names": "y"}, 1)],
                              presumed={("z", "form"): 2}, dates=[backtest.Shift("reply", True, 2, 1, 1)])
    made = backtest.document(found, lambda message, **params: message % params)
    assert (made["asked"], made["same"], made["different"], made["failing"], made["unjudged"]) == (4, 1, 1, 1, 1)
    assert made["differences"][0]["samples"][0]["number"] == "20260302-0001"
    assert made["failures"] == [{"message": "rows 1, 2", "count": 1, "samples": []}]
    assert made["presumed"] == [{"variable": "z", "source": "form", "count": 2}]
    assert made["dates"] == [{"clock": "reply", "past": True, "cases": 2, "earlier": 1, "later": 1, "undated": 0,
                              "overdue_before": 0, "overdue_after": 0, "samples": []}]
