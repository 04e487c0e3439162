"""Timers, messages, errors, escalations: boundary, intermediate, event gateway, event subprocess, ends."""
from __future__ import annotations

from datetime import timedelta

import pytest
from harness import (
    ERROR,
    ESCALATION,
    MESSAGE,
    NOW,
    Case,
    boundary,
    end,
    errors,
    escalations,
    ext,
    flows,
    gate,
    io,
    message,
    process,
    props,
    service,
    start,
    sub,
    timer,
    user,
)

from app.engine import DeliverMessage, FireTimer
from app.kernel.errors import Conflict


def catch(name: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{name}">{definition}</intermediateCatchEvent>'


def reminder(cancel: bool, kind: str = "timeDuration", text: str = "PT5H") -> bytes:
    return process(start() + user("u") + boundary("late", "u", timer(kind, text), cancel) + user("nag") + end()
                   + flows("s>u u>e late>nag nag>e"))


def test_an_interrupting_timer_cancels_its_task():
    c = Case(reminder(True))
    assert c.timer("late").due_at == NOW + timedelta(hours=5)
    with pytest.raises(Conflict):
        c.fire("late")                                     # nobody fires a timer early
    c.wait(hours=5)
    c.fire("late")
    assert c.names == ["nag"] and ("u", "cancelled") in c.steps and not c.result.timers


def test_a_timer_that_does_not_interrupt_fires_once():
    c = Case(reminder(False))
    c.wait(hours=6)
    c.fire("late")
    assert c.names == ["nag", "u"] and not c.result.timers
    c.complete("u")
    assert not c.done
    c.complete("nag")
    assert c.done


def test_completing_a_task_drops_its_timer():
    c = Case(reminder(True))
    task = c.timer("late").task_id
    c.complete("u")
    assert c.done and not c.result.timers
    with pytest.raises(Conflict):
        c.do(FireTimer(task))


def test_microseconds_of_a_due_time_are_kept():
    c = Case(reminder(True, "timeDuration", "PT1.000001S"))
    assert c.timer("late").due_at == NOW + timedelta(seconds=1, microseconds=1)


def test_missed_rounds_of_a_cycle_are_one_firing():
    c = Case(reminder(False, "timeCycle", "R/PT1H"))
    c.wait(hours=42, minutes=30)
    c.fire("late")
    assert c.names == ["nag", "u"] and c.timer("late").due_at == NOW + timedelta(hours=43) and c.timer("late").repeats


def test_a_cycle_ends_after_its_count():
    c = Case(reminder(False, "timeCycle", "R2/PT1H"))
    for _ in range(2):
        c.wait(hours=1)
        c.fire("late")
    assert c.names == ["nag", "nag", "u"] and not c.result.timers


@pytest.mark.parametrize(("kind", "text", "due"), [
    ("timeDate", "2026-03-02T17:00:00+08:00", timedelta(hours=1)),
    ("timeDate", '=date and time("2026-03-02T09:00:00Z")', timedelta(hours=1)),
    ("timeDuration", '=duration("PT2H")', timedelta(hours=2)),
    ("timeDuration", '="P" + string(days) + "D"', timedelta(days=3)),
    ("timeDuration", "P1M", timedelta(days=31)),
    ("timeCycle", "R/2026-03-02T10:00:00Z/PT1H", timedelta(hours=2)),
])
def test_dates_durations_and_cycles_are_computed_from_the_given_now(kind, text, due):
    assert Case(reminder(True, kind, text), days=3).timer("late").due_at == NOW + due


@pytest.mark.parametrize("text", ["=missing", "=5", '="tomorrow"', '="2026-03-02T09:00:00"'])
def test_a_timer_without_a_usable_time_is_an_incident(text):
    c = Case(reminder(True, "timeDate", text))
    assert c.names == ["u"] and c.faults[0][0] == "late"
    c.complete("u")                                        # the task itself is not held up
    assert c.done


def test_a_timer_owned_by_a_legal_clock_has_no_date_of_its_own():
    c = Case(reminder(False, "timeDate", '=deadline("reply").warn_at'))
    assert (c.timer("late").clock, c.timer("late").due_at) == ("reply.warn_at", None)
    c.ports.clocks["reply"] = {"due_at": None, "warn_at": "2026-03-05T09:00:00Z"}
    c.retry()
    assert c.timer("late").due_at == NOW + timedelta(days=3, hours=1)
    assert b"2026-03-05" not in c.state
    c.fire("late")
    assert c.names == ["nag", "u"]


def test_an_expression_may_read_a_legal_clock():
    extra = '<zeebe:taskSchedule dueDate="=deadline(&quot;reply&quot;).due_at"/>'
    c = Case(process(start() + user("u", extra) + end() + flows("s>u u>e")))
    assert c.task("u").due_at is None
    c.ports.clocks["reply"] = {"due_at": "2026-03-05T09:00:00Z", "warn_at": None}
    c.retry()
    assert c.task("u").due_at == NOW + timedelta(days=3, hours=1)       # the task's date follows the clock


def test_a_message_of_a_failed_exit_is_thrown_once():
    throw = ('<intermediateThrowEvent id="t"><extensionElements>' + props(note="=number(n)") + io(outputs={"x": "=n"})
             + "</extensionElements>" + MESSAGE("ping") + "</intermediateThrowEvent>")
    c = Case(process(start() + throw + end() + flows("s>t t>e"), top=message("ping", "=id")))
    assert c.faults == [("t", "type")] and not c.messages
    c.retry(id="a", n="1")
    assert c.done and len(c.messages) == 1


def test_several_timers_and_messages_race_at_one_event_gateway():
    data = process(start() + gate("g", "event") + catch("t1", timer("timeDuration", "PT1H"))
                   + catch("t2", timer("timeDuration", "PT2H")) + catch("m", MESSAGE("answered")) + user("a") + user("b")
                   + user("c") + end() + flows("s>g g>t1 g>t2 g>m t1>a t2>b m>c a>e b>e c>e"), top=message("answered", "=id"))
    c = Case(data, id="C-1")
    assert [t.due_at - NOW for t in c.result.timers] == [timedelta(hours=1), timedelta(hours=2)]
    c.wait(hours=2)
    c.fire("t2")
    assert c.names == ["b"] and not c.result.timers and not c.result.subscriptions
    c = Case(data, id="C-1")
    assert c.result.subscriptions[0].key == "C-1"
    c.deliver("answered", text="ja")
    assert c.names == ["c"] and c.vars["text"] == "ja" and not c.result.timers


def test_a_message_needs_the_right_name_and_key():
    c = Case(process(start() + catch("m", MESSAGE("answered")) + end() + flows("s>m m>e"), top=message("answered", "=id")), id=7)
    task = c.result.subscriptions[0].task_id
    assert c.result.subscriptions[0].key == "7"
    for name, key in (("other", "7"), ("answered", "8")):
        with pytest.raises(Conflict):
            c.do(DeliverMessage(task, name, key))
    c.deliver("answered")
    assert c.done


def test_a_receive_task_waits_and_maps_its_payload():
    receive = '<receiveTask id="r" messageRef="msg_m"><extensionElements>' + io(outputs={"x": "=payload.n"}) + (
        "</extensionElements></receiveTask>")
    c = Case(process(start() + receive + boundary("late", "r", timer("timeDuration", "PT1H")) + end()
                     + flows("s>r r>e late>e"), top=message("m", "=id")), id="a")
    c.deliver("m", payload={"n": 3})
    assert c.done and c.vars == {"id": "a", "x": 3}


def test_a_message_boundary_that_does_not_interrupt_stays_armed():
    c = Case(process(start() + user("u") + boundary("m", "u", MESSAGE("more"), False) + user("note") + end()
                     + flows("s>u u>e m>note note>e"), top=message("more", "=id")), id="a")
    c.deliver("more", n=1)
    c.deliver("more", n=2)
    assert c.names == ["note", "note", "u"] and c.vars["n"] == 2
    c.complete("u")
    assert c.names == ["note", "note"] and not c.result.subscriptions


def test_a_null_key_is_an_incident():
    c = Case(process(start() + catch("m", MESSAGE("answered")) + end() + flows("s>m m>e"), top=message("answered", "=id")))
    assert c.faults == [("m", "type")]
    c.retry(id="a")
    assert c.result.subscriptions[0].key == "a"


def test_a_name_or_key_that_cannot_be_stored_is_an_incident_that_can_be_mended():
    c = Case(process(start() + catch("c", MESSAGE("m")) + end() + flows("s>c c>e"), top=message("m", "=id")), id="k" * 201)
    assert c.faults == [("c", "message")] and not c.result.subscriptions
    c.retry(id="k" * 200)
    throw = '<endEvent id="t">' + ext('<zeebe:publishMessage correlationKey="=id" messageId="=id"/>') + MESSAGE("m") + "</endEvent>"
    c = Case(process(start() + throw + flows("s>t"), top=message("m", "=id")), id="k" * 121)
    assert c.faults == [("t", "message")] and not c.messages
    c.retry(id="k")
    assert c.done and len(c.messages) == 1


def test_thrown_messages_leave_the_instance():
    throw = ('<intermediateThrowEvent id="t"><extensionElements>' + io({"code": "=id"}) + "</extensionElements>"
             + MESSAGE("ping") + "</intermediateThrowEvent>")
    c = Case(process(start() + throw + end("e", MESSAGE("bye")) + flows("s>t t>e"),
                     top=message("ping", "=id") + message("bye", "=other")), id="a", other="b")
    assert [(m.name, m.key, dict(m.variables)) for m in c.messages] == [("ping", "a", {"code": "a"}), ("bye", "b", {})]


def test_a_send_task_may_publish_with_time_to_live():
    send = ('<sendTask id="t" messageRef="msg_ping"><extensionElements><zeebe:publishMessage correlationKey="=id" '
            'messageId="=id + &quot;-1&quot;" timeToLive="PT1H"/></extensionElements></sendTask>')
    c = Case(process(start() + send + end() + flows("s>t t>e"), top=message("ping", "=x")), id="a")
    assert c.done and (c.messages[0].message_id, c.messages[0].ttl_seconds, c.messages[0].key) == ("a-1", 3600, "a")


def inner(thrown: str, node: str = "end") -> str:
    return start("is") + user("iu") + end("ie", thrown) + flows("is>iu iu>ie")


def test_an_error_end_is_caught_by_the_boundary_of_its_own_scope_only():
    data = process(start() + gate("g", "parallel") + sub("a", inner(ERROR("X"))) + boundary("ba", "a", ERROR("X"))
                   + sub("b", start("bs") + user("bu") + end("be") + flows("bs>bu bu>be")) + boundary("bb", "b", ERROR("X"))
                   + user("ua") + user("ub") + end() + flows("s>g g>a g>b a>e b>e ba>ua bb>ub ua>e ub>e"), top=errors("X"))
    c = Case(data)
    c.complete("iu")
    assert c.names == ["bu", "ua"]                         # the sibling with the same code is not touched


def test_the_specific_code_wins_and_errors_go_outwards_through_calls():
    call = '<callActivity id="c"><extensionElements><zeebe:calledElement processId="q"/></extensionElements></callActivity>'
    data = process(start() + call + boundary("any", "c", '<errorEventDefinition/>') + boundary("x", "c", ERROR("X"))
                   + user("ua") + user("ux") + end() + flows("s>c c>e any>ua x>ux ua>e ux>e"), top=errors("X"))
    for code, name in (("X", "ux"), ("Y", "ua")):
        child = process(start() + service("w") + end() + flows("s>w w>e"), "q")
        c = Case(data, child)
        c.fail("w", code, why="n")
        assert c.names == [name] and c.vars["why"] == "n" and ("c", "cancelled") in c.steps


def test_an_uncaught_error_end_is_an_incident_and_other_branches_go_on():
    c = Case(process(start() + gate("g", "parallel") + user("u") + end("bad", ERROR("X")) + end()
                     + flows("s>g g>u g>bad u>e"), top=errors("X")))
    assert c.faults == [("bad", "uncaught_error")] and c.names == ["u"]
    c.complete("u")
    assert not c.done
    c.retry()
    assert c.faults == [("bad", "uncaught_error")] and not c.done


def test_an_escalation_may_go_on_beside_its_path():
    throw = f'<intermediateThrowEvent id="t">{ESCALATION("E")}</intermediateThrowEvent>'
    body = start("is") + throw + user("iu") + end("ie", ESCALATION("F")) + flows("is>t t>iu iu>ie")
    data = process(start() + sub("a", body) + boundary("e1", "a", ESCALATION("E"), False)
                   + boundary("e2", "a", ESCALATION("F")) + user("u1") + user("u2") + end()
                   + flows("s>a a>e e1>u1 e2>u2 u1>e u2>e"), top=escalations("E", "F"))
    c = Case(data)
    assert c.names == ["iu", "u1"]
    c.complete("iu")
    assert c.names == ["u1", "u2"] and ("a", "cancelled") in c.steps
    lone = Case(process(start() + throw + end() + flows("s>t t>e"), top=escalations("E")))
    assert lone.done                                       # an escalation nobody catches is no fault


def handler(definition: str, interrupting: bool = True, after: str = "", name: str = "es") -> str:
    begin = (f'<startEvent id="{name}_s" isInterrupting="{str(interrupting).lower()}"><extensionElements>'
             f"{after}</extensionElements>{definition}</startEvent>")
    return sub(name, begin + user(f"{name}_u") + end(f"{name}_e", extra=props(outcome="withdrawn"))
               + flows(f"{name}_s>{name}_u {name}_u>{name}_e"), event=True)


def with_handler(definition: str, interrupting: bool = True, top: str = "", main: str = "") -> bytes:
    return process(start() + (main or user("u")) + end() + flows("s>u u>e") + handler(definition, interrupting), top=top)


def test_a_message_event_subprocess_interrupts():
    c = Case(with_handler(MESSAGE("withdrew"), top=message("withdrew", "=id")), id="a")
    assert c.names == ["u"] and len(c.result.subscriptions) == 1
    c.deliver("withdrew", reason="搬家")
    assert c.names == ["es_u"] and c.vars["reason"] == "搬家" and ("u", "cancelled") in c.steps
    c.complete("es_u")
    assert c.done and c.result.ended == (("es_e", {"outcome": "withdrawn"}),)


def test_an_armed_event_subprocess_does_not_hold_the_instance_open_nor_changes_the_definition():
    data = with_handler(MESSAGE("withdrew"), False, message("withdrew", "=id"))
    c = Case(data, id="a")
    c.deliver("withdrew")
    c.deliver("withdrew")
    assert c.names == ["es_u", "es_u", "u"]
    c.complete("u")
    assert not c.done
    c.complete("es_u")
    c.complete("es_u")
    assert c.done
    later = Case(ports=c.ports, id="b")
    later.complete("u")
    assert later.done                                      # the shared definition is sealed


def test_timer_event_subprocesses():
    c = Case(with_handler(timer("timeDuration", "PT1H")))
    c.wait(hours=1)
    c.fire("es_s")
    assert c.names == ["es_u"]
    c = Case(with_handler(timer("timeCycle", "R/PT1H"), False))
    for _ in range(3):
        c.wait(hours=1)
        c.fire("es_s")
    assert c.names == ["es_u"] * 3 + ["u"]
    plain = Case(with_handler(timer("timeDuration", "PT1H")))
    plain.complete("u")
    assert plain.done and not plain.result.timers


def test_error_and_escalation_event_subprocesses():
    c = Case(with_handler(ERROR("X"), top=errors("X"), main=service("u")))
    assert not c.names                                     # it does not run at once
    c.fail("u", "X", why="y")
    assert c.names == ["es_u"] and c.vars["why"] == "y"
    throw = f'<intermediateThrowEvent id="u">{ESCALATION("E")}</intermediateThrowEvent>'
    c = Case(with_handler(ESCALATION("E"), False, escalations("E"), throw))
    assert c.names == ["es_u"]
    c.complete("es_u")
    assert c.done


def test_an_event_subprocess_in_a_called_process_is_triggered():
    call = '<callActivity id="c"><extensionElements><zeebe:calledElement processId="q"/></extensionElements></callActivity>'
    child = process(start() + user("u") + end() + flows("s>u u>e") + handler(MESSAGE("m")), "q", top=message("m", "=id"))
    c = Case(process(start() + call + end() + flows("s>c c>e")), child, id="a")
    c.deliver("m")
    c.complete("es_u")
    assert c.done and c.result.ended == (("e", {}),)        # ends of called processes are not the instance's


def test_output_mappings_of_a_start_event_map_the_payload():
    data = process(start() + user("u") + end() + flows("s>u u>e")
                   + handler(MESSAGE("m"), after=io(outputs={"why": "=reason"})), top=message("m", "=id"))
    c = Case(data, id="a")
    c.deliver("m", reason="x", noise=1)
    assert c.vars == {"id": "a", "why": "x"}


def test_terminate_ends_its_scope_only():
    body = start("is") + gate("ig", "parallel") + user("iu") + user("iv") + end("it", "<terminateEventDefinition/>") + end("ie")
    c = Case(process(start() + sub("a", body + flows("is>ig ig>iu ig>iv iu>it iv>ie")) + user("u") + end() + flows("s>a a>u u>e")))
    c.complete("iu")
    assert c.names == ["u"] and ("iv", "cancelled") in c.steps


def test_links_are_hidden_flows():
    link = '<linkEventDefinition name="L"/>'
    c = Case(process(start() + f'<intermediateThrowEvent id="out">{link}</intermediateThrowEvent>'
                     + f'<intermediateCatchEvent id="back">{link}</intermediateCatchEvent>' + user("u") + end()
                     + flows("s>out back>u u>e")))
    assert c.names == ["u"]


def test_several_outgoing_flows_and_implicit_ends():
    c = Case(process(start() + user("u") + user("a") + user("b") + flows("s>u u>a u>b")))
    c.complete("u")
    c.complete("a")
    assert c.names == ["b"] and not c.done
    c.complete("b")
    assert c.done


def test_a_cancelled_subprocess_closes_everything_inside():
    body = (start("is") + user("iu") + boundary("it", "iu", timer("timeDuration", "PT9H")) + end("ie")
            + flows("is>iu iu>ie it>ie"))
    c = Case(process(start() + sub("a", sub("b", body) + start("as") + end("ae") + flows("as>b b>ae"))
                     + boundary("stop", "a", MESSAGE("m")) + user("u") + end() + flows("s>a a>e stop>u u>e"),
                     top=message("m", "=id")), id="x")
    c.deliver("m")
    assert c.names == ["u"] and not c.result.timers and not c.result.subscriptions
    assert [s for s in c.steps if s[1] == "cancelled"] == [("iu", "cancelled"), ("b", "cancelled"), ("a", "cancelled")]
