"""Ad-hoc subprocesses: what starts comes from a list, the end from a condition."""
from __future__ import annotations

import pytest
from harness import (
    Case,
    boundary,
    end,
    errors,
    ext,
    flows,
    gate,
    io,
    loop,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
)


def adhoc(body: str, condition: str = "", cancels: bool = True, extra: str = "", many: str = "", gather: str = "") -> str:
    done = f"<completionCondition>{condition.replace('<', '&lt;')}</completionCondition>" if condition else ""
    return (f'<adHocSubProcess id="h" cancelRemainingInstances="{str(cancels).lower()}">'
            + ext(f'<zeebe:adHoc activeElementsCollection="=active" {gather}/>' + extra) + body + done + many + "</adHocSubProcess>")


def case(body: str, condition: str = "", cancels: bool = True, extra: str = "", after: str = "", **variables) -> Case:
    return Case(process(start() + adhoc(body, condition, cancels, extra) + after + user("z") + end() + flows("s>h h>z z>e"),
                        top=errors("X")), **variables)


ABC = user("a") + user("b") + user("c")


def test_the_listed_elements_start_and_the_others_do_not():
    c = case(ABC, active=["a", "c"])
    assert c.names == ["a", "c"]
    c.complete("c")
    assert c.names == ["a"]
    c.complete("a")
    assert c.names == ["z"] and ("b", "entered") not in c.steps


def test_flows_inside_are_followed_before_it_is_over():
    c = case(user("a") + user("b") + user("c") + flows("a>b"), active=["a"])
    c.complete("a")
    assert c.names == ["b"]
    c.complete("b")
    assert c.names == ["z"]


def test_the_condition_cancels_what_is_still_open():
    c = case(ABC, "=enough", active=["a", "b", "c"], enough=False)
    c.complete("a")
    assert c.names == ["b", "c"]
    c.complete("b", enough=True)
    assert c.names == ["z"] and ("c", "cancelled") in c.steps and ("h", "completed") in c.steps


def test_the_condition_may_let_the_rest_finish():
    c = case(ABC, "=enough", False, active=["a", "b"], enough=False)
    c.complete("a", enough=True)
    assert c.names == ["b"]
    c.complete("b", enough=False)                          # it has held once
    assert c.names == ["z"]


def test_the_condition_sees_what_the_element_has_just_written_and_flows_are_not_followed_then():
    c = case(script("k", "=score + 1", "score") + user("b") + user("c") + flows("k>b"), "=score > 5", active=["k", "c"], score=5)
    assert c.names == ["z"] and ("b", "entered") not in c.steps


def test_all_done_without_the_condition_is_an_incident_that_can_be_mended():
    c = case(ABC, "=enough", active=["a"], enough=False)
    c.complete("a")
    assert c.faults == [("h", "adhoc")] and not c.names
    c.retry(enough=True)
    assert c.names == ["z"]


@pytest.mark.parametrize("active", [[], ["nowhere"], ["a", 5], "a", None, ["late"], ["b"]])
def test_a_list_that_cannot_be_started_is_an_incident(active):
    c = case(user("a") + user("b") + boundary("late", "a", timer("timeDuration", "PT1M")) + flows("a>b"), active=active)
    assert c.faults[0][0] == "h" and not c.names
    c.retry(active=["a"])
    assert c.names == ["a"]


def test_a_condition_of_another_type_holds_the_element_back():
    c = case(ABC, "=enough", active=["a", "b"])
    c.complete("a", mark=1)
    assert c.faults == [("a", "type")] and c.names == ["b"] and "mark" not in c.vars
    c.retry(enough=True)
    assert c.names == ["z"] and c.vars["mark"] == 1


def test_an_element_may_be_listed_twice():
    c = case(ABC, active=["a", "a"])
    assert c.names == ["a", "a"]


def test_mappings_are_local_to_the_subprocess():
    c = case(user("a"), extra=io({"active": '=["a"]', "room": "=n"}, {"result": "=room"}), n=1)
    c.complete("a", room=9)
    assert c.vars == {"n": 1, "result": 9} and c.names == ["z"]


def test_gateways_events_and_subprocesses_inside():
    body = (gate("g", "parallel") + user("a") + user("b") + sub("q", start("qs") + user("qu") + end("qe") + flows("qs>qu qu>qe"))
            + f'<intermediateCatchEvent id="w">{timer("timeDuration", "PT10M")}</intermediateCatchEvent>' + flows("g>a g>b"))
    c = case(body, active=["g", "q", "w"])
    assert c.names == ["a", "b", "qu"] and c.timer("w")
    for name in ("a", "b", "qu"):
        c.complete(name)
    c.wait(minutes=10)
    c.fire("w")
    assert c.names == ["z"]


def test_a_boundary_event_at_the_subprocess_and_at_an_element():
    after = boundary("late", "h", timer("timeDuration", "PT50M")) + user("y") + flows("late>y y>e")
    c = case(user("a") + boundary("ab", "a", timer("timeDuration", "PT10M")) + user("b") + flows("ab>b"), after=after, active=["a"])
    c.wait(minutes=10)
    c.fire("ab")
    assert c.names == ["b"]
    c.wait(minutes=40)
    c.fire("late")
    assert c.names == ["y"] and ("b", "cancelled") in c.steps


def test_an_error_goes_out_and_an_event_subprocess_inside_is_armed():
    handler = sub("es", '<startEvent id="es_s"><errorEventDefinition errorRef="err_X"/></startEvent>' + user("es_u") + end("es_e")
                  + flows("es_s>es_u es_u>es_e"), event=True)
    c = case(service("a") + user("b") + handler, active=["a", "b"])
    c.fail("a", "X")
    assert c.names == ["es_u"]
    c.complete("es_u")
    assert c.names == ["z"]


def test_a_multi_instance_element_counts_when_all_of_it_is_done():
    c = case(user("a", body=loop("=[1, 2]")) + user("b"), "=n > 0", active=["a", "b"], n=1)
    c.complete("a")
    assert c.names == ["a", "b"]
    c.complete("a")
    assert c.names == ["z"]


def test_a_multi_instance_ad_hoc_subprocess():
    data = process(start() + adhoc(user("a") + user("b"), "=stop", extra=io({"stop": "=false"}), many=loop('=[["a"], ["a", "b"]]', "active"))
                   + user("z") + end() + flows("s>h h>z z>e"))
    c = Case(data)
    assert c.names == ["a", "a", "b"]
    c.complete("a", 1, stop=True)
    assert c.names == ["a"]
    c.complete("a", stop=True)
    assert c.names == ["z"]


def test_a_list_that_is_too_long_is_an_incident():
    from app.engine import StepBudget
    data = process(start() + adhoc(ABC) + end() + flows("s>h h>e"))
    c = Case(data, budget=StepBudget(instances=5), active=["a"] * 6)
    assert c.faults == [("h", "instances")]


RESULTS = 'outputCollection="results" outputElement="=result"'


def gathering(body: str, condition: str = "", extra: str = "", **variables) -> Case:
    data = process(start() + adhoc(body, condition, extra=extra, gather=RESULTS) + user("z") + end() + flows("s>h h>z z>e"))
    return Case(data, **variables)


def test_results_are_gathered_where_a_path_ends_in_the_order_of_their_end():
    c = gathering(user("a", io({"result": "=0"})) + user("b", io({"result": "=0"})) + user("c", io({"result": "=0"})) + flows("a>c"),
                  active=["a", "b"])
    c.complete("b", result=2)
    c.complete("a", result=1)                              # its path goes on
    c.complete("c", result=3)
    assert c.names == ["z"] and c.vars["results"] == [2, 3]


def test_the_condition_sees_the_results_so_far():
    c = gathering(user("a", io({"result": "=0"})) + user("b", io({"result": "=0"})), "=count(results) = 1", active=["a", "b"])
    c.complete("b", result=2)
    assert c.names == ["z"] and c.vars["results"] == [2]


def test_a_retry_gathers_a_result_once_and_mappings_may_read_the_list():
    c = gathering(user("a", io({"result": "=0"})) + user("b", io({"result": "=0"})), "=limit > 5", io({}, {"last": "=results[-1]"}),
                  active=["a", "b"], limit="?")
    c.complete("a", result="x")
    assert c.faults == [("a", "type")]
    c.retry(limit=1)
    c.complete("b", result="y")
    assert c.faults == [("h", "adhoc")]
    c.retry(limit=9)
    assert c.vars["results"] == ["x", "y"] and c.vars["last"] == "y" and c.names == ["z"]
