"""The published table of what runs agrees with the linter: every row is tried with a small diagram."""
from __future__ import annotations

import pytest
from harness import (
    boundary,
    end,
    errors,
    escalations,
    ext,
    flows,
    io,
    loop,
    message,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

from app.engine import ELEMENTS, EVENTS, extensions, lint, markdown, profile

DEFINITIONS = {
    "none": "", "message": '<messageEventDefinition messageRef="msg_m"/>', "timer": timer("timeDuration", "PT1M"),
    "error": '<errorEventDefinition errorRef="err_X"/>', "escalation": '<escalationEventDefinition escalationRef="esc_E"/>',
    "signal": '<signalEventDefinition signalRef="sig"/>', "link": '<linkEventDefinition name="L"/>',
    "conditional": "<conditionalEventDefinition><condition>=a</condition></conditionalEventDefinition>",
    "compensation": "<compensateEventDefinition/>", "terminate": "<terminateEventDefinition/>", "cancel": "<cancelEventDefinition/>",
}
TOP = message("m") + errors("X") + escalations("E") + '<signal id="sig" name="go"/>'
PUBLISH = ext('<zeebe:publishMessage correlationKey="=a"/>')
HANDLER = '<task id="u" isForCompensation="true"/><association id="as" sourceRef="x" targetRef="u"/>'
PLAIN = {
    "userTask": user("x"), "serviceTask": service("x"), "scriptTask": script("x", "=1", "y"),
    "sendTask": f'<sendTask id="x" messageRef="msg_m">{PUBLISH}</sendTask>', "receiveTask": '<receiveTask id="x" messageRef="msg_m"/>',
    "businessRuleTask": '<businessRuleTask id="x">' + ext('<zeebe:calledDecision decisionId="d" resultVariable="r"/>')
                        + "</businessRuleTask>",
    "callActivity": '<callActivity id="x">' + ext('<zeebe:calledElement processId="q"/>') + "</callActivity>",
    "subProcess": sub("x", start("xs") + end("xe") + flows("xs>xe")),
    "adHocSubProcess": '<adHocSubProcess id="x">' + ext('<zeebe:adHoc activeElementsCollection="=a"/>') + '<task id="xt"/></adHocSubProcess>',
    "multiInstanceLoopCharacteristics": service("x", body=loop("=a")),
    "standardLoopCharacteristics": service("x", body="<standardLoopCharacteristics/>"),
}


def small(element: str, event: str) -> bytes:
    """A diagram with the element `x` in it and as little else as it needs."""
    what = DEFINITIONS[event] if event else ""
    if element == "startEvent" and event == "timer":
        what = timer("timeCycle", "0 0 9 * * MON-FRI")
    if element == "startEvent":
        return process(f'<startEvent id="x">{what}</startEvent>' + end() + flows("x>e"), top=TOP)
    if element == "endEvent":
        inner = (PUBLISH if event == "message" else "") + what
        return process(start() + f'<endEvent id="x">{inner}</endEvent>' + flows("s>x"), top=TOP)
    if element == "eventSubProcess":
        handler = sub("h", f'<startEvent id="x">{what}</startEvent>' + end("he") + flows("x>he"), event=True)
        return process(start() + user("w") + end() + flows("s>w w>e") + handler, top=TOP)
    if element == "boundaryEvent":
        after = HANDLER if event == "compensation" else user("u") + flows("x>u")
        return process(start() + user("w") + boundary("x", "w", what) + end() + flows("s>w w>e") + after, top=TOP)
    if event == "link":
        other = "intermediateThrowEvent" if element == "intermediateCatchEvent" else "intermediateCatchEvent"
        first, second = ("x", "y") if element == "intermediateThrowEvent" else ("y", "x")
        return process(start() + f'<{element} id="x">{what}</{element}><{other} id="y">{what}</{other}>' + end()
                       + flows(f"s>{first} {second}>e"), top=TOP)
    if element == "eventBasedGateway":
        catches = "".join(f'<intermediateCatchEvent id="c_{k}">{DEFINITIONS[k]}</intermediateCatchEvent>'
                          for k in ("message", "timer", "signal", "conditional"))
        links = "".join(flows(f"x>c_{k} c_{k}>e") for k in ("message", "timer", "signal", "conditional"))
        return process(start() + '<eventBasedGateway id="x"/>' + catches + end() + flows("s>x") + links, top=TOP)
    if element == "isForCompensation":
        return process(start() + user("w") + boundary("b", "w", DEFINITIONS["compensation"]) + end() + flows("s>w w>e")
                       + '<task id="x" isForCompensation="true"/><association id="as" sourceRef="b" targetRef="x"/>')
    inner = (PUBLISH if event == "message" and element == "intermediateThrowEvent" else "") + what
    return process(start() + PLAIN.get(element, f'<{element} id="x">{inner}</{element}>') + end() + flows("s>x x>e"), top=TOP)


@pytest.mark.parametrize("row", profile(), ids=lambda row: f"{row.element}-{row.event}")
def test_each_row_says_what_the_linter_says(row):
    found = [p for p in lint(small(row.element, row.event), "x.bpmn") if p.severity == "error"]
    if row.runs:
        assert not found, found
    else:
        assert found and row.note and "x" in {p.element for p in found}, found
        assert row.note in {p.message for p in found}      # the linter tells what to use instead, in the same words


WHERE = {"ioMapping": io({"a": "=1"}), "properties": '<zeebe:properties><zeebe:property name="a" value="b"/></zeebe:properties>'}


@pytest.mark.parametrize(("name", "places"), [(n, p) for n, p, _ in extensions() if n not in (
    "loopCharacteristics", "subscription", "conditionalFilter")], ids=lambda v: v if isinstance(v, str) else "")
def test_each_extension_counts_where_the_table_says(name, places):
    for element in [k for k in PLAIN if not k.endswith("Characteristics")]:
        extension = WHERE.get(name, f"<zeebe:{name}/>")
        data = process(start() + f'<{element} id="x">{ext(extension)}</{element}>' + end() + flows("s>x x>e"), top=TOP)
        refused = any(p.code == "unsupported_extension" for p in lint(data, "x.bpmn"))
        assert refused is (element not in places), element


def test_every_part_of_the_table_has_a_name_and_the_file_shows_all_rows():
    rows = profile()
    assert {row.element for row in rows} == set(ELEMENTS) and {row.event for row in rows} - {""} == set(EVENTS)
    text = markdown(lambda message: message)
    assert text.count("\n|") == len(rows) + len(extensions()) + 4 and "%(" not in text
    assert sum(row.runs for row in rows) >= 49
