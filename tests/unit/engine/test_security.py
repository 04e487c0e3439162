"""Command payloads in every text of a diagram, hostile XML, and hostile data."""
from __future__ import annotations

import os
import subprocess

import pytest
from harness import Case, end, flows, gate, loop, process, script, service, start, timer, user

from app.engine import lint, load
from app.kernel.errors import DefinitionError, YikouError
from app.kernel.safe_xml import BPMN, read_xml
from tests.hostile_xml import ATTACKS, doc
from tests.pace import measured

PAYLOADS = ["__import__('os').system('touch /tmp/owned')", "().__class__.__bases__[0].__subclasses__()",
            "open('/etc/passwd').read()", "exec('import os')", "(lambda: 1)()"]
CATCH = '<intermediateCatchEvent id="x">{}</intermediateCatchEvent>'.format
PRE = ('<task id="x"><extensionElements><spiff:preScript xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core">{}'
       "</spiff:preScript></extensionElements></task>").format


def places(text: str) -> dict[str, bytes]:
    text = text.replace("<", "&lt;")
    chain = flows("s>x x>e")
    cardinality = (f'<serviceTask id="x"><extensionElements><zeebe:taskDefinition type="t"/></extensionElements>'
                   f"<multiInstanceLoopCharacteristics><loopCardinality>{text}</loopCardinality>"
                   "</multiInstanceLoopCharacteristics></serviceTask>")
    return {
        "script": process(start() + script("x", text, "y") + end() + chain),
        "condition": process(start() + gate("x", default=True) + end() + user("u")
                             + f'<sequenceFlow id="c" sourceRef="x" targetRef="u"><conditionExpression>{text}</conditionExpression>'
                             "</sequenceFlow>" + flows("s>x x>e* u>e")),
        "timer": process(start() + CATCH(timer("timeDuration", text)) + end() + chain),
        "cardinality": process(start() + cardinality + end() + chain),
        "loop condition": process(start() + service("x", body=loop("=[1, 2]", condition=text)) + end() + chain),
        "pre-script": process(start() + PRE(text) + end() + chain),
        "output": process(start() + f'<userTask id="x"><extensionElements><zeebe:formDefinition formId="f"/><zeebe:ioMapping>'
                          f'<zeebe:output source="{text}" target="y"/></zeebe:ioMapping></extensionElements></userTask>' + end() + chain),
    }


@pytest.mark.parametrize("equals", ["", "="])
@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("place", list(places("1")))
def test_security_01_a_python_payload_is_refused_or_a_literal(place, payload, equals, monkeypatch):
    def spawned(*args, **kwargs):
        raise AssertionError("a process was started")
    for module, name in ((os, "system"), (os, "popen"), (subprocess, "Popen")):
        monkeypatch.setattr(module, name, spawned)
    data = places(equals + payload)[place]
    try:
        c = Case(data)
    except DefinitionError:
        return
    if c.names:
        c.complete("x")
        assert c.faults or c.vars["y"] in (payload, None)   # a literal, or FEEL's null
    if c.result.jobs:
        c.work("x")
        assert c.faults == [("x", "type")] or c.result.jobs   # a completion condition that is no boolean


def test_security_17_data_keys_that_shadow_built_ins_break_nothing():
    names = {"len": 1, "__builtins__": {}, "count": 2, "typename": "x", "sid": 1}
    c = Case(process(start() + user("u") + script("k", "=count([1,2,3])", "n") + end() + flows("s>u u>k k>e")), **names)
    c.complete("u", __class__="x", exec="y")
    assert c.done or c.faults == [("k", "expression")]


@pytest.mark.parametrize("name", list(ATTACKS))
def test_security_04_05_hostile_xml_is_refused_in_time(name):
    data = ATTACKS[name]()
    with measured() as spent, pytest.raises(YikouError) as caught:
        load(data, "x.bpmn")
    assert 400 <= caught.value.status < 500 and spent[0] < 1
    assert lint(data, "x.bpmn")


def test_harmless_encodings_are_read():
    for data in (doc(), doc(head="").decode().encode("utf-16"), b"\xef\xbb\xbf" + doc(head=""), doc(text="é &amp; <![CDATA[<b>]]>")):
        assert load(data, "x.bpmn").id == "p"


def test_security_06_a_state_with_a_type_name_makes_no_object():
    c = Case(process(start() + user("u") + end() + flows("s>u u>e")), value={"typename": "datetime.timedelta", "seconds": 1})
    assert c.task("u").variables["value"] == {"typename": "datetime.timedelta", "seconds": 1}


def test_security_34_deep_subprocesses_and_huge_models_are_bounded():
    body = start("s0") + end("e0") + flows("s0>e0")
    for n in range(1, 40):
        body = start(f"s{n}") + f'<subProcess id="x{n}">{body}</subProcess>' + end(f"e{n}") + flows(f"s{n}>x{n} x{n}>e{n}")
    with pytest.raises(YikouError):
        Case(process(body))


def test_security_4_ids_of_strangers_extensions_name_nothing() -> None:
    def read(inside: str) -> list[str]:
        data = doc(text="x").replace(b"<startEvent", f"<extensionElements>{inside}</extensionElements><startEvent".encode())
        try:
            read_xml(data, f"{{{BPMN}}}definitions")
        except DefinitionError as error:
            return [one.message for one in error.problems]
        return []

    plain, twice = "The id is not a plain name (letters, digits, _ - .).", "The id %(id)s is used twice."
    anchor = """<l:anchor xmlns:l="urn:l" id="(0.39,'2)"/>"""
    assert read(anchor) == [] == read(anchor * 2), "they stand for no element, however often"
    assert read('<l:anchor xmlns:l="urn:l" id="s"/>') == [twice], "one that could stand for an element of ours"
    assert read("""<zeebe:properties id="a'b"/>""") == [plain] == read("""<bare xmlns="" id="a'b"/>""")
    assert read("""<task id="a'b"/>""") == [plain]
