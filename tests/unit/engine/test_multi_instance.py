"""Multi-instance: parallel and sequential, results in input order, interruption."""
from __future__ import annotations

from harness import (
    ERROR,
    Case,
    boundary,
    end,
    errors,
    flows,
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


def each(sequential: bool, host: str = "", **attrs) -> bytes:
    task = host or user("u", body=loop("=parts", "part", sequential, **attrs))
    return process(start() + task + user("w") + end() + flows("s>u u>w w>e"))


OUT = {"outputCollection": "results", "outputElement": "={part: part, nr: number}"}


def test_results_keep_the_order_of_the_input_whatever_finishes_first():
    c = Case(each(False, **OUT), parts=["a", "b", "c"])
    assert [t.variables["part"] for t in c.result.open_tasks] == ["a", "b", "c"]
    assert [t.variables["loopCounter"] for t in c.result.open_tasks] == [1, 2, 3]
    c.complete("u", 2, number=3)
    c.complete("u", 0, number=1)
    c.complete("u", 0, number=2)
    assert c.names == ["w"]
    assert c.vars["results"] == [{"part": p, "nr": n} for p, n in (("a", 1), ("b", 2), ("c", 3))]
    assert "part" not in c.vars and "loopCounter" not in c.vars


def test_sequential_instances_come_one_by_one():
    c = Case(each(True, **OUT), parts=["a", "b"])
    for number, part in enumerate("ab"):
        assert [t.variables["part"] for t in c.result.open_tasks] == [part]
        c.complete("u", number=number)
    assert [r["nr"] for r in c.vars["results"]] == [0, 1]


def test_a_result_named_by_the_output_element_stays_local():
    c = Case(each(False, outputCollection="all", outputElement="=answer"), parts=[1, 2])
    c.complete("u", 1, answer="two")
    c.complete("u", answer="one")
    assert c.vars == {"parts": [1, 2], "all": ["one", "two"]}


def test_an_empty_list_passes_and_no_list_is_an_incident():
    c = Case(each(False, **OUT), parts=[])
    assert c.names == ["w"] and c.vars["results"] == []
    for parts in (None, "a", {"a": 1}):
        c = Case(each(False), parts=parts)
        assert c.faults == [("u", "type")]
    c.retry(parts=[1])
    assert c.names == ["u"]


def test_too_many_instances_are_an_incident_not_a_flood():
    c = Case(each(False), parts=list(range(1001)))
    assert c.faults == [("u", "instances")] and not c.names


def test_a_completion_condition_ends_the_loop_early():
    task = user("u", body=loop("=parts", "part", condition="=numberOfCompletedInstances &gt;= 2"))
    c = Case(each(False, task), parts=[1, 2, 3])
    c.complete("u")
    c.complete("u")
    assert c.names == ["w"] and c.steps.count(("u", "cancelled")) == 1


def test_jobs_with_inputs_per_instance():
    task = service("u", extra=io({"code": "=part.code"}), body=loop("=parts", "part", **OUT))
    c = Case(each(False, task), parts=[{"code": "x"}, {"code": "y"}])
    assert [j.variables["code"] for j in c.result.jobs] == ["x", "y"]
    c.work("u", 1, number=2)
    c.work("u", number=1)
    assert [r["nr"] for r in c.vars["results"]] == [1, 2]


def test_subprocesses_may_be_repeated_and_interrupted():
    inner = start("is") + user("iu") + end("ie") + flows("is>iu iu>ie")
    body = sub("u", inner).replace("</subProcess>", loop("=parts", "part") + "</subProcess>")
    data = process(start() + body + boundary("late", "u", timer("timeDuration", "PT1H")) + user("w") + user("x") + end()
                   + flows("s>u u>w w>e late>x x>e"))
    c = Case(data, parts=[1, 2])
    assert c.names == ["iu", "iu"] and len(c.result.timers) == 1
    c.complete("iu")
    c.wait(hours=1)
    c.fire("late")
    assert c.names == ["x"]
    c = Case(data, parts=[1, 2])
    c.complete("iu", 1)
    c.complete("iu")
    assert c.names == ["w"]


def test_an_error_in_one_instance_goes_to_the_boundary_of_all():
    task = service("u", body=loop("=parts", "part"))
    data = process(start() + task + boundary("b", "u", ERROR("X")) + user("w") + end() + flows("s>u u>e b>w w>e"), top=errors("X"))
    c = Case(data, parts=[1, 2, 3])
    c.fail("u", "X")
    assert c.names == ["w"] and not c.result.jobs


def test_results_so_far_are_seen_inside_and_by_the_completion_condition():
    task = user("u", body=loop("=parts", "part", True, condition='=some one in results satisfies one = "yes"',
                               outputCollection="results", outputElement="=answer"))
    c = Case(each(True, task), parts=[1, 2, 3])
    assert c.result.open_tasks[0].variables["results"] == [None, None, None]
    c.complete("u", answer="no")
    assert c.result.open_tasks[0].variables["results"] == ["no", None, None]
    c.complete("u", answer="yes")
    assert c.names == ["w"] and c.vars["results"] == ["no", "yes", None]


def test_an_output_mapping_does_not_hide_what_came_from_the_result():
    task = service("u", extra=io({}, {"last": "=number + 1"}), body=loop("=parts", "part", outputCollection="results", outputElement="=number"))
    c = Case(each(False, task), parts=["a", "b"])
    c.work("u", 1, number=2)
    c.work("u", number=1)
    assert c.vars["results"] == [1, 2] and c.vars["last"] == 2 and "number" not in c.vars


def test_input_mappings_belong_to_the_instances_and_do_not_hide_the_collection():
    c = Case(each(False, user("u", io({"parts": "=part.inner"}), body=loop("=parts", "part"))), parts=[{"inner": 1}, {"inner": 2}])
    assert [t.variables["parts"] for t in c.result.open_tasks] == [1, 2]


def test_instances_that_end_in_one_step_end_in_their_order():
    inner = start("is") + script("k", "=number", "last") + end("ie") + flows("is>k k>ie")
    body = sub("u", inner, extra=io({"number": "=part"})).replace("</subProcess>", loop("=parts", "part") + "</subProcess>")
    c = Case(process(start() + body + user("w") + end() + flows("s>u u>w w>e")), parts=[1, 2, 3])
    assert [name for name, how in c.steps if name == "u" and how == "completed"] == ["u"] * 3
    done = [s.task_id for s in c.result.steps if s.element_id == "u" and s.how == "completed"]
    assert done == [s.task_id for s in c.result.steps if s.element_id == "u" and s.how == "entered"]
