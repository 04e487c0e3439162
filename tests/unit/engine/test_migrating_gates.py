"""Running instances that wait behind an event gateway go to a version with other events there."""
from __future__ import annotations

from datetime import timedelta

import pytest
from harness import MESSAGE, NOW, Case, end, flows, gate, io, message, process, start, sub, timer, user

from app.engine import Remark
from tests.unit.engine.test_migrating import move, notes, why

TOP = message("a") + message("b") + message("bad", "=1 > 0") + '<signal id="sig_c" name="c"/>'
EVENTS = {
    "a": MESSAGE("a"), "b": MESSAGE("b"), "t": timer("timeDuration", "PT1H"), "z": timer("timeDuration", "PT2H"),
    "c": '<signalEventDefinition signalRef="sig_c"/>', "bad": MESSAGE("bad"),
    "w": "<conditionalEventDefinition><condition>=ready</condition></conditionalEventDefinition>",
}


def catch(name: str, extra: str = "") -> str:
    return f'<intermediateCatchEvent id="{name}">{extra}{EVENTS[name]}</intermediateCatchEvent>'


def waits(names: str, rest: str = "", ways: str = "", extra: str = "") -> bytes:
    """Waits for whichever of these events comes first, then a task of its name does what follows."""
    body = "".join(catch(one, extra) + user(f"after_{one}") + flows(f"g>{one} {one}>after_{one} after_{one}>e")
                   for one in names.split())
    return process(start() + gate("g", "event") + body + end() + flows(f"s>g {ways}") + rest, top=TOP)


def alone(name: str) -> bytes:
    """The same without a gateway: one event only."""
    return process(start() + catch(name) + user(f"after_{name}") + end()
                   + flows(f"s>{name} {name}>after_{name} after_{name}>e"), top=TOP)


def heard(case: Case) -> list[str]:
    return sorted([one.element_id for one in case.result.subscriptions] + [one.element_id for one in case.result.timers])


def test_a_new_timer_is_armed_from_now_on_and_withdraws_the_others():
    case = Case(waits("a b"), key="k")
    kept = case.result.subscriptions
    case.wait(hours=9)
    assert notes(move(case, waits("a b t"))) == [("armed", "t")]
    assert case.result.subscriptions == kept and case.timer("t").due_at == NOW + timedelta(hours=10)
    case.wait(hours=1)
    case.fire("t")
    assert case.names == ["after_t"] and heard(case) == []


def test_a_new_message_and_signal_are_armed_and_another_event_withdraws_them():
    case = Case(waits("a t"), key="k")
    assert notes(move(case, waits("a b c t"))) == [("armed", "b"), ("armed", "c")]
    (found,) = [one for one in case.result.subscriptions if one.element_id == "b"]
    assert (found.name, found.key) == ("b", "k") and heard(case) == ["a", "b", "c", "t"]
    case.deliver("a")
    assert case.names == ["after_a"] and heard(case) == []
    case.complete("after_a")
    assert case.done


def test_a_new_event_is_told_as_entered_and_one_that_is_gone_as_cancelled():
    case = Case(waits("a b"), key="k")
    found = move(case, waits("a t"))
    assert notes(found) == [("disarmed", "b"), ("armed", "t")]
    assert [(one.element_id, one.how) for one in found.result.steps] == [("b", "cancelled"), ("t", "entered")]


def test_a_condition_that_holds_already_goes_on_at_once():
    case = Case(waits("a b"), key="k", ready=True)
    assert notes(move(case, waits("a b w"))) == [("armed", "w"), ("goes_on", "w")]
    assert case.names == ["after_w"] and heard(case) == []


def test_a_condition_is_asked_when_its_variable_comes():
    case = Case(process(start() + gate("f", "parallel") + gate("g", "event") + catch("a") + catch("b") + gate("x")
                        + user("u", io(outputs={"ready": "=ready"})) + gate("j", "parallel") + end()
                        + flows("s>f f>g f>u g>a g>b a>x b>x x>j u>j j>e"), top=TOP), key="k")
    move(case, process(start() + gate("f", "parallel") + gate("g", "event") + catch("a") + catch("b") + catch("w")
                       + gate("x") + user("u", io(outputs={"ready": "=ready"})) + gate("j", "parallel") + end()
                       + flows("s>f f>g f>u g>a g>b g>w a>x b>x w>x x>j u>j j>e"), top=TOP))
    assert heard(case) == ["a", "b"] and case.names == ["u"]
    case.complete("u", ready=True)
    assert case.done


def test_an_event_that_is_gone_falls_silent_and_the_way_back_arms_it_again():
    two, three = waits("a t"), waits("a b t")
    case = Case(three, key="k")
    due = case.timer("t").due_at
    case.wait(minutes=30)
    assert notes(move(case, two)) == [("disarmed", "b")] and heard(case) == ["a", "t"]
    case.wait(minutes=10)
    assert notes(move(case, three)) == [("armed", "b")] and heard(case) == ["a", "b", "t"]
    assert case.timer("t").due_at == due
    case.deliver("b")
    assert case.names == ["after_b"] and heard(case) == []


def test_there_and_back_again_waits_for_the_same_and_keeps_the_tokens():
    two, three = waits("a t"), waits("a b t")
    case = Case(two, key="k")
    before = (case.result.subscriptions, case.result.timers)
    move(case, three)
    assert notes(move(case, two)) == [("disarmed", "b")]
    assert (case.result.subscriptions, case.result.timers) == before
    case.wait(hours=1)
    case.fire("t")
    assert case.names == ["after_t"]


def test_a_wait_gets_a_gateway_before_it_and_loses_it_again():
    case = Case(alone("a"), key="k")
    before = case.state
    assert notes(move(case, waits("a t"))) == [("armed", "t")]
    assert notes(move(case, alone("a"))) == [("disarmed", "t")]
    assert len(case.state) == len(before) and heard(case) == ["a"]
    move(case, waits("a t"))
    case.deliver("a")
    assert case.names == ["after_a"] and heard(case) == []


def test_the_gateway_may_have_another_id_and_a_renamed_event_stays_in_its_race():
    case = Case(waits("a t"), key="k")
    new = waits("a b t").replace(b'"g"', b'"gate2"').replace(b'id="a"', b'id="aa"')
    new = new.replace(b'Ref="a"', b'Ref="aa"')
    assert notes(move(case, new, a="aa")) == [("armed", "b")]
    assert heard(case) == ["aa", "b", "t"]
    case.deliver("a")
    assert case.names == ["after_a"] and heard(case) == []


def test_an_event_that_stands_elsewhere_now_listens_no_more():
    """It is no way out of this wait any more, though the diagram still has it."""
    case = Case(waits("a b t"), key="k")
    new = process(start() + gate("g", "event") + catch("a") + catch("t") + gate("x") + catch("b") + end()
                  + flows("s>g g>a g>t a>x t>x x>b b>e"), top=TOP)
    assert notes(move(case, new)) == [("disarmed", "b")] and heard(case) == ["a", "t"]


def test_in_every_instance_of_a_loop_the_new_event_joins_its_own_race():
    def diagram(names: str) -> bytes:
        inner = waits(names).decode().split("isExecutable", 1)[1].split(">", 1)[1].rsplit("</process>", 1)[0]
        more = ('<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics inputCollection="=[1, 2]"/>'
                "</extensionElements></multiInstanceLoopCharacteristics>")
        return process(start("ps") + sub("many", inner + more) + end("pe") + flows("ps>many many>pe"), top=TOP)
    case = Case(diagram("a t"), key="k")
    assert notes(move(case, diagram("a b t"))) == [("armed", "b")]
    assert heard(case) == ["a", "a", "b", "b", "t", "t"]
    case.deliver("b")
    assert case.names == ["after_b"] and heard(case) == ["a", "b", "t"], "the other instance still waits"


def test_what_was_chosen_already_is_not_offered_again():
    case = Case(waits("a t"), key="k")
    case.deliver("a")
    assert notes(move(case, waits("a b t"))) == [] and heard(case) == [] and case.names == ["after_a"]


@pytest.mark.parametrize(("old", "new", "expected"), [
    ("a t", waits("a bad t"), [("arming", "bad")]),
    ("a t", waits("b z"), [("gone", "a"), ("gone", "t")]),
    ("a b", process(start() + gate("g") + catch("a") + catch("b") + end() + end("e2")
                    + flows("s>g g>a:=x g>b* a>e b>e2"), top=TOP).replace(b'id="g"', b'id="g" default="d_g"'),
     [("gate", "a")]),
], ids=["cannot be set up", "nothing stays", "no gateway any more"])
def test_what_cannot_go_on_there_stays(old, new, expected):
    case = Case(waits(old), key="k")
    assert why(case, new) == expected
    assert heard(case) == old.split(), "nothing was set up and nothing ended"


def test_the_host_is_asked_about_events_that_come_and_go():
    def agree(old, new):
        return Remark("no", new.id, "no") if old.properties.get("p") != new.properties.get("p") else None
    kept = '<extensionElements><zeebe:properties><zeebe:property name="p" value="1"/></zeebe:properties></extensionElements>'
    for old, new in ((waits("a b"), waits("a b t", extra=kept)), (waits("a b t", extra=kept), waits("a b"))):
        case = Case(old, key="k")
        assert [one.element_id for one in move(case, new, agree=agree).reasons] == ["t", "a", "b"]
