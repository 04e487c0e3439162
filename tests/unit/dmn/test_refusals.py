"""What is not understood is refused when a file is loaded, with file, line and element."""

import pytest

from app.dmn import lint, load
from app.kernel.errors import DefinitionError
from tests.unit.dmn.making import decision, input_data, literal, model, table

X = input_data("x")


def rules(*cells: str, policy: str = "UNIQUE", more: str = "") -> str:
    return X + decision("d_a", table(["x"], ["out"], [cells], policy, more), "x")


@pytest.mark.parametrize(("body", "code", "line", "element"), [
    (rules("< ", "1"), "dmn.expression", 5, "r1"),
    (rules("> limit", "1"), "dmn.unknown_name", 5, "r1"),
    (rules("1", "gone"), "dmn.unknown_name", 5, "r1"),
    (rules("1", "nothing()"), "dmn.expression", 5, "r1"),
    (rules("1", "2", "3"), "dmn.rule", 5, "r1"),
    (rules("1", "2", policy="SOMETIMES"), "dmn.hit_policy", 4, "t"),
    (rules("1", "2", policy="PRIORITY"), "dmn.hit_policy", 4, "t"),
    (rules("1", "2", policy="COLLECT", more='aggregation="AVG"'), "dmn.aggregation", 4, "t"),
    (rules("1", "2", more='unknown="1"').replace("<annotationEntry", "<oddEntry").replace("/annotationEntry", "/oddEntry"),
     "dmn.unknown_element", 5, "r1"),
    (X + decision("d_a", table(["x"], ["out"], [("-", '"z"')], values={"out": '"a","b"'}), "x"), "dmn.not_allowed", 5, "r1"),
    (X + decision("d_a", literal("x +\n\n* 2"), "x"), "dmn.expression", 6, "d_a"),
    (X + decision("d_a", literal("x"), "y"), "dmn.unknown_reference", 3, "d_a"),
    (X + decision("d_a", literal("x"), "x", kind="tNone"), "dmn.unknown_type", 3, "d_a"),
    (X + decision("d_a", '<literalExpression expressionLanguage="python"><text>1</text></literalExpression>'),
     "dmn.language", 4, "d_a"),
    (X + decision("d_a", "<magic/>"), "dmn.unknown_element", 4, "d_a"),
    ('<import name="other" namespace="o" importType="d"/>', "dmn.unknown_element", 2, "m"),
    (decision("d_a", literal("d_b"), "d_b") + decision("d_b", literal("d_a"), "d_a"), "dmn.cycle", 2, "d_a"),
    (X + X.replace("in_x", "in_y"), "dmn.double_name", 3, "in_y"),
    ('<businessKnowledgeModel id="f" name="f"><encapsulatedLogic kind="Java"><literalExpression><text>1</text>'
     "</literalExpression></encapsulatedLogic></businessKnowledgeModel>", "dmn.function_kind", 2, "f"),
    ('<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>', "dmn.endless_type", 2, "m"),
])
def test_a_fault_is_refused_with_its_place(body: str, code: str, line: int, element: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load(model(body), "bad.dmn")
    found = [(problem.code, problem.file, problem.line, problem.element) for problem in caught.value.problems]
    assert (code, "bad.dmn", line, element) in found, [problem.text() for problem in caught.value.problems]


@pytest.mark.parametrize("data", [
    b"", b"<x/>", b"no xml", b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', model("<decision/>" * 60_000),
    model('<decision id="a" name="a"/><decision id="a" name="b"/>'), model("<a>" * 500 + "</a>" * 500), model("\0"),
])
def test_what_is_no_sound_file_is_refused_whole(data: bytes) -> None:
    with pytest.raises(DefinitionError):
        load(data, "bad.dmn")
    assert lint(data, "bad.dmn")


def test_warnings_do_not_refuse() -> None:
    data = model(input_data("x", "y") + decision("d_a", literal("x"), "x", "y"))
    assert load(data, "f.dmn").decisions["d_a"].requires == ("in_x", "in_y")
    assert [(p.code, p.severity, p.params) for p in lint(data, "f.dmn")] == [("dmn.unused", "warning", {"name": "y"})]


def test_every_problem_is_told_at_once() -> None:
    body = X + decision("d_a", table(["x"], ["out"], [("<", "1"), ("[", "2"), ("y", "3")]), "x")
    assert [problem.line for problem in lint(model(body), "f.dmn")] == [5, 6, 7]
