"""The kinds that the rooms register: their files are named, compiled and refused with a place."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import catalog
from app.catalog import registry
from tests.unit.forms.making import component, source

BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <bpmn:process id="visit" name="上门" isExecutable="true">
    <bpmn:extensionElements><zeebe:properties><zeebe:property name="name_en" value="Visit"/></zeebe:properties>
    </bpmn:extensionElements>
    <bpmn:startEvent id="start_visit"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="task_go" name="上门服务">
      <bpmn:extensionElements><zeebe:formDefinition formId="sample"/>
        <zeebe:properties><zeebe:property name="name_en" value="Go there"/></zeebe:properties>
        <zeebe:assignmentDefinition candidateGroups="handler"/>
        <zeebe:taskSchedule dueDate="=now()"/></bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
    <bpmn:endEvent id="end_visit"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start_visit" targetRef="task_go"/>
    <bpmn:sequenceFlow id="f2" sourceRef="task_go" targetRef="end_visit"/>
  </bpmn:process>
</bpmn:definitions>
"""
DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="defs" name="d" namespace="t">
  <inputData id="kind" name="kind"><variable name="kind" typeRef="string"/></inputData>
  <decision id="part" name="part"><variable name="part"/>
    <informationRequirement id="r1"><requiredInput href="#kind"/></informationRequirement>
    <literalExpression id="l1"><text>kind</text></literalExpression></decision>
  <decision id="time_limit" name="time limit"><variable name="time limit"/>
    <informationRequirement id="r2"><requiredDecision href="#part"/></informationRequirement>
    <literalExpression id="l2"><text>part</text></literalExpression></decision>
</definitions>
"""
YAML = "id: told\nzh: {subject: 好, body: 好}\nen: {subject: Good, body: Good}\n"
FILES = {"processes/base/visit/visit.bpmn": BPMN, "rules/base/decisions/time_limit/time_limit.dmn": DMN,
         "forms/base/sample.form": source(component("textfield", "a")).decode(), "rules/base/messages/told.yaml": YAML}


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    before = dict(registry._kinds)
    registry._kinds.clear()
    for room in ("engine", "dmn", "forms", "notifications"):
        importlib.import_module(f"app.{room}.definitions").register()
    yield
    registry._kinds.clear()
    registry._kinds.update(before)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "processes/base/visit/scenarios.yaml").write_text("[]")
    return tmp_path


def test_each_kind_finds_its_files_and_compiles_them(root: Path) -> None:
    assert [p.text() for p in catalog.check(root)] == []
    drafts, _ = catalog.scan(root)
    assert {(d.kind, d.key) for d in drafts} == {
        ("process", "visit"), ("decision", "time_limit"), ("form", "sample"), ("message", "told")}
    for draft in drafts:
        assert catalog.kind_named(draft.kind).compile(draft.data, draft.file) is not None


def test_a_process_whose_form_is_missing_is_refused(root: Path) -> None:
    (root / "forms/base/sample.form").unlink()
    (problem,) = catalog.check(root)
    assert problem.element == "task_go"
    assert problem.file == "processes/base/visit/visit.bpmn"
    assert problem.line


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("data", [b"", b"<", b"{", b"\xff\xfe", b"[", b"<a/>", b"null", b"- 1", b"{}", b"\x00",
                                  b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"id: [", b'{"id": {}}'])
def test_security_40_faults_of_any_kind_have_a_place(root: Path, name: str, data: bytes) -> None:
    (root / name).write_bytes(data)
    problems = [p for p in catalog.check(root) if p.severity == "error"]
    assert any(p.file == name for p in problems)
    assert all(p.text() and "Traceback" not in p.text() for p in problems)


def test_a_decision_file_answers_one_question(root: Path) -> None:
    path = root / "rules/base/decisions/time_limit/time_limit.dmn"
    path.write_text(DMN.replace('<requiredDecision href="#part"/>', '<requiredInput href="#kind"/>'))
    (problem,) = catalog.check(root)
    assert "part, time_limit" in problem.text()


def test_the_scenarios_beside_a_table_are_asked_before_it_counts(root: Path) -> None:
    """What is published from files holds what its scenarios tell; a fault has the scenario's file and line."""
    told = root / "rules/base/decisions/time_limit/scenarios.yaml"
    told.write_text('decision: time_limit\nscenarios:\n  - name: as given\n    inputs: {"kind": "a"}\n    expect: "a"\n')
    assert catalog.check(root) == []
    told.write_text(told.read_text() + '  - name: never\n    inputs: {"kind": "b"}\n    expect: "a"\n')
    (problem,) = catalog.check(root)
    assert (problem.severity, problem.place()) == ("error", "rules/base/decisions/time_limit/scenarios.yaml:6")
    assert problem.text() == "never: the answer is b, not a"
    told.write_text("decision: [")
    (problem,) = catalog.check(root)
    assert problem.file == "rules/base/decisions/time_limit/scenarios.yaml" and problem.line == 1
