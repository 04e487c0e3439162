"""Rule files: what is refused, where in the file, and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import assemble
from app.kernel.errors import DefinitionError, Problem
from app.rules.reading import lint_rule, load_rule
from tests.pace import measured

ROOT = Path(__file__).resolve().parents[2]
GOOD = """rule: three_here
title: 三起 / Three
shape: count_distinct
event: case.submitted
where: 'module = "CS" and length > 10'
of: resident
by: [place, service]
n: 3
window: P7D
then:
  - action: notify
    params: {role: supervisor}
"""
CHAIN = """rule: back_again
shape: sequence
by: [case]
within: P7D
steps:
  - {event: case.replied}
  - {event: case.rated, where: 'rating <= 2'}
then: [{action: open_supervision}]
"""


@pytest.fixture(autouse=True)
def _assembled() -> None:
    assemble()


def problems(text: str) -> list[Problem]:
    return lint_rule(text.encode(), "rules/base/supervision/x.yaml")


def only(text: str) -> Problem:
    found = problems(text)
    assert len(found) == 1, [(one.place(), one.text()) for one in found]
    return found[0]


def test_good_files_have_no_problem() -> None:
    assert problems(GOOD) == [] and problems(CHAIN) == []
    rule = load_rule(GOOD.encode(), "x.yaml")
    assert (rule.key, rule.shape, rule.n, rule.of, rule.by) == ("three_here", "count_distinct", 3, "resident", ("place", "service"))
    assert rule.within.days == 7 and rule.mode == "live" and rule.actions[0].params == {"role": "supervisor"}


@pytest.mark.parametrize(("old", "new", "line", "column", "says"), [
    ("shape: count_distinct", "shape: count_distict", 3, 8, "Is it count_distinct?"),
    ("event: case.submitted", "event: case.submited", 4, 8, "no event case.submited. Is it case.submitted?"),
    ("window: P7D", "windw: P7D", 9, 1, "no key windw here. Is it window?"),
    ("window: P7D", "window: 7 days", 9, 9, "PT30M or P3D"),
    ("window: P7D", "window: 7 days", 9, 9, "Is it P7D?"),
    ("window: P7D", "window: 2周", 9, 9, "Is it P14D?"),
    ("window: P7D", "window: 90 min", 9, 9, "Is it PT90M?"),
    ("window: P7D", "window: P12H", 9, 9, "Is it PT12H?"),
    ("window: P7D", "window: P1Y", 9, 9, "PT30M or P3D"),
    ("event: case.submitted", "event: auth.signed_in", 11, 3, "belong to no request"),
    ("n: 3", 'n: "3"', 8, 5, "whole number from 2 to 1000"),
    ("n: 3", "n: true", 8, 4, "whole number"),
    ("of: resident", "of: residnt", 6, 5, "Is it resident?"),
    ("by: [place, service]", "by: [place, servce]", 7, 5, "no field servce. Is it service?"),
    ("length > 10", "lenght > 10", 5, 27, "no field lenght. Is it length?"),
    ('"CS" and', '"CS" nad', 5, 23, ""),
    ("length > 10'", "length + 1'", 5, 9, "neither true nor false"),
    ("action: notify", "action: notfy", 11, 13, "no action notfy. Is it notify?"),
    ("{role: supervisor}", "{role: supervisr}", 12, 20, "no role of staff"),
    ("{role: supervisor}", "{rol: supervisor}", 12, 14, "Is it role?"),
    ("{role: supervisor}", "{role: supervisor, of_unit: 1}", 12, 41, "true or false"),
])
def test_a_fault_has_its_line_column_and_a_suggestion(old: str, new: str, line: int, column: int, says: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new))
    assert any((one.line, one.column) == (line, column) and says in one.text() for one in found), [
        (one.place(), one.text()) for one in found]


def test_a_window_over_the_memory_budget_is_refused() -> None:
    found = only(CHAIN.replace("P7D", "P90D"))
    assert (found.line, found.column) == (4, 9) and "memory budget" in found.text() and "31 days" in found.text()
    with pytest.raises(DefinitionError) as refused:
        load_rule(CHAIN.replace("P7D", "P90D").encode(), "x.yaml")
    assert "x.yaml:4:9" in str(refused.value)


def test_words_of_people_cannot_be_named() -> None:
    for name in ("text", "name", "phone", "body"):
        assert f"no field {name}" in only(GOOD.replace('module = "CS"', f'{name} = "x"')).text()


def test_conditions_call_nothing_of_the_host() -> None:
    assert problems(GOOD.replace("length > 10", 'setting("case_process") = "x"'))


@pytest.mark.parametrize("count", [1, 5])
def test_a_sequence_has_two_to_four_steps(count: int) -> None:
    steps = "".join("  - {event: case.replied}\n" for _ in range(count))
    head, _, tail = CHAIN.partition("steps:\n")
    assert "2 to 4" in only(f"{head}steps:\n{steps}then:{tail.partition('then:')[2]}").text()


@pytest.mark.parametrize("text", [
    "a: &a [x, x]\nb: &b [*a, *a, *a, *a]\nc: &c [*b, *b, *b, *b]\nd: [*c, *c, *c, *c]\n",
    "rule: !!python/object/apply:os.system ['true']\nshape: match\n",
    "{" * 400, "rule: x\n" + "- " * 300, "rule: " + "x" * 300_000, "[" * 50 + "]" * 50,
    "rule: x\nshape: match\n<<: {event: case.submitted}\n", "rule: x\nrule: y\n", "\x00", "- 1\n- 2\n"])
def test_security_06_hostile_yaml_is_refused_at_once(text: str) -> None:
    with measured() as spent:
        found = problems(text)
    assert found and all(one.severity == "error" and one.line for one in found)
    assert spent[0] < 2


def test_security_36_numbers_that_are_none() -> None:
    for value in (".nan", ".inf", "1e400", "1e31", "-3", "0", "1.5", "10000000000000000000000"):
        found = problems(GOOD.replace("n: 3", f"n: {value}"))
        assert found and found[0].line == 8


@pytest.mark.parametrize("path", sorted((ROOT / "rules" / "base" / "supervision").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_rules_are_sound_and_said_in_both_languages(path: Path) -> None:
    assert lint_rule(path.read_bytes(), path.name) == []
    rule = load_rule(path.read_bytes(), path.name)
    assert rule.key == path.stem
    texts = [rule.title, *(str(value) for call in rule.actions for name, value in call.params.items() if name in ("text", "reason"))]
    assert all(len(text.split(" / ")) == 2 for text in texts), texts
