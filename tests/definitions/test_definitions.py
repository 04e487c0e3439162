"""Every shipped diagram, table, form and message is sound, and every path that is drawn has been walked."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as XML

import pytest

from app import dmn, engine, forms
from app.catalog import read_yaml
from app.dmn.scenarios import ask_all
from app.engine.rehearsal import Played, play
from app.engine.scenarios import Scenario
from app.engine.stage import START
from app.kernel.errors import Problem
from app.notifications.templates import lint_template
from app.studio import naming
from app.web.words import WORDS
from tests.definitions import house

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
NODES = ("startEvent", "endEvent", "userTask", "serviceTask", "scriptTask", "businessRuleTask", "callActivity", "subProcess",
         "exclusiveGateway", "eventBasedGateway", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
PREFIXES = ("start_", "task_", "gw_is_", "timer_", "message_", "error_", "milestone_", "end_", "sub_")
MEANT = {("service_module", "dmn.gap")}
"""Hints that are meant: a service that is not in the catalogue has no module, and its scenarios say so."""
PLACE = re.compile(r"\{(\w+)\}")


def texts(problems: list[Problem]) -> list[str]:
    return [f"{problem.place()}: {problem.text()}" for problem in problems]


def named(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module")
def played() -> list[tuple[Scenario, Played]]:
    return [(one, play(one, house.definitions(), house.decide, house.fill)) for one in house.told()]


@pytest.mark.parametrize("path", house.PROCESSES, ids=named)
def test_a_process_has_no_problem(path: Path) -> None:
    assert texts(engine.lint(path.read_bytes(), house.named(path), house.Shipped())) == []
    assert engine.load(path.read_bytes(), house.named(path)).id == path.stem == path.parent.name


@pytest.mark.parametrize("path", house.DECISIONS, ids=named)
def test_a_decision_has_no_problem(path: Path) -> None:
    found = dmn.lint(path.read_bytes(), house.named(path))
    assert texts([one for one in found if (path.stem, one.code) not in MEANT]) == []
    assert all(one.severity == "warning" for one in found)
    assert path.stem == path.parent.name == next(iter(house.model(path.stem).decisions))


@pytest.mark.parametrize("path", house.FORMS, ids=named)
def test_a_form_has_no_problem(path: Path) -> None:
    assert texts(forms.lint(path.read_bytes(), house.named(path))) == []
    assert house.form(path.stem).id == path.stem


@pytest.mark.parametrize("scenario", house.told(), ids=lambda one: f"{one.process_id}: {one.name}")
def test_a_scenario_goes_as_told_and_survives_save_and_restore(scenario: Scenario) -> None:
    plain = play(scenario, house.definitions(), house.decide, house.fill)
    assert texts(plain.problems) == []
    again = play(scenario, house.definitions(), house.decide, house.fill, resave=True)
    assert texts(again.problems) == []
    assert again.states == plain.states


def test_every_element_and_every_flow_is_reached(played: list[tuple[Scenario, Played]]) -> None:
    elements = set().union(*(one.elements for _, one in played))
    flows = set().union(*(one.flows for _, one in played))
    missing = []
    for path in house.PROCESSES:
        for node in XML.fromstring(path.read_bytes()).iter():
            reached = flows if node.tag == BPMN + "sequenceFlow" else elements
            if node.tag in {BPMN + name for name in (*NODES, "sequenceFlow")} and (path.stem, node.get("id")) not in reached:
                missing.append(f"{path.stem}: {node.get('id')}")
    assert missing == []


@pytest.mark.parametrize("path", house.DECISIONS, ids=named)
def test_a_decision_answers_as_told_and_every_rule_has_matched(path: Path) -> None:
    file = path.with_name("scenarios.yaml")
    asked = ask_all(house.model(path.stem), read_yaml(file.read_bytes(), house.named(file)), house.named(file), START)
    assert texts(asked.problems) == []
    rules = {node.get("id") for node in XML.fromstring(path.read_bytes()).iter(DMN + "rule")}
    assert rules - asked.rules == set()


@pytest.mark.parametrize("path", house.PROCESSES, ids=named)
def test_names_stand_in_two_languages_and_ids_follow_the_rule(path: Path) -> None:
    root = XML.fromstring(path.read_bytes())
    faults = []
    for node in root.iter():
        kind, given = node.tag.removeprefix(BPMN), node.get("id", "")
        if kind in (*NODES, "lane", "process") or (kind == "sequenceFlow" and node.get("name")):
            english = [one.get("value") for one in node.findall(f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property")
                       if one.get("name") == "name_en"]
            if not node.get("name") or not english or not english[0]:
                faults.append(f"{given} has no name in both languages")
        if kind in NODES and not given.startswith(PREFIXES):
            faults.append(f"{given} has an id that does not tell its type")
        if kind == "sequenceFlow" and not given.startswith("flow_"):
            faults.append(f"{given} is no flow_")
    assert faults == []


@pytest.mark.parametrize("path", house.PROCESSES, ids=named)
def test_a_diagram_draws_everything_it_holds(path: Path) -> None:
    root = XML.fromstring(path.read_bytes())
    drawn = {node.get("bpmnElement") for node in root.iter() if node.get("bpmnElement")}
    held = {node.get("id") for node in root.iter() if node.tag in {BPMN + name for name in (*NODES, "sequenceFlow", "lane")}}
    assert held - drawn == set()


def test_templates_take_only_what_the_diagrams_give() -> None:
    given = house.notices()
    shipped = {path.stem: read_yaml(path.read_bytes(), house.named(path)) for path in house.MESSAGES}
    assert set(given) == set(shipped) - house.NOT_OF_DIAGRAMS
    for name in given:
        message = shipped[name]
        assert message["id"] == name and texts(lint_template((house.MESSAGES[0].parent / f"{name}.yaml").read_bytes(), name)) == []
        places = [set(PLACE.findall(message[code]["subject"] + message[code]["body"])) for code in ("zh", "en")]
        assert places[0] == places[1]
        assert places[0] - {"number"} <= given[name], name


def test_no_legal_limit_stands_in_a_diagram() -> None:
    for path in house.PROCESSES:
        for node in XML.fromstring(path.read_bytes()).iter():
            if node.tag.removeprefix(BPMN) in ("timeDuration", "timeDate", "timeCycle"):
                assert (node.text or "").startswith("="), (path.stem, node.text)


@pytest.mark.parametrize("form_id", [path.stem for path in house.FORMS if path.stem.startswith(("submit_", "service_"))])
def test_extra_fields_need_no_process(form_id: str) -> None:
    assert all(len(component.path) <= 1 for component in house.form(form_id).walk())


@pytest.mark.parametrize("form_id", ["return_visit", "ask_dissatisfied"])
def test_link_and_caller_offer_the_same_five_levels_and_the_same_words(form_id: str) -> None:
    fields = json.loads((house.ROOT / f"forms/base/{form_id}.form").read_bytes())["components"]
    offered = {one.get("key"): {str(choice["value"]): choice["label_en"] for choice in one.get("values", ())} for one in fields}
    assert offered["rating"] == WORDS["rating"] and offered["solved"].keys() == WORDS["solved"].keys()


def test_a_broken_scenario_is_noticed() -> None:
    told = next(one for one in house.told() if one.process_id == "follow_up")
    wrong = Scenario(told.name, told.process_id, told.variables | {"reachable": False}, told.deeds, frozenset(), {}, told.file)
    assert play(wrong, house.definitions(), house.decide, house.fill).problems != []


@pytest.mark.parametrize("path", house.DECISIONS, ids=named)
def test_no_shipped_cell_holds_for_what_is_not_known_by_accident(path: Path) -> None:
    from app import dmn

    assert [one.element for one in dmn.lint(path.read_bytes(), path.name) if one.code == "dmn.bare_true"] == []


def test_every_definition_has_a_name_in_both_languages() -> None:
    shown = naming.titles_of_forms(path.read_bytes() for path in house.PROCESSES)
    nameless = []
    for kind, paths in (("process", house.PROCESSES), ("decision", house.DECISIONS), ("form", house.FORMS)):
        for path in paths:
            name = naming.title(kind, path.stem, path.read_bytes())
            if not all(name if kind != "form" or any(name) else shown.get(path.stem, ("", ""))):
                nameless.append(f"{kind} {path.stem}")
    assert nameless == []
