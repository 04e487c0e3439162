"""Conditional events: asked when their scope opens and whenever a variable that they name has changed."""
from __future__ import annotations

import pytest
from harness import Case, boundary, end, flows, gate, io, loop, process, script, service, start, sub, user

from app.engine import BudgetSpent, StepBudget


def when(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{text.replace('<', '&lt;')}</condition></conditionalEventDefinition>"


def catch(name: str, text: str) -> str:
    return f'<intermediateCatchEvent id="{name}">{when(text)}</intermediateCatchEvent>'


def begin(name: str, text: str, interrupting: bool = True) -> str:
    return f'<startEvent id="{name}" isInterrupting="{str(interrupting).lower()}">{when(text)}</startEvent>'


def beside(text: str, cancel: bool = True, work: str = "") -> bytes:
    """A task with a conditional boundary event, and another task beside it that writes."""
    return process(start() + gate("g", "parallel") + (work or user("u")) + boundary("b", "u", when(text), cancel) + user("w")
                   + user("v") + end() + flows("s>g g>u g>w u>e b>v v>e w>e"))


def test_a_boundary_fires_when_a_variable_makes_it_true():
    c = Case(beside("=x > 10"), x=5)
    assert c.names == ["u", "w"]
    c.complete("w", x=11)
    assert c.names == ["v"] and ("u", "cancelled") in c.steps


def test_a_boundary_that_is_true_from_the_start_fires_at_once():
    c = Case(beside("=x > 10", work=service("u")), x=11)
    assert c.names == ["v", "w"] and not c.result.jobs and ("u", "cancelled") in c.steps


def test_what_the_activity_writes_when_it_completes_comes_too_late_for_its_own_boundary():
    c = Case(beside("=x > 10"))
    c.complete("u", x=11)
    assert c.names == ["w"] and ("u", "completed") in c.steps


def test_input_mappings_of_the_activity_are_seen_by_its_own_boundary_event():
    c = Case(beside("=x > 10", work=user("u", io({"x": "=20"}))))
    assert c.names == ["v", "w"] and "x" not in c.vars


@pytest.mark.parametrize(("text", "first", "then", "fires"), [
    ("=x > 10", {}, {"x": 11}, True),                      # null before the variable is there
    ("=x > 10", {"x": 1}, {"y": 99}, False),               # another variable
    ("=x.deep > 10", {"x": {"deep": 1}}, {"x": {"deep": 20}}, True),
    ('=status = "closed"', {"status": "open"}, {"status": "closed"}, True),
    ("=count(list[item > 2]) > 0", {"list": [1]}, {"list": [1, 3]}, True),
    ("=a and b", {"a": True}, {"b": True}, True),
])
def test_conditions_over_variables(text, first, then, fires):
    c = Case(process(start() + gate("g", "parallel") + catch("c", text) + user("w") + user("v") + end()
                     + flows("s>g g>c g>w c>v v>e w>e")), **first)
    assert c.names == ["w"]
    c.complete("w", **then)
    assert c.names == (["v"] if fires else [])


def test_without_interrupting_it_fires_at_each_change_and_not_for_the_same_value():
    handler = sub("es", begin("es_s", "=x > 10", False) + user("es_u") + end("es_e") + flows("es_s>es_u es_u>es_e"), event=True)
    data = process(start() + gate("m") + user("u") + gate("x", default=True) + end() + flows("s>m m>u u>x x>m* x>e:=done") + handler)
    c = Case(data, x=1, done=False)
    for value, count in ((11, 1), (11, 1), (12, 2), (3, 2), (12, 3)):
        c.complete("u", x=value)
        assert c.names == ["es_u"] * count + ["u"], value
    c.complete("u", y=1)
    assert c.names.count("es_u") == 3


def test_two_variables_in_one_completion_fire_once():
    c = Case(beside("=x > 10 or y > 5", False), x=0, y=0)
    c.complete("w", x=11, y=6)
    assert c.names == ["u", "v"]


def test_outer_scopes_are_asked_first():
    body = start("is") + user("iu") + boundary("ib", "iu", when("=x > 1")) + user("iv") + end("ie") + flows("is>iu iu>ie ib>iv iv>ie")
    c = Case(process(start() + gate("g", "parallel") + sub("a", body) + boundary("b", "a", when("=x > 1")) + user("w") + user("v")
                     + end() + flows("s>g g>a g>w a>e b>v v>e w>e")))
    c.complete("w", x=2)
    assert c.names == ["v"] and ("iv", "entered") not in c.steps


def test_variables_of_another_scope_with_the_same_name_do_not_count():
    body = start("is") + user("iu") + end("ie") + flows("is>iu iu>ie")
    c = Case(process(start() + gate("g", "parallel") + sub("a", body, extra=io({"x": "=0"})) + user("u")
                     + boundary("b", "u", when("=x > 10"), False) + user("v") + end() + flows("s>g g>a g>u a>e u>e b>v v>e")), x=5)
    c.complete("iu", x=99)                                 # lands in the subprocess
    assert c.names == ["u"] and c.vars == {"x": 5}


def test_only_the_instance_of_a_loop_that_sees_the_change_is_touched():
    body = start("is") + gate("ig", "parallel") + user("iu") + user("iw") + end("ie") + flows("is>ig ig>iu ig>iw iu>ie iw>ie")
    inner = (body + boundary("ib", "iu", when("=hit")) + end("ix") + flows("ib>ix"))
    many = sub("a", inner + loop("=[1, 2]"), extra=io({"hit": "=false"}))
    c = Case(process(start() + many + end() + flows("s>a a>e")))
    c.complete("iw", hit=True)
    assert c.names == ["iu", "iw"]


def test_an_interrupting_event_subprocess():
    handler = sub("es", begin("es_s", "=cancelled") + user("es_u") + end("es_e") + flows("es_s>es_u es_u>es_e"), event=True)
    c = Case(process(start() + gate("g", "parallel") + user("u") + user("w") + end() + flows("s>g g>u g>w u>e w>e") + handler))
    c.complete("w", cancelled=True)
    assert c.names == ["es_u"] and ("u", "cancelled") in c.steps
    c.complete("es_u")
    assert c.done


def test_behind_an_event_gateway():
    c = Case(process(start() + gate("pg", "parallel") + user("w") + gate("g", "event") + catch("a", "=x = 1") + catch("b", "=x = 2")
                     + user("ua") + user("ub") + end() + flows("s>pg pg>w pg>g g>a g>b a>ua b>ub ua>e ub>e w>e")))
    c.complete("w", x=2)
    assert c.names == ["ub"]


def test_scripts_in_the_middle_of_a_step_are_noticed():
    c = Case(process(start() + gate("g", "parallel") + user("u") + boundary("b", "u", when("=x = 1"), False) + user("w")
                     + script("k1", "=1", "x") + script("k2", "=2", "x") + user("v") + end()
                     + flows("s>g g>u g>w w>k1 k1>k2 k2>e u>e b>v v>e")), x=0)
    c.complete("w")
    assert c.names == ["u", "v"] and c.vars["x"] == 2


def test_an_operator_s_repair_is_a_change_too():
    c = Case(beside("=x > 10"), x=1)
    c.retry(x=11)
    assert c.names == ["v", "w"]


def test_a_condition_of_another_type_is_an_incident_and_the_task_goes_on():
    c = Case(beside("=x"), x="text")
    assert c.faults == [("b", "type")] and c.names == ["u", "w"]
    c.retry(x=True)
    assert c.names == ["v", "w"] and not c.faults


def test_a_condition_that_makes_itself_true_again_ends_in_the_budget():
    handler = sub("es", begin("es_s", "=x > 0", False) + script("k", "=x + 1", "x") + end("es_e") + flows("es_s>k k>es_e"), event=True)
    data = process(start() + user("u") + end() + flows("s>u u>e") + handler)
    with pytest.raises(BudgetSpent):
        Case(data, budget=StepBudget(steps=60), x=1)
