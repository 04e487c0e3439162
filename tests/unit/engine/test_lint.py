"""The linter: what is refused, with code, element and line; and what is only remarked."""
from __future__ import annotations

import pytest
from harness import (
    ERROR,
    HEAD,
    MESSAGE,
    boundary,
    end,
    errors,
    escalations,
    flows,
    gate,
    io,
    loop,
    message,
    process,
    props,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

from app.engine import lint, load
from app.kernel.errors import DefinitionError

GOOD = '<zeebe:assignmentDefinition candidateGroups="head"/>'


def line(*nodes: str, names: str, top: str = "", more: str = "") -> bytes:
    ids = ["s", *names.split(), "e"]
    return process(start() + "".join(nodes) + end() + flows(" ".join(f"{a}>{b}" for a, b in zip(ids, ids[1:], strict=False))) + more,
                   top=top)


def found(data: bytes, severity: str | None = None, lookup=None) -> set[tuple[str, str | None]]:
    problems = lint(data, "x.bpmn", lookup)
    assert all(p.file == "x.bpmn" and p.text() for p in problems)
    return {(p.code, p.element) for p in problems if severity in (None, p.severity)}


class Published:
    def __init__(self, *keys: tuple[str, str], files: dict[str, bytes] | None = None) -> None:
        self.known, self.files = keys, files or {}

    def data(self, kind: str, key: str) -> bytes | None:
        return self.files.get(key)

    def has(self, kind: str, key: str) -> bool:
        return (kind, key) in self.known or key in self.files


def test_a_sound_diagram_has_no_problems():
    assert found(line(user("u", GOOD), names="u")) == set()


def xtask(tag: str, inner: str = "", attrs: str = "") -> str:
    return f'<{tag} id="x" {attrs}>{inner}</{tag}>'


def e(inner: str) -> str:
    return f"<extensionElements>{inner}</extensionElements>"


def begun(name: str, definition: str, to: str = "e") -> str:
    """A start event that leads to an end event of its own."""
    ends = end(to or f"{name}_e")
    return f'<startEvent id="{name}">{definition}</startEvent>' + ends + flows(f"{name}>{to or name + '_e'}")


LINK = '<linkEventDefinition name="{}"/>'.format
CATCH = '<intermediateCatchEvent id="x">{}</intermediateCatchEvent>'.format
ERRORS = [
    ("job_type", "x", line(xtask("serviceTask"), names="x")),
    ("job_type", "x", line(xtask("sendTask"), names="x")),
    ("script", "x", line(xtask("scriptTask", e('<zeebe:script expression="1 + 1" resultVariable="y"/>')), names="x")),
    ("script", "x", line(xtask("scriptTask", e('<zeebe:script expression="=1"/>')), names="x")),
    ("decision", "x", line(xtask("businessRuleTask"), names="x")),
    ("called_process", "x", line(xtask("callActivity"), names="x")),
    ("call_cycle", "x", line(xtask("callActivity", e('<zeebe:calledElement processId="p"/>')), names="x")),
    ("form", "x", line(xtask("userTask", e("<zeebe:userTask/>" + GOOD)), names="x")),
    ("unsupported_extension", "x", line(xtask("userTask", e("<zeebe:executionListeners/>")), names="x")),
    ("unsupported_extension", "x", line(xtask("userTask", e("<zeebe:taskListeners/>")), names="x")),
    ("unsupported_extension", "x", line(xtask("serviceTask", e('<zeebe:taskDefinition type="a" priority="2"/>')), names="x")),
    ("unsupported_extension", "x", line(xtask("task", e('<spiff:preScript xmlns:spiff="http://spiffworkflow.org/bpmn/schema/1.0/core">'
                                                    "x</spiff:preScript>")), names="x")),
    ("unsupported_extension", "x", line(user("x", '<zeebe:formDefinition formId="f" bindingType="versionTag"/>'), names="x")),
    ("unsupported_element", "x", line(xtask("complexGateway"), names="x")),
    ("unsupported_element", "x", line(xtask("transaction"), names="x")),
    ("adhoc", "x", line(xtask("adHocSubProcess"), names="x")),
    ("adhoc", "x", line(xtask("adHocSubProcess", "<task id='k'/>"), names="x")),
    ("adhoc", "k", line(xtask("adHocSubProcess", e('<zeebe:adHoc activeElementsCollection="=a"/>') + '<startEvent id="k"/>'), names="x")),
    ("unsupported_element", "x", line(xtask("adHocSubProcess", "<task id='k'/>", 'ordering="Sequential"'), names="x")),
    ("adhoc", "x", line(xtask("adHocSubProcess", e('<zeebe:adHoc activeElementsCollection="=a" outputCollection="a"/>')
                              + "<task id='k'/>"), names="x")),
    ("variable_name", "x", line(xtask("adHocSubProcess", e('<zeebe:adHoc activeElementsCollection="=a" outputCollection="a b" '
                                                           'outputElement="=1"/>') + "<task id='k'/>"), names="x")),
    ("unsupported_extension", "x", line(xtask("adHocSubProcess", e('<zeebe:adHoc other="a"/>')), names="x")),
    ("unsupported_extension", "x", line(xtask("adHocSubProcess", e('<zeebe:taskDefinition type="a"/>')), names="x")),
    ("unsupported_element", "x", line(xtask("task", "<standardLoopCharacteristics/>"), names="x")),
    ("compensation", "x", line(xtask("task", attrs='isForCompensation="true"'), names="x")),
    ("compensation", "x", line(names="", more=xtask("task", attrs='isForCompensation="true"'))),
    ("compensation", "x", line(user("u"), names="u", more=boundary("x", "u", "<compensateEventDefinition/>"))),
    ("compensation", "x", line(user("u"), names="u", more=boundary("x", "u", "<compensateEventDefinition/>")
                               + '<task id="h" isForCompensation="true"/><association id="as" sourceRef="x" targetRef="h"/>'
                               + flows("x>e"))),
    ("compensation", "x", line(user("u"), xtask("intermediateThrowEvent", '<compensateEventDefinition activityRef="u"/>'), names="u x")),
    ("unsupported_event", "x", line(xtask("intermediateThrowEvent", '<compensateEventDefinition waitForCompletion="false"/>'), names="x")),
    ("start_event", "xs", line(names="", more=sub("x", '<startEvent id="xs"><compensateEventDefinition/></startEvent>' + end("xe")
                                                  + flows("xs>xe"), event=True))),
    ("signal_reference", "x", line(CATCH('<signalEventDefinition/>'), names="x")),
    ("condition", "x", line(CATCH('<conditionalEventDefinition/>'), names="x")),
    ("condition", "x", line(CATCH('<conditionalEventDefinition><condition>amount</condition></conditionalEventDefinition>'), names="x")),
    ("expression", "x", line(CATCH('<conditionalEventDefinition><condition>=a &gt;</condition></conditionalEventDefinition>'), names="x")),
    ("unsupported_extension", "x", line(CATCH('<conditionalEventDefinition><condition>=a</condition>' + e(
        '<zeebe:conditionalFilter variableEvents="create"/>') + '</conditionalEventDefinition>'), names="x")),
    ("unsupported_event", "x", line(xtask("endEvent", "<cancelEventDefinition/>"), names="")),
    ("unsupported_event", "x", line(xtask("intermediateThrowEvent", '<signalEventDefinition/><signalEventDefinition/>'), names="x")),
    ("event_definition", "x", line(CATCH(""), names="x")),
    ("message_reference", "x", line(CATCH("<messageEventDefinition/>"), names="x")),
    ("message_key", "x", line(CATCH(MESSAGE("m")), names="x", top='<message id="msg_m" name="m"/>')),
    ("message_key", "x", line(CATCH(MESSAGE("m")), names="x", top=message("m", "constant"))),
    ("timer", "x", line(CATCH(timer("timeDuration", "2 days")), names="x")),
    ("timer", "x", line(CATCH(timer("timeDate", "2026-01-01T10:00:00")), names="x")),
    ("timer", "x", line(CATCH(timer("timeCycle", "R1000000/PT0S")), names="x")),
    ("timer", "x", line(CATCH("<timerEventDefinition/>"), names="x")),
    ("timer", "x", line(CATCH(timer("timeCycle", '=deadline("reply").due_at')), names="x")),
    ("error_reference", "x", line(names="", more=xtask("endEvent", "<errorEventDefinition/>"))),
    ("escalation_reference", "x", line(xtask("intermediateThrowEvent", '<escalationEventDefinition escalationRef="no"/>'), names="x")),
    ("expression", "x", line(script("x", "=1 +", "y"), names="x")),
    ("expression", "x", line(xtask("task", e(io({"a": "=)"}))), names="x")),
    ("variable_name", "x", line(script("x", "=1", "a b"), names="x")),
    ("variable_name", "x", line(xtask("task", e(io({"if": "=1"}))), names="x")),
    ("loop", "x", line(service("x", body=loop("parts")), names="x")),
    ("loop", "x", line(service("x", body=loop("=parts", outputCollection="o")), names="x")),
    ("link", "x", line(xtask("intermediateThrowEvent", LINK("L")), names="x")),
    ("boundary", "x", line(names="", more=boundary("x", "s", timer("timeDuration", "PT1M")))),
    ("boundary", "x", line(user("u"), names="u", top=errors("X"), more=boundary("x", "u", ERROR("X"), False))),
    ("event_definition", "x", line(user("u"), names="u", more=boundary("x", "u", ""))),
    ("dead_end", "x", process(start() + gate("x") + flows("s>x"))),
    ("default_flow", "x", line('<exclusiveGateway id="x" default="nowhere"/>', names="x")),
    ("default_flow", "x", line('<task id="x" default="nowhere"/>', names="x")),
    ("start_event", "p", process(end())),
    ("start_event", "s2", process(start() + start("s2") + end() + flows("s>e s2>e"))),
    ("start_event", "s", process(begun("s", timer("timeDuration", "PT1H")))),
    ("start_event", "s", process(begun("s", timer("timeDate", "=now()")))),
    ("start_event", "s", process(begun("s", "<conditionalEventDefinition><condition>=a</condition></conditionalEventDefinition>"))),
    ("timer", "s", process(begun("s", timer("timeCycle", "0 0 9 * *")))),
    ("start_event", "s2", process(begun("s", MESSAGE("m")) + begun("s2", MESSAGE("m"), ""), top=message("m"))),
    ("start_event", "s", process(begun("s", MESSAGE("m")), top='<message id="msg_m" name="=kind"/>')),
    ("start_event", "xs", line(sub("x", begun("xs", MESSAGE("m"), "xe")), names="x", top=message("m"))),
    ("called_process", "x", line('<callActivity id="x">' + e('<zeebe:calledElement processId=""/>') + "</callActivity>", names="x")),
    ("unsupported_extension", "x", line('<adHocSubProcess id="x">' + e('<zeebe:adHoc activeElementsCollection="=a"/>'
                                        '<zeebe:taskDefinition type="agent"/>') + '<task id="xt"/></adHocSubProcess>', names="x")),
    ("start_event", "x", line(sub("x", end("xe")), names="x")),
    ("start_event", "xs", line(names="", more=sub("x", start("xs") + end("xe") + flows("xs>xe"), event=True))),
    ("event_gateway", None, process(start() + gate("x", "event") + user("a") + user("b") + flows("s>x x>a x>b"))),
    ("condition", None, process(start() + gate("x") + user("a") + user("b") + flows("s>x x>a x>b:=c"))),
    ("condition", None, process(start() + gate("x") + user("a") + user("b") + flows("s>x x>a:c x>b:=c"))),
    ("condition", None, process(start() + user("x") + user("a") + flows("s>x x>a:=c"))),
    ("flow", None, line(names="", more=flows("e>s"))),
    ("flow", None, line(names="", more=flows("s>nowhere"))),
    ("busy_loop", None, process(start() + gate("m") + script("k", "=n+1", "n") + gate("x", default=True) + end()
                                + flows("s>m m>k k>x x>m* x>e:=n>3"))),
    ("back_flow", None, process(start() + gate("j", "parallel") + user("u") + gate("x", default=True) + end()
                                + flows("s>j j>u u>x x>j* x>e:=a"))),
]


@pytest.mark.parametrize(("code", "element", "data"), ERRORS, ids=[f"{n}-{c[0]}" for n, c in enumerate(ERRORS)])
def test_each_fault_is_an_error_with_its_place(code, element, data):
    problems = [p for p in lint(data, "x.bpmn") if p.code == code and p.severity == "error"]
    assert problems and all(p.line for p in problems), lint(data, "x.bpmn")
    assert element is None or element in {p.element for p in problems}
    with pytest.raises(DefinitionError):
        load(data, "x.bpmn")


REMARKS = [
    ("no_default", "x", process(start() + gate("x") + user("a", GOOD) + user("b", GOOD) + flows("s>x x>a:=c x>b:=d"))),
    ("assignment", "u", line(user("u"), names="u")),
    ("unreachable", "x", line(user("u", GOOD), names="u", more=user("x", GOOD))),
    ("iso_duration_limit", "x", line(CATCH(timer("timeDuration", "P1D")), names="x")),
    ("iso_duration_limit", "x", line(CATCH(timer("timeDuration", "PT1H")), names="x")),
    ("constant_condition", "x", line(CATCH('<conditionalEventDefinition><condition>=now() &gt; date and time("2026-01-01T00:00:00Z")'
                                           '</condition></conditionalEventDefinition>'), names="x")),
    ("local_result", "x", line(script("x", "=1", "y", io({"y": "=2"})), names="x")),
]


@pytest.mark.parametrize(("code", "element", "data"), REMARKS, ids=[c[0] for c in REMARKS])
def test_each_remark_is_a_warning_that_still_loads(code, element, data):
    assert (code, element) in found(data, "warning") and not found(data, "error")
    load(data, "x.bpmn")


BARRED = '=if unit = null then ["did:p"] else ["@" + unit, "did:" + process]'


@pytest.mark.parametrize(("told", "faults"), [
    ({"assign__exclude": "@LRS, did:task_handle"}, 0), ({"assign__exclude": BARRED}, 0),
    ({"assign__exclude": "handler@LRS"}, 1), ({"assign__exclude": '=["by:task", "@" + unit]'}, 1),
    ({"assign__excludes": "@LRS"}, 1)])
def test_who_is_excluded_from_a_task_is_named_in_a_known_way(told, faults):
    problems = lint(line(user("u", GOOD + props(**told)), names="u"), "x.bpmn")
    assert [(p.code, p.element, p.severity) for p in problems] == [("assignment", "u", "error")] * faults
    assert all("did:NAME" in p.text() or "assign.exclude was meant" in p.text() for p in problems)


def test_only_a_user_task_excludes_people():
    data = line(script("x", "=1", "y", props(assign__exclude="@LRS")), names="x")
    assert found(data, "error") == {("assignment", "x")}


def test_a_fixed_short_duration_is_not_remarked():
    assert ("iso_duration_limit", "x") not in found(line(CATCH(timer("timeDuration", "PT59M")), names="x"))


def test_references_are_looked_up():
    data = line(user("u", GOOD), xtask("businessRuleTask", e('<zeebe:calledDecision decisionId="d" resultVariable="y"/>')),
                '<callActivity id="c">' + e('<zeebe:calledElement processId="q"/>') + "</callActivity>", names="u x c")
    assert found(data, "error", Published()) == {("reference", n) for n in "uxc"}
    assert found(data, "error", Published(("form", "f"), ("decision", "d"), ("process", "q"))) == set()
    assert found(data, "error") == set()


def test_a_circle_of_calls_is_found_across_files():
    call = '<callActivity id="c"><extensionElements><zeebe:calledElement processId="{}"/></extensionElements></callActivity>'
    files = {a: process(start() + call.format(b) + end() + flows("s>c c>e"), a) for a, b in (("p", "q"), ("q", "r"), ("r", "p"))}
    problems = lint(files["p"], "x.bpmn", Published(files=files))
    assert [p.code for p in problems] == ["call_cycle"] and "p > q > r > p" in problems[0].text()
    files["r"] = process(start() + end() + flows("s>e"), "r")
    assert lint(files["p"], "x.bpmn", Published(files=files)) == []


def test_a_file_holds_exactly_one_executable_process():
    two = (HEAD + '<process id="a" isExecutable="true"><startEvent id="s1"/></process><process id="b" isExecutable="true">'
           '<startEvent id="s2"/></process></definitions>').encode()
    for data in (two, (HEAD + "</definitions>").encode(), (HEAD + '<process id="a"><startEvent id="s1"/></process></definitions>').encode()):
        assert found(data) == {("one_process", None)}


def test_pools_drawn_around_the_process_do_no_harm():
    pool = '<collaboration id="co"><participant id="pa" name="居民"/><participant id="pb" processRef="p"/></collaboration>'
    assert found(line(user("u", GOOD), names="u", top=pool)) == set()


def test_escalations_need_codes():
    assert found(line(names="", top=escalations("E"))) == set()


def test_every_reference_model_of_the_interchange_group_is_answered_with_problems_not_exceptions(shared):
    paths = sorted((shared / "conformance" / "miwg").glob("*.bpmn"))
    assert len(paths) >= 20
    executable = set()
    for path in paths:
        problems = lint(path.read_bytes(), path.name)
        faults = [one for one in problems if one.severity == "error"]
        assert all(one.text() and (one.element or one.line) for one in faults), path.name
        executable |= set() if faults else {path.name}
        if faults:
            with pytest.raises(DefinitionError):
                load(path.read_bytes(), path.name)
    assert len(executable) < len(paths)     # drawings for people: most say what would be missing to run them
