"""Running instances go to another version of their diagram, or stay with a reason that names the element."""
from __future__ import annotations

from datetime import timedelta

import pytest
from harness import (
    ERROR,
    MESSAGE,
    NOW,
    Case,
    TestPorts,
    boundary,
    end,
    errors,
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

from app.engine import Plan, Remark, candidates, load, migrate
from app.engine.context import StepContext
from app.engine.ports import StepBudget
from app.engine.state import restore, save
from tests.unit.engine.test_activities import chain

MORE = user("more")


def plan_for(case: Case, new: bytes, name: str = "p", **pairs: str) -> Plan:
    """From the version the case runs on to `new`; pairs of elements by keyword."""
    target = load(new, "new.bpmn")
    case.ports.definitions.append(target)
    old = restore(case.state, StepContext(case.now, case.ports, StepBudget())).pins[name]
    return Plan({name: (old, target)}, {(name, before): after for before, after in pairs.items()})


def move(case: Case, new: bytes, name: str = "p", agree=lambda _old, _new: None, **pairs: str):
    """Move the case and go on with it there, saved and restored; the answer."""
    before = case.state
    found = migrate(case.state, plan_for(case, new, name, **pairs), now=case.now, ports=case.ports, agree=agree)
    if found.result is None:
        assert found.reasons and case.state == before
        return found
    assert save(restore(found.result.state, StepContext(case.now, case.ports, StepBudget()))) == found.result.state
    case.state, case.result = found.result.state, found.result
    return found


def why(case: Case, new: bytes, name: str = "p", **pairs: str) -> list[tuple[str, str]]:
    """Reasons of an instance that must stay, as code and element."""
    found = move(case, new, name, **pairs)
    assert found.result is None, found.notes
    assert all(one.message % one.params for one in found.reasons)
    return [(one.code, one.element_id) for one in found.reasons]


def notes(found) -> list[tuple[str, str]]:
    assert found.result is not None, found.reasons
    return [(one.code, one.element_id) for one in found.notes]


# ---------------------------------------------------------------- what moves
def test_the_open_task_keeps_its_id_and_a_task_added_ahead_is_done():
    case = Case(chain(user("a"), names="a"), x=1)
    task = case.task("a").task_id
    found = move(case, chain(user("a"), MORE, names="a more"))
    assert found.at == ("a",) and notes(found) == [] and case.task("a").task_id == task and not found.result.steps
    case.complete("a")
    case.complete("more", y=2)
    assert case.done and case.vars == {"x": 1, "y": 2}


def test_timers_keep_their_dates_also_where_the_period_changed_and_it_is_told():
    def diagram(text: str) -> bytes:
        return process(start() + user("a") + boundary("late", "a", timer("timeDuration", text), cancel=False) + user("nag")
                       + end() + end("e2") + flows("s>a a>e late>nag nag>e2"))
    case = Case(diagram("PT5H"))
    due = case.timer("late").due_at
    case.wait(hours=1)
    found = move(case, diagram("PT1H"))
    assert notes(found) == [("kept_due", "late")] and case.timer("late").due_at == due == NOW + timedelta(hours=5)
    case.wait(hours=4)
    case.fire("late")
    assert case.names == ["a", "nag"]


def test_a_reminder_is_armed_on_the_open_task_and_a_removed_one_falls_silent():
    plain = chain(user("a"), names="a")
    nagging = process(start() + user("a") + boundary("late", "a", timer("timeDuration", "PT1H"), cancel=False) + user("nag")
                      + end() + end("e2") + flows("s>a a>e late>nag nag>e2"))
    case = Case(plain)
    case.wait(hours=9)
    assert notes(move(case, nagging)) == [("armed", "late")]
    assert case.timer("late").due_at == NOW + timedelta(hours=10), "from now on"
    assert notes(move(case, plain)) == [("disarmed", "late")] and not case.result.timers
    case.complete("a")
    assert case.done


def test_a_reminder_that_has_fired_is_not_armed_again():
    def diagram(more: str) -> bytes:
        return process(start() + user("a") + boundary("late", "a", timer("timeDuration", "PT1H"), cancel=False)
                       + user("nag") + script("k", "=1", "k") + end() + end("e2") + flows(f"s>a a>{more} late>nag nag>e2"
                                                                            + (" k>e" if more == "k" else " s>k k>e")))
    case = Case(diagram("e"))
    case.wait(hours=1)
    case.fire("late")
    assert notes(move(case, diagram("k"))) == [] and not case.result.timers and case.names == ["a", "nag"]


def test_a_legal_clocks_timer_stays_with_its_clock():
    def diagram(*more: str) -> bytes:
        return process(start() + user("a") + boundary("late", "a", timer("timeDate", '=deadline("reply").due_at'), cancel=False)
                       + user("nag") + end() + end("e2") + "".join(user(one) for one in more)
                       + flows("late>nag nag>e2 s>a " + " ".join(f"{x}>{y}" for x, y in zip(["a", *more], [*more, "e"], strict=True))))
    ports = TestPorts(diagram())
    ports.clocks = {"reply": {"due_at": (NOW + timedelta(days=3)).isoformat()}}
    case = Case(ports=ports)
    before = case.timer("late")
    move(case, diagram("more"))
    assert case.timer("late") == before and before.clock == "reply.due_at"


def test_subscriptions_keep_name_and_key_and_are_replaced_when_they_wait_for_another_message():
    def diagram(name: str, key: str = "=key") -> bytes:
        return process(start() + user("a") + boundary("told", "a", MESSAGE(name)) + user("b") + end() + end("e2")
                       + flows("s>a a>e told>b b>e2"), top=message(name, key))
    case = Case(diagram("news"), key="k1", other="k2")
    (before,) = case.result.subscriptions
    assert notes(move(case, diagram("news", "=other"))) == [("kept_wait", "told")]
    assert case.result.subscriptions == (before,) and before.key == "k1"
    assert notes(move(case, diagram("gossip", "=other"))) == [("replaced", "told")]
    (now,) = case.result.subscriptions
    assert (now.name, now.key) == ("gossip", "k2") and now.task_id != before.task_id
    case.deliver("gossip")
    assert case.names == ["b"]


def test_event_subprocesses_are_armed_and_disarmed_with_their_scope():
    def diagram(listening: bool) -> bytes:
        inner = sub("out", '<startEvent id="os"><messageEventDefinition messageRef="msg_stop"/></startEvent>'
                    + user("bye") + end("oe") + flows("os>bye bye>oe"), event=True) if listening else ""
        return process(start() + user("a") + end() + inner + flows("s>a a>e"), top=message("stop"))
    case = Case(diagram(False), key="k")
    assert notes(move(case, diagram(True))) == [("armed", "os")]
    case.deliver("stop")
    assert case.names == ["bye"]
    assert why(case, diagram(False)) == [("gone", "out")], "it runs"
    other = Case(diagram(True), key="k")
    assert notes(move(other, diagram(False))) == [("disarmed", "os")] and not other.result.subscriptions


def test_an_interrupting_event_subprocess_that_runs_is_not_armed_again():
    def diagram(*more: str) -> bytes:
        inner = sub("out", '<startEvent id="os"><messageEventDefinition messageRef="msg_stop"/></startEvent>'
                    + user("bye") + end("oe") + flows("os>bye bye>oe"), event=True)
        again = sub("late", f'<startEvent id="ls" isInterrupting="false">{timer("timeDuration", "P1D")}</startEvent>'
                    + user("nag") + end("le") + flows("ls>nag nag>le"), event=True) if more else ""
        return process(start() + user("a") + end() + inner + again + flows("s>a a>e"), top=message("stop"))
    case = Case(diagram(), key="k")
    case.deliver("stop")
    assert notes(move(case, diagram("more"))) == [] and not case.result.timers and not case.result.subscriptions
    case.complete("bye")
    assert case.done


def test_a_gone_element_is_mapped_to_another_and_the_task_stays_the_same_one():
    case = Case(chain(user("a", props(name_en="A")), names="a"))
    task = case.task("a").task_id
    new = chain(user("check", props(name_en="Check"), form="other"), user("b"), names="check b")
    assert why(case, new) == [("gone", "a")]
    assert candidates(case.ports.definitions[0], load(new, ""))["a"] == tuple(
        load(new, "").elements[name] for name in ("check", "b"))
    found = move(case, new, a="check")
    assert notes(found) == [("kept_form", "check")] and found.renamed == {task: ("p", "a", "check")}
    assert case.task("check").task_id == task and case.task("check").form_id == "f"
    assert case.complete("check") and case.complete("b") and case.done


def test_a_called_process_is_moved_inside_its_caller_and_its_pin_with_it():
    inner, outer = (lambda *names: process(start("qs") + "".join(user(n) for n in names) + end("qe") + flows(
        " ".join(f"{a}>{b}" for a, b in zip(["qs", *names], [*names, "qe"], strict=True))), name="q")), chain(
        '<callActivity id="c"><extensionElements><zeebe:calledElement processId="q"/></extensionElements></callActivity>', names="c")
    case = Case(outer, inner("qu"))
    found = move(case, inner("qu", "qm"), name="q")
    assert found.at == ("qu",) and case.result.pins["q"] == case.ports.definitions[-1].hash
    assert case.result.pins["p"] == case.ports.definitions[0].hash
    case.complete("qu")
    case.complete("qm")
    assert case.done
    other = Case(outer, inner("qu"))
    more = chain('<callActivity id="c"><extensionElements><zeebe:calledElement processId="q"/></extensionElements></callActivity>',
                 MORE, names="c more")
    assert move(other, more).result is not None
    other.complete("qu")
    assert other.complete("more") and other.done


def test_a_loop_keeps_its_position_its_variables_and_what_came_of_it():
    def diagram(names: str) -> bytes:
        marks = loop("=items", "item", sequential=True, outputCollection="out", outputElement="=item + 1")
        return chain(user("a", body=marks), *(user(n) for n in names.split()), names=f"a {names}")
    case = Case(diagram("b"), items=[1, 2, 3])
    case.complete("a")
    assert case.task("a").variables["item"] == 2
    assert move(case, diagram("more b")).result is not None
    assert case.task("a").variables["item"] == 2 and case.task("a").variables["loopCounter"] == 2
    case.complete("a")
    case.complete("a")
    assert case.names == ["more"] and case.vars["out"] == [2, 3, 4]


def test_local_variables_of_scopes_stay():
    def diagram(*names: str) -> bytes:
        return chain(sub("box", start("bs") + "".join(user(n) for n in names) + end("be") + flows(
            " ".join(f"{a}>{b}" for a, b in zip(["bs", *names], [*names, "be"], strict=True))), extra=io({"own": "=x + 1"})), names="box")
    case = Case(diagram("a"), x=1)
    move(case, diagram("a", "more"))
    case.complete("a")
    assert case.task("more").variables["own"] == 2 and "own" not in case.vars


def test_what_can_be_undone_is_undone_by_the_new_handler():
    def diagram(task: str, handler: str) -> bytes:
        undo = (f'<boundaryEvent id="u_{task}" attachedToRef="{task}"><compensateEventDefinition/></boundaryEvent>'
                f'<userTask id="{handler}" isForCompensation="true">'
                '<extensionElements><zeebe:userTask/><zeebe:formDefinition formId="f"/></extensionElements></userTask>'
                f'<association id="as" associationDirection="One" sourceRef="u_{task}" targetRef="{handler}"/>')
        throw = '<intermediateThrowEvent id="back"><compensateEventDefinition/></intermediateThrowEvent>'
        return process(start() + user(task) + undo + user("b") + throw + end() + flows(f"s>{task} {task}>b b>back back>e"))
    case = Case(diagram("a", "undo_a"))
    case.complete("a")
    plain = process(start() + user("a") + user("b") + end() + flows("s>a a>b b>e"))
    assert why(case, plain) == [("undo", "a")]
    assert move(case, diagram("new_a", "undo_new"), a="new_a").result is not None
    case.complete("b")
    assert case.names == ["undo_new"] and case.complete("undo_new") and case.done


def test_a_stopped_element_moves_with_its_incident_and_can_be_tried_again_there():
    case = Case(chain(user("a", '<zeebe:assignmentDefinition candidateGroups="=5"/>'), names="a"))
    assert case.faults == [("a", "type")]
    found = move(case, chain(user("a", '<zeebe:assignmentDefinition candidateGroups="desk"/>'), names="a"))
    assert found.result is not None and case.faults == [("a", "type")]
    case.retry()
    assert case.task("a").groups == ("desk",) and not case.faults


def test_a_stopped_element_that_is_gone_asks_for_a_pair():
    case = Case(chain(user("a", '<zeebe:assignmentDefinition candidateGroups="=5"/>'), names="a"))
    assert why(case, chain(user("b"), names="b")) == [("gone_stopped", "a")]
    move(case, chain(user("b"), names="b"), a="b")
    case.retry()
    assert case.names == ["b"]


# ---------------------------------------------------------------- joins
def fork(*branches: str, ahead: str = "", after: str = "") -> bytes:
    """s (ahead) split ... join (after) e, all branches user tasks."""
    way = " ".join(f"g>{b} {b}>j" for b in branches)
    begin = f"s>{ahead} {ahead}>g" if ahead else "s>g"
    done = f"j>{after} {after}>e" if after else "j>e"
    names = [*branches, *([ahead] if ahead else []), *([after] if after else [])]
    return process(start() + gate("g", "parallel") + gate("j", "parallel") + "".join(user(n) for n in names) + end()
                   + flows(f"{begin} {way} {done}"))


def test_a_branch_waits_at_a_join_whose_flows_have_new_ids():
    case = Case(fork("u", "v"))
    case.complete("u")
    assert move(case, fork("u", "v", after="more")).result is not None
    case.complete("v")
    assert case.complete("more") and case.done


@pytest.mark.parametrize("done", [(), ("u",)])
def test_a_join_that_would_wait_for_a_branch_that_cannot_come_any_more(done):
    case = Case(fork("u", "v"))
    for one in done:
        case.complete(one)
    assert why(case, fork("u", "v", "w")) == [("join", "j")]


def test_a_branch_may_be_added_before_the_split():
    case = Case(fork("u", "v", ahead="a"))
    assert move(case, fork("u", "v", "w", ahead="a")).result is not None
    for one in ("a", "u", "v", "w"):
        case.complete(one)
    assert case.done


def test_a_join_that_needs_nothing_any_more_goes_on_at_once():
    case = Case(fork("u", "v", "w"))
    case.complete("u")
    case.complete("v")
    new = fork("u", "v", after="more")
    assert why(case, new) == [("gone", "w")]
    two = Case(fork("u", "v"))
    two.complete("u")
    one = process(start() + user("u") + user("v") + gate("j", "parallel") + user("more") + end() + end("e2")
                  + flows("s>u s>v u>j v>e2 j>more more>e"))
    found = move(two, one)
    assert notes(found) == [("goes_on", "j")] and two.names == ["more", "v"]


def test_the_way_by_which_a_branch_came_must_be_there():
    case = Case(fork("u", "v"))
    case.complete("u")
    new = process(start() + gate("g", "parallel") + gate("j", "parallel") + user("v") + user("w") + end()
                  + flows("s>g g>w g>v w>j v>j j>e"))
    assert ("flow", "j") in why(case, new)
    again = Case(fork("u", "v"))
    again.complete("u")
    assert move(again, new, u="w").result is not None and again.complete("v") and again.done


# ---------------------------------------------------------------- what stays
def call(name: str) -> str:
    return (f'<callActivity id="c"><extensionElements><zeebe:calledElement processId="{name}"/></extensionElements>'
            "</callActivity>")


def called(name: str) -> bytes:
    return process(start(f"{name}s") + user(f"{name}u") + end(f"{name}e") + flows(f"{name}s>{name}u {name}u>{name}e"), name=name)


BOX = sub("box", start("bs") + user("a") + end("be") + flows("bs>a a>be"))
CATCH = '<intermediateCatchEvent id="w">{}</intermediateCatchEvent>'.format


@pytest.mark.parametrize(("old", "new", "expected"), [
    (chain(user("a"), names="a"), chain(user("b"), names="b"), [("gone", "a")]),
    (chain(user("a"), names="a"), chain(service("a"), names="a"), [("kind", "a")]),
    (chain(BOX, names="box"), chain(user("a"), names="a"), [("gone", "box")]),
    (chain(user("a"), names="a"), chain(BOX, names="box"), [("scope", "a")]),
    (chain(user("a", body=loop("=items")), names="a"), chain(user("a"), names="a"), [("loop", "a")]),
    (chain(user("a"), names="a"), chain(user("a", body=loop("=items")), names="a"), [("loop", "a")]),
    (chain(user("a", body=loop("=items")), names="a"), chain(user("a", body=loop("=items", sequential=True)), names="a"),
     [("loop", "a")]),
    (chain(CATCH(timer("timeDuration", "PT1H")), names="w"), chain(CATCH(MESSAGE("m")), names="w", top=message("m")),
     [("event", "w")]),
    (chain(CATCH(timer("timeDuration", "PT1H")), names="w"),
     chain(CATCH(timer("timeDate", '=deadline("reply").due_at')), names="w"), [("event", "w")]),
    (chain(call("q"), names="c"), chain(call("r"), names="c"), [("call", "c")]),
    (chain(user("a"), names="a"), process(start() + user("a") + boundary("late", "a", timer("timeDuration", "=nothing"))
                                          + end() + end("e2") + flows("s>a a>e late>e2")), [("arming", "late")]),
])
def test_what_cannot_go_on_there_stays_with_the_element(old, new, expected):
    case = Case(old, called("q"), called("r"), items=[1, 2], key="k")
    assert why(case, new) == expected


def test_an_instance_of_another_version_or_at_its_end_stays():
    case = Case(chain(user("a"), names="a"))
    plan = plan_for(case, chain(user("a"), MORE, names="a more"))
    wrong = Plan({"p": ("0" * 64, plan.versions["p"][1])})
    assert [one.code for one in migrate(case.state, wrong, now=NOW, ports=case.ports).reasons] == ["version"]
    case.complete("a")
    assert [one.code for one in migrate(case.state, plan, now=NOW, ports=case.ports).reasons] == ["ended"]


def test_the_host_has_its_say_about_each_open_element():
    seen = []

    def agree(old, new):
        seen.append((old.id, new.id))
        return Remark("host", old.id, "%(element)s pauses a clock", {"element": old.id})

    case = Case(fork("u", "v"))
    found = migrate(case.state, plan_for(case, fork("u", "v", after="x")), now=NOW, ports=case.ports, agree=agree)
    assert [one.code for one in found.reasons] == ["host", "host"] and seen == [("u", "u"), ("v", "v")]


def test_an_error_is_caught_by_a_boundary_event_that_came_with_the_new_version():
    case = Case(chain(service("a"), names="a"))
    new = process(start() + service("a") + boundary("oops", "a", ERROR("bad")) + user("help") + end() + end("e2")
                  + flows("s>a a>e oops>help help>e2"), top=errors("bad"))
    assert notes(move(case, new)) == [("armed", "oops")]
    case.fail("a", "bad")
    assert case.names == ["help"]


def test_there_and_back_again_is_the_state_it_had():
    old, new = fork("u", "v"), fork("u", "v", after="more")
    case = Case(old, x=[1])
    case.complete("u")
    before = case.state
    move(case, new)
    assert case.state != before
    target = case.ports.definitions[0]
    back = migrate(case.state, Plan({"p": (case.result.pins["p"], target)}), now=NOW, ports=case.ports)
    assert back.result is not None and back.result.state == before
