"""Compensation: handlers of completed activities, all at once, once per completion, also inside finished subprocesses."""
from __future__ import annotations

import pytest
from harness import (
    ERROR,
    MESSAGE,
    Case,
    boundary,
    end,
    errors,
    ext,
    flows,
    gate,
    io,
    loop,
    message,
    process,
    service,
    start,
    sub,
    user,
)

UNDO = "<compensateEventDefinition/>"


def undoable(name: str, work: str = "", handler: str = "") -> str:
    """An activity, its compensation event and its handler `undo_<name>`, a user task."""
    back = handler or user(f"undo_{name}").replace("<userTask ", '<userTask isForCompensation="true" ', 1)
    return ((work or user(name)) + boundary(f"c_{name}", name, UNDO) + back
            + f'<association id="a_{name}" associationDirection="One" sourceRef="c_{name}" targetRef="undo_{name}"/>')


def throw(name: str = "t", activity: str = "") -> str:
    ref = f' activityRef="{activity}"' if activity else ""
    return f'<intermediateThrowEvent id="{name}"><compensateEventDefinition{ref}/></intermediateThrowEvent>'


def test_the_handlers_of_what_is_completed_run_at_once_and_the_event_waits_for_them():
    c = Case(process(start() + undoable("a") + undoable("b") + throw() + user("z") + end() + flows("s>a a>b b>t t>z z>e")))
    c.complete("a")
    c.complete("b")
    assert c.names == ["undo_a", "undo_b"] and ("t", "entered") in c.steps and ("t", "completed") not in c.steps
    c.complete("undo_b", undone="b")
    assert c.names == ["undo_a"] and c.vars["undone"] == "b"
    c.complete("undo_a")
    assert c.names == ["z"]
    c.complete("z")
    assert c.done


def test_nothing_completed_nothing_to_wait_for():
    c = Case(process(start() + gate("g", "parallel") + undoable("a") + throw() + user("z") + end() + flows("s>g g>a g>t t>z z>e a>e")))
    assert c.names == ["a", "z"]                           # an active activity is not undone


def test_a_terminated_activity_is_not_undone():
    c = Case(process(start() + undoable("a", service("a")) + boundary("b", "a", ERROR("X")) + throw() + user("z") + end()
                     + flows("s>a a>e b>t t>z z>e"), top=errors("X")))
    c.fail("a", "X")
    assert c.names == ["z"]


def test_one_activity_by_its_reference():
    c = Case(process(start() + undoable("a") + undoable("b") + throw("t1", "b") + throw("t2", "a") + end()
                     + flows("s>a a>b b>t1 t1>t2 t2>e")))
    c.complete("a")
    c.complete("b")
    assert c.names == ["undo_b"]
    c.complete("undo_b")
    assert c.names == ["undo_a"]                           # so an order can be drawn
    c.complete("undo_a")
    assert c.done


def test_a_handler_runs_once_for_each_completion_and_not_again():
    c = Case(process(start() + gate("m") + undoable("a") + gate("x", default=True) + throw("t1") + throw("t2") + end()
                     + flows("s>m m>a a>x x>m* x>t1:=done t1>t2 t2>e")), done=False)
    for last in (False, False, True):
        c.complete("a", done=last)
    assert c.names == ["undo_a"] * 3
    for _ in range(3):
        c.complete("undo_a")
    assert c.done                                          # the second event finds nothing left


def test_a_multi_instance_activity_is_undone_once():
    c = Case(process(start() + undoable("a", user("a", body=loop("=[1, 2, 3]"))) + throw() + end() + flows("s>a a>t t>e")))
    for _ in range(3):
        c.complete("a")
    assert c.names == ["undo_a"]
    c.complete("undo_a")
    assert c.done


def test_a_multi_instance_activity_is_undone_only_when_all_are_completed():
    c = Case(process(start() + gate("g", "parallel") + undoable("a", user("a", body=loop("=[1, 2]"))) + user("w") + throw() + user("z")
                     + end() + flows("s>g g>a g>w a>e w>t t>z z>e")))
    c.complete("a")
    c.complete("w")
    assert c.names == ["a", "z"]


def test_the_handler_may_be_multi_instance_itself():
    handler = user("undo_a", body=loop("=list")).replace("<userTask ", '<userTask isForCompensation="true" ', 1)
    c = Case(process(start() + undoable("a", handler=handler) + throw() + end() + flows("s>a a>t t>e")), list=[1, 2])
    c.complete("a")
    assert c.names == ["undo_a", "undo_a"]
    c.complete("undo_a")
    c.complete("undo_a")
    assert c.done


def test_the_handler_may_be_a_subprocess():
    body = start("hs") + user("h1") + user("h2") + end("he") + flows("hs>h1 h1>h2 h2>he")
    handler = sub("undo_a", body).replace("<subProcess ", '<subProcess isForCompensation="true" ', 1)
    c = Case(process(start() + undoable("a", handler=handler) + throw() + end() + flows("s>a a>t t>e")))
    c.complete("a")
    c.complete("h1")
    assert c.names == ["h2"]
    c.complete("h2")
    assert c.done


def nested(extra: str = "") -> str:
    return sub("p", start("ps") + undoable("a") + sub("q", start("qs") + undoable("b") + end("qe") + flows("qs>b b>qe"))
               + end("pe") + flows("ps>a a>q q>pe"), extra=extra)


def test_handlers_inside_finished_subprocesses_see_their_variables():
    c = Case(process(start() + nested(io({"room": "=number"})) + throw() + end() + flows("s>p p>t t>e"), "main"), number=7)
    c.complete("a")
    c.complete("b")
    assert c.names == ["undo_a", "undo_b"] and c.task("undo_b").variables["room"] == 7
    c.complete("undo_b", room=8, note="n")
    assert c.names == ["undo_a"] and c.task("undo_a").variables["room"] == 8 and c.vars == {"number": 7, "note": "n"}
    c.complete("undo_a")
    assert c.done and c.steps.count(("p", "completed")) == 1


def test_an_event_inside_a_subprocess_undoes_only_what_is_inside():
    body = start("ps") + undoable("b") + throw("pt") + end("pe") + flows("ps>b b>pt pt>pe")
    c = Case(process(start() + undoable("a") + sub("pp", body) + user("z") + end() + flows("s>a a>pp pp>z z>e")))
    c.complete("a")
    c.complete("b")
    assert c.names == ["undo_b"]
    c.complete("undo_b")
    assert c.names == ["z"]


def test_an_active_subprocess_is_not_undone():
    c = Case(process(start() + gate("g", "parallel") + nested() + user("w") + throw() + user("z") + end()
                     + flows("s>g g>p g>w w>t t>z z>e p>e"), "main"))
    c.complete("a")
    c.complete("w")
    assert c.names == ["b", "z"]


def test_a_subprocess_with_a_handler_of_its_own_and_handlers_inside():
    body = start("ps") + undoable("a") + end("pe") + flows("ps>a a>pe")
    c = Case(process(start() + undoable("w", sub("w", body)) + throw() + end() + flows("s>w w>t t>e")))
    c.complete("a")
    assert c.names == ["undo_a", "undo_w"]
    c.complete("undo_a")
    c.complete("undo_w")
    assert c.done


def test_each_instance_of_a_multi_instance_subprocess_is_undone_with_its_item():
    body = start("ps") + undoable("a") + end("pe") + flows("ps>a a>pe") + loop('=["x", "y"]', "item")
    c = Case(process(start() + sub("pp", body) + throw() + end() + flows("s>pp pp>t t>e")))
    c.complete("a")
    c.complete("a")
    assert sorted(t.variables["item"] for t in c.result.open_tasks) == ["x", "y"] and c.names == ["undo_a", "undo_a"]
    c.complete("undo_a")
    c.complete("undo_a")
    assert c.done


def test_a_compensation_end_event():
    c = Case(process(start() + undoable("a") + f'<endEvent id="x">{UNDO}</endEvent>' + flows("s>a a>x")))
    c.complete("a")
    assert c.names == ["undo_a"] and not c.done
    c.complete("undo_a")
    assert c.done and c.ended == ["x"]


@pytest.mark.parametrize("activity", ["", "a"])
def test_an_event_subprocess_undoes_what_was_completed_around_it(activity):
    handler = sub("es", f'<startEvent id="es_s">{ERROR("X")}</startEvent>' + throw("es_t", activity) + end("es_e")
                  + flows("es_s>es_t es_t>es_e"), event=True)
    c = Case(process(start() + undoable("a") + undoable("b") + service("w") + end() + flows("s>a a>b b>w w>e") + handler, top=errors("X")))
    c.complete("a")
    c.complete("b")
    c.fail("w", "X")
    assert c.names == (["undo_a"] if activity else ["undo_a", "undo_b"])
    for name in c.names:
        c.complete(name)
    assert c.done


def test_a_called_process_is_not_undone_inside_but_by_the_event_at_the_call():
    call = '<callActivity id="c">' + ext('<zeebe:calledElement processId="q"/>') + "</callActivity>"
    child = process(start() + undoable("a") + end() + flows("s>a a>e"), "q")
    c = Case(process(start() + undoable("c", call) + throw() + end() + flows("s>c c>t t>e")), child)
    c.complete("a")
    assert c.names == ["undo_c"]


def test_a_cancelled_scope_takes_its_running_handlers_with_it():
    body = start("ps") + undoable("a") + throw("pt") + end("pe") + flows("ps>a a>pt pt>pe")
    c = Case(process(start() + sub("pp", body) + boundary("stop", "pp", MESSAGE("m")) + user("z") + end() + flows("s>pp pp>e stop>z z>e"),
                     top=message("m", "=id")), id="1")
    c.complete("a")
    c.deliver("m")
    assert c.names == ["z"] and ("undo_a", "cancelled") in c.steps and ("pt", "cancelled") in c.steps


def test_an_error_of_a_handler_goes_outwards():
    handler = service("undo_a").replace("<serviceTask ", '<serviceTask isForCompensation="true" ', 1)
    body = start("ps") + undoable("a", handler=handler) + throw("pt") + end("pe") + flows("ps>a a>pt pt>pe")
    c = Case(process(start() + sub("pp", body) + boundary("b", "pp", ERROR("X")) + user("z") + end() + flows("s>pp pp>e b>z z>e"),
                     top=errors("X")))
    c.complete("a")
    c.fail("undo_a", "X")
    assert c.names == ["z"]


def test_a_handler_that_cannot_begin_is_an_incident_that_can_be_mended():
    handler = user("undo_a", io({"n": "=number(text)"}) + '<zeebe:assignmentDefinition assignee="=who"/>').replace(
        "<userTask ", '<userTask isForCompensation="true" ', 1)
    c = Case(process(start() + undoable("a", handler=handler) + throw() + end() + flows("s>a a>t t>e")), who=5)
    c.complete("a")
    assert c.faults == [("undo_a", "type")]
    c.retry(who="ann")
    c.complete("undo_a")
    assert c.done


def test_notes_leave_no_trace_in_diagrams_without_compensation_and_none_after_the_end():
    plain = Case(process(start() + user("a") + user("b") + end() + flows("s>a a>b b>e")))
    plain.complete("a")
    assert b"undo" not in plain.state
    c = Case(process(start() + undoable("a") + end() + flows("s>a a>e")))
    c.complete("a")
    assert c.done and b"undo" not in c.state
