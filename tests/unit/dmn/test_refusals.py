"""What is not understood is refused when a file is loaded, with file, line and element."""

from dataclasses import replace

import pytest

from app.dmn import decide, lint, load, sheets, written
from app.kernel.errors import DefinitionError
from tests.unit.dmn.making import NOW, decision, input_data, literal, model, table

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


NAMED = X + decision("d_a", table(["x", "x + 1"], ["low", "high"], [("-", "-", "1", "2"), ("-", "[1..", "1", "2")]), "x")


@pytest.mark.parametrize(("body", "told"), [
    (NAMED, "decision d_a, row 2, column 2 (x + 1), position 5: The expression ends where a value is expected."),
    (NAMED.replace("[1..", "[1..\n  )"),
     "decision d_a, row 2, column 2 (x + 1), position 2:3: Here ) stands where a value is expected."),
    (NAMED.replace(">2<", ">2 of<"),
     "decision d_a, row 1, column 4 (high), position 3: The expression could end before of, which does not fit."),
    (NAMED.replace("[1..", "gone"), "decision d_a, row 2, column 2 (x + 1): gone is not known here."),
    (NAMED.replace("<text>x + 1<", "<text>x + <"),
     "decision d_a, column 2 (x + 1), position 4: The expression ends where a value is expected."),
    (NAMED.replace("<inputEntry><text>[1..</text></inputEntry>", ""),
     "decision d_a, row 2: The rule has 3 cells for 4 columns."),
    (X + decision("d_a", literal("if x then 1"), "x"), "decision d_a, position 12: The expression ends where else is expected."),
    ('<businessKnowledgeModel id="f_a" name="f"><encapsulatedLogic><literalExpression><text>1 +</text>'
     "</literalExpression></encapsulatedLogic></businessKnowledgeModel>",
     "function f_a, position 4: The expression ends where a value is expected."),
])
def test_a_fault_names_decision_row_column_position_and_what_was_expected(body: str, told: str) -> None:
    assert told in [problem.text() for problem in lint(model(body), "bad.dmn")]


def test_rows_and_columns_are_those_of_the_editor() -> None:
    data = model(NAMED.replace("[1..", "1").replace('<output id="o1" name="high">', '<output id="o1" name="high" label="High">'))
    (sheet,) = sheets(data, "f.dmn")
    columns = [at for at, column in enumerate(sheet.columns) if column.part in ("input", "output")]
    for number, row in enumerate(sheet.rows, 1):
        for at in columns:
            cells = [*row.cells[:at], "1 +", *row.cells[at + 1:]]
            rows = [replace(one, cells=tuple(cells)) if one is row else one for one in sheet.rows]
            (problem,) = lint(written(data, "f.dmn", {sheet.id: rows})[0], "f.dmn")
            told = f"decision d_a, row {number}, column {at + 1} ({sheet.columns[at].label}), position "
            assert problem.text().startswith(told)


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


@pytest.mark.parametrize(("cell", "warned"), [
    ("true", True), ("true, null", True), (" true ", True), ("? = true", False), ("? != false", False), ("false", False),
    ("not(true)", False), ("-", False)])
def test_a_bare_true_is_pointed_out_at_its_cell(cell: str, warned: bool) -> None:
    """By the standard it passes null too; the cell does what it did, and the file is not refused."""
    inside = table(["x"], ["o"], [[cell, "1"]], "FIRST").replace(
        "<inputExpression><text>x", '<inputExpression typeRef="boolean"><text>x').replace(
        "<inputEntry>", '<inputEntry id="the_cell">')
    data = model(input_data("x", kind="boolean") + decision("d_a", inside, "x"))
    of_the_table = ("dmn.gap", "dmn.unused_input")
    found = [(p.code, p.severity, p.element) for p in lint(data, "f.dmn") if p.code not in of_the_table]
    assert found == ([("dmn.bare_true", "warning", "the_cell")] if warned else [])
    passes_null = {"true": True, "true, null": True, " true ": True, "? != false": True, "-": True}.get(cell, False)
    assert (decide(load(data, "f.dmn"), "d_a", {"x": None}, now=NOW).value is not None) is passes_null


def test_a_text_column_may_say_true() -> None:
    data = model(input_data("x") + decision("d_a", table(["x"], ["o"], [["true", "1"]]), "x"))
    assert [p.code for p in lint(data, "f.dmn")] == ["dmn.gap"]
