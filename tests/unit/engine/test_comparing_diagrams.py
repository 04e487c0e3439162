"""What differs between two diagrams: each kind of change by itself, and many random ones at once, exactly those."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app import engine
from app.kernel.differing import Detail, PartChange, moved
from app.kernel.errors import DefinitionError
from app.kernel.safe_xml import BPMN
from scripts.build_frontend import node
from tests.hostile_xml import ATTACKS

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted(ROOT.glob("processes/base/*/*.bpmn"))
WORK = (ROOT / "processes/base/unit_work/unit_work.bpmn").read_bytes()
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
DI, DC = "http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/20100524/DC"
Tree = Any


def by_id(tree: Tree, name: str) -> Any:
    return next(one for one in tree.iter() if one.get("id") == name)


def changed(*edits: Callable[[Tree], None], data: bytes = WORK) -> dict[str, PartChange]:
    tree = etree.fromstring(data)
    for edit in edits:
        edit(tree)
    found = engine.compare(data, etree.tostring(tree))
    assert len({one.id for one in found}) == len(found)
    return {one.id: one for one in found}


def shape_of(tree: Tree, name: str) -> Any:
    return next(one for one in tree.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge") if one.get("bpmnElement") == name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_diagram_does_not_differ_from_itself_written_otherwise(path: Path) -> None:
    data = path.read_bytes()
    tree = etree.fromstring(data)
    etree.indent(tree, "\t")
    assert engine.compare(data, etree.tostring(tree, xml_declaration=True, encoding="UTF-16")) == ()
    assert len(engine.diagram_parts(data)) > 10


def test_a_name_and_its_english_one() -> None:
    def edit(tree: Tree) -> None:
        by_id(tree, "task_handle").set("name", "承办")
        for one in by_id(tree, "task_handle").iter(f"{{{ZEEBE}}}property"):
            if one.get("name") == "name_en":
                one.set("value", "Do it")

    (one,) = changed(edit).values()
    assert (one.id, one.kind, one.type, one.name_zh, one.name_en) == (
        "task_handle", "changed", "userTask", "承办", "Do it")
    assert {*one.details} == {Detail("name", "办理", "承办"), Detail("property name_en", "Handle", "Do it")}
    assert not one.moved


def test_conditions_forms_mappings_and_the_order_of_mappings() -> None:
    def edit(tree: Tree) -> None:
        by_id(tree, "flow_review_needed_to_review").find(f"{{{BPMN}}}conditionExpression").text = "=reviewer = 1"
        next(by_id(tree, "task_review").iter(f"{{{ZEEBE}}}formDefinition")).set("formId", "other")
        inputs = list(by_id(tree, "task_notify_extended").iter(f"{{{ZEEBE}}}input"))
        inputs[0].getparent().append(inputs[0])
        mapping = next(by_id(tree, "task_co_handle").iter(f"{{{ZEEBE}}}ioMapping"))
        etree.SubElement(mapping, f"{{{ZEEBE}}}input", source="=1", target="extra")

    found = changed(edit)
    assert {name: [(one.path, one.before, one.after) for one in change.details] for name, change in found.items()} == {
        "flow_review_needed_to_review": [("conditionExpression", '=reviewer != "none"', "=reviewer = 1")],
        "task_review": [("formDefinition/formId", "review", "other")],
        "task_notify_extended": [("input order", "due_at\nextension_reason", "extension_reason\ndue_at")],
        "task_co_handle": [("input extra", "", "=1")]}


def test_a_flow_that_leads_elsewhere_and_one_that_is_gone() -> None:
    def edit(tree: Tree) -> None:
        by_id(tree, "flow_review_needed_to_review").set("targetRef", "task_handle")
        gone = by_id(tree, "flow_co_handle_to_handle")
        gone.getparent().remove(gone)
        for drawn in (shape_of(tree, "flow_co_handle_to_handle"),):
            drawn.getparent().remove(drawn)

    found = changed(edit)
    assert found.pop("flow_co_handle_to_handle").kind == "removed"
    (one,) = found.values()
    assert one.details == (Detail("targetRef", "task_review", "task_handle"),)


def test_a_place_is_no_meaning() -> None:
    def edit(tree: Tree) -> None:
        shape_of(tree, "task_handle").find(f"{{{DC}}}Bounds").set("x", "900")
        shape_of(tree, "task_review").find(f"{{{DC}}}Bounds").set("x", "1315.0")

    (one,) = changed(edit).values()
    assert (one.id, one.kind, one.details, one.moved) == ("task_handle", "moved", (), True)


def test_another_kind_another_scope_and_a_marker() -> None:
    def edit(tree: Tree) -> None:
        by_id(tree, "task_count_extension").tag = f"{{{BPMN}}}task"
        etree.SubElement(by_id(tree, "task_handle"), f"{{{BPMN}}}multiInstanceLoopCharacteristics")
        outer = etree.SubElement(by_id(tree, "unit_work"), f"{{{BPMN}}}subProcess", id="outer")
        outer.append(by_id(tree, "end_replied"))

    found = changed(edit)
    assert found["task_count_extension"].details == (Detail("type", "scriptTask", "task"),)
    assert found["task_handle"].details == (Detail("multiInstanceLoopCharacteristics", "", "✓"),)
    assert found["end_replied"].details == (Detail("scope", "unit_work", "outer"),)
    assert found["outer"].kind == "added" and len(found) == 4


def test_events_and_messages() -> None:
    path = ROOT / "processes/base/deadline_escalation/deadline_escalation.bpmn"
    data = path.read_bytes()
    tree = etree.fromstring(data)
    timer = next(one for one in tree.iter(f"{{{BPMN}}}timerEventDefinition"))
    event, when = timer.getparent().get("id"), timer[0]
    when.text = "PT5M"
    (one,) = engine.compare(data, etree.tostring(tree))
    assert one.id == event and [(d.path.split("/")[1], d.after) for d in one.details] == [
        (etree.QName(when).localname, "PT5M")]


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_security_07_a_hostile_file_is_refused(name: str) -> None:
    with pytest.raises(DefinitionError):
        engine.compare(WORK, ATTACKS[name]())


class Editor:
    """Makes one random edit of an element that had none, and notes what must be found."""

    def __init__(self, data: bytes, dice: random.Random, whole: bool = False) -> None:
        self.whole = whole  # no reference to what is gone
        self.tree, self.dice, self.expected = etree.fromstring(data), dice, dict[str, tuple[str, frozenset[str]]]()
        self.free = [name for name, one in engine.diagram_parts(data).items()
                     if one.type.endswith(("Task", "Event", "Gateway", "Activity", "sequenceFlow"))]
        dice.shuffle(self.free)

    def run(self, number: int) -> bytes:
        for at in range(number):
            name = self.free.pop()
            flow = by_id(self.tree, name).tag == f"{{{BPMN}}}sequenceFlow"
            acts = [self.rename, self.move, self.add] + ([self.rewire, self.condition] if flow else [
                self.put_property, self.map_output]) + ([self.remove] if flow or not self.whole else [])
            self.dice.choice(acts)(name, at)
        data: bytes = etree.tostring(self.tree)
        return data

    def note(self, name: str, kind: str, *paths: str) -> None:
        self.expected[name] = (kind, frozenset(paths))

    def rename(self, name: str, at: int) -> None:
        by_id(self.tree, name).set("name", f"新名 {at}")
        self.note(name, "changed", "name")

    def move(self, name: str, at: int) -> None:
        drawn = shape_of(self.tree, name)
        drawn[0].set("x", str(float(drawn[0].get("x")) + 7 + at))
        self.note(name, "moved")

    def add(self, name: str, at: int) -> None:
        parent = by_id(self.tree, name).getparent()
        etree.SubElement(parent, f"{{{BPMN}}}task", id=f"new_{at}", name="新")
        self.note(f"new_{at}", "added")

    def remove(self, name: str, at: int) -> None:
        gone, drawn = by_id(self.tree, name), shape_of(self.tree, name)
        gone.getparent().remove(gone)
        drawn.getparent().remove(drawn)
        for lane in list(self.tree.iter(f"{{{BPMN}}}flowNodeRef")):
            if (lane.text or "").strip() == name:
                if lane.getparent().get("id") in self.expected:
                    assert self.expected[lane.getparent().get("id")] == ("changed", frozenset({"members"}))
                self.note(lane.getparent().get("id"), "changed", "members")
                lane.getparent().remove(lane)
        self.note(name, "removed")

    def rewire(self, name: str, at: int) -> None:
        flow = by_id(self.tree, name)
        flow.set("targetRef", flow.get("sourceRef") if self.whole else f"elsewhere_{at}")
        self.note(name, "changed", "targetRef")

    def condition(self, name: str, at: int) -> None:
        flow = by_id(self.tree, name)
        had = flow.find(f"{{{BPMN}}}conditionExpression")
        if had is None:
            had = etree.SubElement(flow, f"{{{BPMN}}}conditionExpression")
        had.text = f"= n > {at}"
        self.note(name, "changed", "conditionExpression")

    def _inside(self, name: str, tag: str) -> Any:
        node = by_id(self.tree, name)
        around = node.find(f"{{{BPMN}}}extensionElements")
        if around is None:
            around = etree.SubElement(node, f"{{{BPMN}}}extensionElements")
        found = around.find(f"{{{ZEEBE}}}{tag}")
        return found if found is not None else etree.SubElement(around, f"{{{ZEEBE}}}{tag}")

    def put_property(self, name: str, at: int) -> None:
        etree.SubElement(self._inside(name, "properties"), f"{{{ZEEBE}}}property", name="odd.one", value=str(at))
        self.note(name, "changed", "property odd.one")

    def map_output(self, name: str, at: int) -> None:
        etree.SubElement(self._inside(name, "ioMapping"), f"{{{ZEEBE}}}output", source=f"={at}", target="odd")
        self.note(name, "changed", "output odd")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_random_edits_are_found_and_nothing_else(path: Path) -> None:
    for seed in range(6):
        editor = Editor(path.read_bytes(), random.Random(f"{path.stem} {seed}"))  # noqa: S311  a play
        data = editor.run(8)
        found = {one.id: (one.kind, frozenset(detail.path for detail in one.details))
                 for one in engine.compare(path.read_bytes(), data)}
        assert found == editor.expected, seed
        back = {one.id: one.kind for one in engine.compare(data, path.read_bytes())}
        turned = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
        assert back == {name: turned[kind] for name, (kind, _paths) in editor.expected.items()}


def test_a_second_implementation_finds_the_same() -> None:
    """bpmn-js-differ reads both files with moddle. Lanes' members are no difference to it, and a flow to something that
    is gone has changed, so nothing but flows is taken away here."""
    plays = []
    for seed in range(4):
        editor = Editor(WORK, random.Random(f"second {seed}"), whole=True)  # noqa: S311
        plays.append({"before": WORK.decode(), "after": editor.run(9).decode()})
    run = subprocess.run([*node()[0], str(Path(__file__).with_name("differ.mjs"))], input=json.dumps(plays), text=True,
                         capture_output=True, cwd=ROOT, check=True)
    for play, theirs in zip(plays, json.loads(run.stdout), strict=True):
        ours = {one.id: one.kind for one in engine.compare(play["before"].encode(), play["after"].encode())}
        for kind in ("added", "removed", "changed", "moved"):
            assert {name for name, found in ours.items() if found == kind} == set(theirs[kind]), kind


def test_the_fewest_moved() -> None:
    assert moved("abcd", "abcd") == frozenset() == moved("", "x")
    assert moved("abcd", "dabc") == {"d"}
    assert moved("abcd", "xbyacd") in ({"a"}, {"b"})
    for seed in range(50):
        dice = random.Random(seed)  # noqa: S311
        names = [chr(97 + number) for number in range(9)]
        after = dice.sample(names, 9)
        gone = moved(names, after)
        stayed = [name for name in after if name not in gone]
        assert stayed == sorted(stayed) and all(
            [one for one in after if one in (name, *stayed)] != sorted([name, *stayed]) for name in gone)
