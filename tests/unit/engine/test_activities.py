"""User tasks, jobs, scripts, decisions, calls: entry, exit and variables."""
from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from harness import NOW, Case, TestPorts, end, flows, io, process, props, script, service, start, user

from app.engine import CompleteJob, CompleteTask, Start, run
from app.kernel.errors import Conflict, Invalid


def chain(*nodes: str, names: str, top: str = "", extra: str = "") -> bytes:
    ids = ["s", *names.split(), "e"]
    return process(start() + "".join(nodes) + end() + flows(" ".join(f"{a}>{b}" for a, b in zip(ids, ids[1:], strict=False))),
                   top=top, extra=extra)


def test_a_user_task_shows_what_its_extensions_say():
    extra = ('<zeebe:assignmentDefinition assignee="=who" candidateGroups="=[&quot;handler@&quot; + unit, &quot;head&quot;]"/>'
             '<zeebe:taskSchedule dueDate="2030-01-02T12:00:00.000001+08:00"/><zeebe:priorityDefinition priority="=40 + 20"/>'
             + io({"place": "=report.place"}) + props(name_en="Inspect", phase="reply", n="=1 + 1"))
    c = Case(chain(user("u", extra), names="u"), who="ann", unit="U1", report={"place": "幸福路"})
    t = c.task("u")
    assert (t.form_id, t.assignee, t.groups, t.priority) == ("f", "ann", ("handler@U1", "head"), 60)
    assert t.due_at == datetime(2030, 1, 2, 4, 0, 0, 1, tzinfo=UTC)
    assert t.properties == {"name_en": "Inspect", "phase": "reply", "n": 2} and t.variables["place"] == "幸福路"
    assert "place" not in c.vars


def test_groups_may_be_a_comma_list_and_defaults_hold():
    c = Case(chain(user("u", '<zeebe:assignmentDefinition candidateGroups="intake_clerk, head"/>'), names="u"))
    assert c.task("u").groups == ("intake_clerk", "head") and c.task("u").priority == 50 and c.task("u").due_at is None


def test_submitted_values_stay_local_behind_an_output_mapping():
    c = Case(chain(user("u", io(outputs={"case.result": "=answer", "n": "=count(parts)"})), names="u"), case={"kept": 1})
    c.complete("u", answer="done", parts=[1, 2])
    assert c.vars == {"case": {"kept": 1, "result": "done"}, "n": 2}


def test_submitted_values_go_to_the_instance_without_output_mapping():
    c = Case(chain(user("u"), names="u"))
    c.complete("u", a=1, b={"c": Decimal("1.50")})
    assert c.vars == {"a": 1, "b": {"c": Decimal("1.50")}}


def test_a_value_named_like_an_input_stays_local():
    c = Case(chain(user("u", io({"a": "=1"})), names="u"))
    c.complete("u", a=2, b=3)
    assert c.vars == {"b": 3}


def test_a_task_can_be_completed_once_and_only_by_its_kind():
    c = Case(chain(user("u"), service("w"), names="u w"))
    task = c.task("u").task_id
    with pytest.raises(Conflict):
        c.do(CompleteJob(task))
    c.complete("u")
    for stimulus in (CompleteTask(task), CompleteTask("nonsense"), CompleteTask(c.job("w").task_id)):
        with pytest.raises(Conflict):
            c.do(stimulus)
    with pytest.raises(Conflict):
        run(None, CompleteTask(task), now=NOW, ports=c.ports)


def test_values_that_are_no_json_documents_are_refused():
    c = Case(chain(user("u"), names="u"))
    for bad in (float("nan"), float("inf"), {1: 2}, {1, 2}, object(), "a\0b", b"x", NOW, Decimal("NaN")):
        with pytest.raises(Invalid):
            c.complete("u", value=bad)
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(Invalid):
        c.complete("u", value=deep)


def test_a_job_has_type_headers_and_retries():
    headers = '<zeebe:taskHeaders><zeebe:header key="to" value="resident"/></zeebe:taskHeaders>'
    c = Case(chain(service("w", "=kind", headers + io({"x": "=a"})), names="w"), kind="notify", a=1)
    assert (c.job("w").type, c.job("w").retries, c.job("w").headers) == ("notify", 3, {"to": "resident"})
    assert c.job("w").variables["x"] == 1
    c.work("w", ok=True)
    assert c.done and c.vars["ok"] is True


def test_a_script_writes_its_result_variable():
    c = Case(chain(script("k", "={total: price * 3}", "sum"), names="k"), price=Decimal("0.1"))
    assert c.done and c.vars["sum"] == {"total": Decimal("0.3")}


def test_a_decision_is_asked_through_the_port_and_recorded():
    rule = ('<businessRuleTask id="r"><extensionElements><zeebe:calledDecision decisionId="time_limit" resultVariable="limit"/>'
            + io(outputs={"days": "=limit.days"}) + "</extensionElements></businessRuleTask>")
    ports = TestPorts(chain(rule, names="r"))
    ports.decisions["time_limit"] = lambda v: {"days": v["n"] * 2}
    c = Case(ports=ports, n=4)
    taken = c.result.decisions[0]
    assert c.vars == {"n": 4, "days": 8} and (taken.decision_id, taken.version, taken.element_id) == ("time_limit", 3, "r")


def test_a_missing_decision_is_an_incident_that_can_be_retried():
    rule = ('<businessRuleTask id="r"><extensionElements><zeebe:calledDecision decisionId="d" resultVariable="x"/>'
            "</extensionElements></businessRuleTask>")
    c = Case(chain(rule, names="r"))
    assert c.faults == [("r", "decision")]
    c.ports.decisions["d"] = lambda v: 1
    c.retry()
    assert c.done and c.vars == {"x": 1}


def test_a_failing_entry_is_an_incident_and_the_submitted_values_stay():
    c = Case(chain(user("a"), user("b", '<zeebe:assignmentDefinition candidateGroups="=unit"/>'), names="a b"))
    c.complete("a", note="x")
    assert c.names == [] and c.faults == [("b", "type")] and c.vars == {"note": "x"} and not c.done
    c.retry()
    assert c.faults == [("b", "type")]
    c.retry(unit="head")
    assert c.task("b").groups == ("head",)


def test_a_failing_exit_keeps_what_was_submitted():
    loop = '<exclusiveGateway id="g"/>'
    c = Case(process(start() + user("a") + loop + user("b") + end() + flows("s>a a>g g>b:=n>1 g>e:=n<=1 b>e")))
    c.complete("a", note="kept")
    assert c.faults == [("g", "type")] and c.vars == {"note": "kept"}
    c.retry(n=2)
    assert c.names == ["b"]


def test_a_job_error_nobody_catches_is_an_incident_and_the_job_comes_back():
    c = Case(chain(service("w"), names="w"))
    c.fail("w", "X")
    assert c.faults == [("w", "uncaught_error")] and not c.result.jobs
    c.retry()
    c.work("w", a=1)
    assert c.done and c.vars == {"a": 1}


def test_ports_hear_of_entry_and_exit_with_evaluated_properties():
    c = Case(chain(user("u", props(entry__body="=answer", phase="reply")), names="u"))
    assert ("entered", "u", {"entry.body": None, "phase": "reply"}, {}) in c.ports.log
    c.complete("u", answer="已修好")
    assert ("completed", "u", {"entry.body": "已修好", "phase": "reply"}, {"answer": "已修好"}) in c.ports.log
    assert [x[:2] for x in c.ports.log] == [("entered", "s"), ("completed", "s"), ("entered", "u"), ("completed", "u"),
                                           ("entered", "e"), ("completed", "e")]


def called(body: str = "", **attrs: str) -> str:
    more = "".join(f' {k}="{v}"' for k, v in attrs.items())
    return f'<callActivity id="c"><extensionElements><zeebe:calledElement {more}/>{body}</extensionElements></callActivity>'


CHILD = process(start() + user("v") + script("k", "=x * 10", "y") + end() + flows("s>v v>k k>e"), "q")


def test_a_call_copies_variables_in_and_out():
    c = Case(chain(called(processId="q"), names="c"), CHILD, x=1)
    assert c.task("v").process_id == "q" and c.result.pins.keys() == {"p", "q"}
    c.complete("v", z=5)
    assert c.done and c.vars == {"x": 1, "z": 5, "y": 10}


def test_a_call_by_expression_with_mappings_only():
    call = called(io({"x": "=start"}, {"out": "=y"}), processId="=which", propagateAllParentVariables="false",
                  propagateAllChildVariables="false")
    c = Case(chain(call, names="c"), CHILD, start=4, which="q")
    assert c.task("v").variables == {"x": 4}
    c.complete("v", z=1)
    assert c.done and c.vars == {"start": 4, "which": "q", "out": 40}


def test_a_call_can_keep_everything_inside():
    c = Case(chain(called(processId="q", propagateAllChildVariables="false"), names="c"), CHILD, x=1)
    c.complete("v", z=1)
    assert c.vars == {"x": 1}


def test_a_called_version_is_pinned_at_the_first_call():
    loop = process(start() + called(processId="q") + user("u") + '<exclusiveGateway id="g" default="d_g"/>' + end()
                   + flows("s>c c>u u>g g>c* g>e:=stop"))
    c = Case(loop, CHILD, x=1)
    c.ports.definitions.append(type(c.ports)(process(start() + user("new") + end() + flows("s>new new>e"), "q")).definitions[0])
    c.complete("v")
    c.complete("u", stop=False)
    assert c.names == ["v"]                                # the instance keeps the version it began with
    assert Case(loop, ports=c.ports, x=1).names == ["new"]


def test_a_missing_called_process_is_an_incident():
    c = Case(chain(called(processId="q"), names="c"))
    assert c.faults == [("c", "called_process")]
    c.ports.definitions += TestPorts(CHILD).definitions
    c.retry(x=1)
    assert c.names == ["v"]


def test_start_events_of_the_same_seed_give_the_same_ids_and_bytes():
    data = chain(user("u"), names="u")
    ports = TestPorts(data)
    one, two = (run(None, Start("p", {"a": 1}, seed="x"), now=NOW, ports=ports) for _ in range(2))
    assert one.state == two.state and one.open_tasks == two.open_tasks
    assert run(None, Start("p", {}), now=NOW, ports=ports).open_tasks[0].task_id != one.open_tasks[0].task_id


def test_elements_carry_names_lanes_and_properties():
    lanes = ('<laneSet id="ls"><lane id="l1" name="受理"><flowNodeRef>u</flowNodeRef></lane></laneSet>')
    d = TestPorts(process(lanes + start() + user("u", props(name_en="Take in")) + end() + flows("s>u u>e"))).definitions[0]
    assert d.elements["u"].lane == "受理" and d.elements["u"].name_en == "Take in" and d.elements["p"].type == "process"
    assert Case(process(lanes + start() + user("u") + end() + flows("s>u u>e"))).task("u").lane == "受理"


def test_plain_and_manual_tasks_pass():
    c = Case(process(start() + '<task id="a"/><manualTask id="b"/>' + flows("s>a a>b")))
    assert c.done                                          # and the end may stay undrawn
