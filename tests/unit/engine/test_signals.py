"""Signals: heard at once inside the instance by everybody who waits, told to the host for the others, never kept."""
from __future__ import annotations

import pytest
from harness import Case, boundary, end, flows, gate, io, process, props, script, service, start, sub, timer, user

from app.engine import DeliverMessage, FireTimer
from app.kernel.errors import Conflict

SIGNAL = '<signalEventDefinition signalRef="sig_{}"/>'.format


def signals(*names: str) -> str:
    return "".join(f'<signal id="sig_{n}" name="{n}"/>' for n in names)


def throw(name: str, definition: str = SIGNAL("go"), extra: str = "") -> str:
    return (f'<intermediateThrowEvent id="{name}"><extensionElements>{extra}</extensionElements>{definition}'
            "</intermediateThrowEvent>")


def catch(name: str, definition: str = SIGNAL("go"), extra: str = "") -> str:
    return (f'<intermediateCatchEvent id="{name}"><extensionElements>{extra}</extensionElements>{definition}'
            "</intermediateCatchEvent>")


def begin(name: str, definition: str = SIGNAL("go"), interrupting: bool = True) -> str:
    return f'<startEvent id="{name}" isInterrupting="{str(interrupting).lower()}">{definition}</startEvent>'


def hear(c: Case, name: str = "go", element: str | None = None, **variables):
    """What the host does with a signal of another instance."""
    found = next(s for s in c.result.subscriptions if s.name == name and element in (None, s.element_id))
    return c.do(DeliverMessage(found.task_id, found.name, found.key, variables))


def test_a_signal_goes_to_all_who_wait_and_to_the_host():
    data = process(start() + gate("g", "parallel") + catch("c1") + catch("c2") + user("a") + user("u1") + user("u2") + throw("t")
                   + end() + flows("s>g g>c1 g>c2 g>a c1>u1 c2>u2 a>t t>e u1>e u2>e"), top=signals("go"))
    c = Case(data)
    assert {s.element_id for s in c.result.subscriptions} == {"c1", "c2"} and len({s.key for s in c.result.subscriptions}) == 2
    c.complete("a")
    assert c.names == ["u1", "u2"] and not c.result.subscriptions
    assert [(s.element_id, s.name) for s in c.result.signals] == [("t", "go")] and not c.result.messages


def test_a_signal_from_elsewhere_brings_its_variables():
    c = Case(process(start() + catch("c", extra=io(outputs={"why": "=reason"})) + user("u") + end() + flows("s>c c>u u>e"),
                     top=signals("go")))
    hear(c, reason="storm", noise=1)
    assert c.names == ["u"] and c.vars == {"why": "storm"} and not c.result.signals


def test_input_mappings_of_the_throw_event_are_the_payload():
    data = process(start() + gate("g", "parallel") + catch("c") + user("a") + throw("t", extra=io({"level": "=n + 1"})) + end()
                   + flows("s>g g>c g>a a>t t>e c>e"), top=signals("go"))
    c = Case(data, n=2)
    c.complete("a")
    assert c.done and c.vars == {"n": 2, "level": 3} and dict(c.result.signals[0].variables) == {"level": 3}


def test_a_signal_is_not_kept_for_those_who_come_later():
    c = Case(process(start() + throw("t") + catch("c") + user("u") + end() + flows("s>t t>c c>u u>e"), top=signals("go")))
    assert not c.names and len(c.result.subscriptions) == 1 and len(c.result.signals) == 1
    hear(c)
    assert c.names == ["u"]


def test_the_name_may_be_an_expression_and_others_do_not_hear_it():
    top = '<signal id="sig_go" name="=&quot;go-&quot; + area"/>'
    c = Case(process(start() + gate("g", "parallel") + catch("c") + user("a")
                     + f'<endEvent id="t">{SIGNAL("go")}</endEvent>' + user("b") + end() + flows("s>g g>c g>a a>t c>b b>e"), top=top),
             area="east")
    assert c.result.subscriptions[0].name == "go-east"
    c.complete("a", area="west")
    assert c.result.signals[0].name == "go-west" and not c.names
    hear(c, "go-east")
    assert c.names == ["b"]


def test_a_signal_end_event_ends_its_branch_only():
    c = Case(process(start() + gate("g", "parallel") + user("a") + user("b") + end("x", SIGNAL("go")) + end()
                     + flows("s>g g>a g>b a>x b>e"), top=signals("go")))
    c.complete("a")
    assert c.names == ["b"] and c.ended == ["x"]
    c.complete("b")
    assert c.done


def with_boundary(cancel: bool) -> bytes:
    return process(start() + user("u") + boundary("b", "u", SIGNAL("go"), cancel) + user("v") + end()
                   + flows("s>u u>e b>v v>e"), top=signals("go"))


def test_an_interrupting_boundary_cancels_its_activity():
    c = Case(with_boundary(True))
    hear(c, reason="x")
    assert c.names == ["v"] and ("u", "cancelled") in c.steps and c.vars == {"reason": "x"} and not c.result.subscriptions


def test_a_boundary_that_does_not_interrupt_hears_every_signal():
    c = Case(with_boundary(False))
    key = c.result.subscriptions[0].key
    hear(c)
    hear(c)
    assert c.names == ["u", "v", "v"] and c.result.subscriptions[0].key == key
    c.complete("u")
    assert not c.result.subscriptions


def test_a_subprocess_may_interrupt_itself_by_its_own_signal():
    body = start("is") + throw("t") + user("iu") + end("ie") + flows("is>t t>iu iu>ie")
    c = Case(process(start() + sub("a", body) + boundary("b", "a", SIGNAL("go")) + user("v") + end()
                     + flows("s>a a>e b>v v>e"), top=signals("go")))
    assert c.names == ["v"] and ("a", "cancelled") in c.steps and ("t", "completed") in c.steps


@pytest.mark.parametrize("interrupting", [True, False])
def test_event_subprocesses_start_by_signal(interrupting):
    handler = sub("es", begin("es_s", interrupting=interrupting) + user("es_u") + end("es_e") + flows("es_s>es_u es_u>es_e"), event=True)
    c = Case(process(start() + user("u") + end() + flows("s>u u>e") + handler, top=signals("go")))
    hear(c, why="x")
    assert c.names == (["es_u"] if interrupting else ["es_u", "u"]) and c.vars == {"why": "x"}
    assert bool(c.result.subscriptions) is not interrupting


def test_a_called_process_hears_its_caller():
    call = '<callActivity id="c"><extensionElements><zeebe:calledElement processId="q"/></extensionElements></callActivity>'
    child = process(start() + catch("k") + user("ku") + end() + flows("s>k k>ku ku>e"), "q", top=signals("go"))
    c = Case(process(start() + gate("g", "parallel") + call + user("a") + throw("t") + end() + flows("s>g g>c g>a a>t t>e c>e"),
                     top=signals("go")), child)
    c.complete("a")
    assert c.names == ["ku"]


def test_behind_an_event_gateway_the_first_event_wins():
    data = process(start() + gate("g", "event") + catch("x") + catch("soon", timer("timeDuration", "PT10M"))
                   + catch("late", timer("timeDuration", "PT50M")) + user("ux") + user("us") + user("ul") + end()
                   + flows("s>g g>x g>soon g>late x>ux soon>us late>ul ux>e us>e ul>e"), top=signals("go"))
    c = Case(data)
    late = c.timer("late").task_id
    assert {t.element_id for t in c.result.timers} == {"soon", "late"}
    c.wait(hours=2)
    c.fire("soon")                                         # both are due: each has a time of its own
    assert c.names == ["us"] and not c.result.timers and not c.result.subscriptions
    with pytest.raises(Conflict):
        c.do(FireTimer(late))
    c = Case(data)
    hear(c)
    assert c.names == ["ux"] and not c.result.timers


def test_a_step_that_is_held_throws_its_signal_once():
    data = process(start() + gate("g", "parallel") + user("a") + throw("t", extra=props(bad="=number(missing)") + io(outputs={"x": "=1"}))
                   + catch("c") + user("v") + end() + flows("s>g g>a g>c a>t t>e c>v v>e"), top=signals("go"))
    c = Case(data)
    c.complete("a")
    assert len(c.result.signals) == 1 and c.names == ["v"]
    top = '<signal id="sig_go" name="=title"/>'
    c = Case(process(start() + throw("t") + user("u") + end() + flows("s>t t>u u>e"), top=top))
    assert c.faults == [("t", "type")] and not c.result.signals
    c.retry(title="go")
    assert c.names == ["u"] and len(c.result.signals) == 1


def test_an_endless_exchange_of_signals_ends_in_the_budget():
    from app.engine import BudgetSpent, StepBudget
    handler = sub("es", begin("es_s", interrupting=False) + end("es_e", SIGNAL("go")) + flows("es_s>es_e"), event=True)
    data = process(start() + user("u") + end() + flows("s>u u>e") + handler, top=signals("go"))
    c = Case(data, budget=StepBudget(steps=50))
    with pytest.raises(BudgetSpent):
        hear(c)


def test_a_worker_s_result_and_a_script_do_not_disturb_listeners():
    c = Case(process(start() + gate("g", "parallel") + catch("c") + service("w") + script("k", "=1", "x") + user("u") + end()
                     + flows("s>g g>c g>w w>k k>u u>e c>e"), top=signals("go")))
    c.work("w")
    assert c.names == ["u"] and len(c.result.subscriptions) == 1
