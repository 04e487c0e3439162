"""Decision tables: hit policies, defaults, allowed values, types, and the trace of what matched."""

from decimal import Decimal
from typing import Any

import pytest

from app.dmn import Contradiction, settled
from tests.unit.dmn.making import ask, decision, input_data, literal, table

RULES = [("< 10", '"low"'), ("[5..20]", '"mid"'), ("> 100", '"high"')]
NUMBERS = [("< 10", "1"), ("[5..20]", "3"), ("-", "2")]
RANKS = {"out": '"mid", "low", "high"'}


def value(x: Any, policy: str, rules: Any = RULES, **more: Any) -> Any:
    body = input_data("x") + decision("d_a", table(["x"], ["out"], rules, policy, **more), "x")
    return ask(body, "d_a", x=x).value


@pytest.mark.parametrize(("policy", "more", "x", "expected"), [
    ("UNIQUE", {}, 1, "low"), ("UNIQUE", {}, 7, None), ("UNIQUE", {}, 50, None), ("U", {}, 1, "low"),
    ("UNIQUE", {"defaults": {"out": '"none"'}}, 50, "none"), ("UNIQUE", {}, None, None),
    ("FIRST", {}, 7, "low"), ("ANY", {}, 7, None), ("ANY", {}, 200, "high"),
    ("PRIORITY", {"values": RANKS}, 7, "mid"), ("OUTPUT ORDER", {"values": RANKS}, 7, ["mid", "low"]),
    ("RULE ORDER", {}, 7, ["low", "mid"]), ("COLLECT", {}, 7, ["low", "mid"]),
    ("COLLECT", {"rules": NUMBERS}, 7, [1, 3, 2]),
    *(("COLLECT", {"rules": NUMBERS, "more": f'aggregation="{name}"'}, 7, result)
      for name, result in (("SUM", 6), ("MIN", 1), ("MAX", 3), ("COUNT", 3))),
    ("COLLECT", {"rules": NUMBERS[:2], "more": 'aggregation="SUM"'}, 50, None),
    ("ANY", {"rules": [("-", "{a: [1]}"), ("-", "{a: [1.0]}")]}, 1, {"a": [Decimal(1)]}),
])
def test_a_hit_policy_answers(policy: str, more: dict[str, Any], x: Any, expected: Any) -> None:
    assert value(x, policy, **more) == expected


def test_several_outputs_make_a_context() -> None:
    rules = [('"火警"', '"特急"', "2"), ("-", '"一般"', "24")]
    body = input_data("种类") + decision("d_a", table(["种类"], ["urgency", "hours"], rules, "FIRST"), "种类")
    assert ask(body, "d_a", 种类="火警").value == {"urgency": "特急", "hours": 2}
    assert ask(body, "d_a", 种类="咨询").value == {"urgency": "一般", "hours": 24}


def test_a_value_outside_of_the_allowed_ones_is_null() -> None:
    rules = [('"a"', '"x"'), ("null", '"nothing"')]
    body = input_data("k") + decision("d_a", table(["k"], ["out"], rules, values={"k": '"a", "b"'}), "k")
    assert ask(body, "d_a", k="a").value == "x"
    refused = ask(body, "d_a", k="z")
    assert refused.value == "nothing"
    assert "does not fit the type" in refused.trace["reasons"][0]


def test_types_are_checked_on_the_way_in_and_out() -> None:
    body = input_data("n", kind="number") + decision("d_a", table(["n"], ["out"], [("-", "n")]), "n", kind="number")
    assert ask(body, "d_a", n=3).value == 3
    assert ask(body, "d_a", n=[3]).value == 3
    assert ask(body, "d_a", n="3").value is None


def test_the_trace_tells_which_rules_matched_and_why() -> None:
    body = input_data("x") + decision("d_a", table(["x"], ["out"], RULES, "COLLECT"), "x")
    trace = ask(body, "d_a", x=7).trace
    assert trace["decision"] == "d_a" and trace["value"] == ["low", "mid"]
    (found,) = trace["tables"]
    assert (found["decision"], found["table"], found["hit_policy"]) == ("d_a", "t", "COLLECT")
    assert found["inputs"] == [{"label": "x", "value": 7}]
    assert [(m["rule"], m["row"], m["outputs"], m["annotations"]) for m in found["matched"]] == [
        ("r1", 1, {"out": "low"}, ["note 1"]), ("r2", 2, {"out": "mid"}, ["note 2"])]
    assert ask(body, "d_a", x=7.5).trace["tables"][0]["inputs"][0]["value"] == Decimal("7.5")
    assert "no rule matches" in ask(body, "d_a", x=50).trace["reasons"]


def test_rules_that_contradict_each_other_are_told() -> None:
    body = input_data("x") + decision("d_a", table(["x"], ["out"], RULES), "x")
    assert ask(body, "d_a", x=7).trace["reasons"] == ["2 rules match in a table whose rules exclude each other"]


@pytest.mark.parametrize(("policy", "x", "said"), [("UNIQUE", 7, "the rows 1, 2 match together"),
                                                   ("ANY", 7, "the rows 1, 2 match together and give"),
                                                   ("UNIQUE", 1, ""), ("ANY", 1, ""), ("FIRST", 7, "")])
def test_rows_that_contradict_each_other_stop_what_would_go_on_with_the_answer(policy: str, x: int, said: str) -> None:
    body = input_data("x") + decision("d_a", table(["x"], ["out"], RULES, policy), "x")
    result = ask(body, "d_a", x=x)
    if not said:
        assert settled(result).value == "low"
        return
    with pytest.raises(Contradiction) as caught:
        settled(result)
    assert said in str(caught.value) and "d_a" in str(caught.value)


def test_a_contradiction_below_the_decision_is_found_too() -> None:
    body = input_data("x") + decision("d_a", table(["x"], ["out"], RULES), "x") + decision(
        "d_b", literal('if d_a = null then "fine" else d_a'), "d_a")
    with pytest.raises(Contradiction, match="d_a the rows 1, 2"):
        settled(ask(body, "d_b", x=7))
