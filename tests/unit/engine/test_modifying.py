"""A person puts tokens elsewhere, takes them away and writes variables; what cannot be is refused with its element."""

from __future__ import annotations

import pytest

from app.engine.modifying import changeable
from app.engine.stimuli import Modify
from app.kernel.errors import Conflict, Invalid
from tests.unit.engine.harness import (
    Case,
    boundary,
    end,
    flows,
    gate,
    loop,
    process,
    props,
    script,
    start,
    sub,
    timer,
    user,
)
from tests.unit.engine.test_activities import chain


def move(case: Case, element: str, to: str, **variables):
    return case.do(Modify((case.task(element).task_id,), (to,), variables))


def test_a_token_moves_back_and_the_host_hears_of_both():
    case = Case(chain(user("a", props(phase="intake")), user("b", props(phase="reply")), names="a b"))
    case.complete("a")
    case.ports.heard = []
    move(case, "b", "a", note="again")
    assert case.names == ["a"] and case.vars["note"] == "again"
    assert case.steps[-2:] == [("a", "entered"), ("b", "cancelled")]
    case.complete("a")
    case.complete("b")
    assert case.done


def test_a_token_moves_on_over_a_gateway_and_automatic_elements_run():
    body = (start() + user("a") + script("count", "=1 + 1", "n") + gate("g") + user("b") + user("c") + end()
            + flows("s>a a>count count>g g>b:=n=1 g>c:=n=2 b>e c>e"))
    case = Case(process(body))
    move(case, "a", "count")
    assert case.names == ["c"] and case.vars["n"] == 2


def test_two_tokens_at_once_and_one_taken_away():
    case = Case(chain(user("a"), user("b"), names="a b"))
    case.do(Modify(activate=("b",)))
    assert case.names == ["a", "b"]
    case.do(Modify(cancel=(case.task("a").task_id,)))
    assert case.names == ["b"]
    with pytest.raises(Invalid, match="Nothing would be left in p"):
        case.do(Modify(cancel=(case.task("b").task_id,)))
    assert case.names == ["b"] and case.complete("b") and case.done


def test_a_subprocess_goes_with_all_that_is_in_it_and_its_timers():
    body = (start() + sub("box", start("i") + user("inner") + end("x") + flows("i>inner inner>x"))
            + boundary("late", "box", timer("timeDuration", "PT1H")) + user("after") + end()
            + flows("s>box box>after after>e late>after"))
    case = Case(process(body))
    box = next(token for token, element in found(case).tokens if element.id == "box")
    with pytest.raises(Invalid, match="Nothing would be left in box"):
        case.do(Modify(cancel=(case.task("inner").task_id,)))
    case.do(Modify((box,), ("after",)))
    assert case.names == ["after"] and not case.result.timers


def test_an_element_inside_works_while_its_scope_is_open():
    body = (start() + user("before") + sub("box", start("i") + user("one") + user("two") + end("x")
                                            + flows("i>one one>two two>x")) + end() + flows("s>before before>box box>e"))
    case = Case(process(body))
    with pytest.raises(Invalid, match="two stands in no scope that is open now"):
        move(case, "before", "two")
    case.complete("before")
    move(case, "one", "two")
    case.complete("two")
    assert case.done


@pytest.mark.parametrize("name", ["late", "join", "s", "nothing"])
def test_where_no_token_can_stand_is_refused(name):
    body = (start() + gate("fork", "parallel") + user("a") + user("b") + gate("join", "parallel") + end()
            + boundary("late", "a", timer("timeDuration", "PT1H"))
            + flows("s>fork fork>a fork>b a>join b>join late>e join>e"))
    case = Case(process(body))
    before = case.state
    with pytest.raises(Invalid, match=name):
        case.do(Modify(activate=(name,)))
    assert case.state == before and name not in {element.id for element in found(case).places}


def test_one_of_several_instances_cannot_go_alone_but_the_whole_can():
    body = start() + user("each", extra="", body=loop("=[1, 2]")) + user("after") + end() + flows(
        "s>each each>after after>e")
    case = Case(process(body))
    with pytest.raises(Invalid, match="each cannot be taken away alone"):
        case.do(Modify(cancel=(case.task("each").task_id,)))
    (whole, element), = found(case).tokens
    assert element.id == "each"
    case.do(Modify((whole,), ("after",)))
    assert case.names == ["after"]


def test_variables_alone_set_conditions_going_and_gone_tasks_are_told():
    case = Case(chain(user("a"), names="a"))
    task = case.task("a").task_id
    case.do(Modify(variables={"unit": "LRS"}))
    assert case.vars["unit"] == "LRS" and found(case).variables == {"unit": "LRS"}
    case.complete("a")
    with pytest.raises(Conflict):
        case.do(Modify(cancel=(task,)))


def found(case: Case):
    return changeable(case.state, case.now, case.ports.process_by_hash)
