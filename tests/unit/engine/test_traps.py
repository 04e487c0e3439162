"""The verified traps of the library and of the dialect, each with the test that holds it closed.

Missing ones stand here; the others where they belong. T: `engine.md` section 3, D: `dialect.md`.

| trap | test |
|---|---|
| T1 depth 1,000, completion with an open task | test_state_and_budgets: two_thousand_rounds; here: an_open_task_is_never_hidden |
| T2a lost update at a join | test_joins: two_branches_see_each_others_writes |
| T2b joins in loops, nested | test_joins: joins_in_loops, random_nested_diagrams |
| T2b joins in multi-instance bodies | here: joins_inside_instances |
| T2b joins fed by boundary events | here: joins_fed_by_boundary_events, a_join_inside_a_subprocess_that_a_boundary_interrupts |
| T2c lists merged by position | here: lists_are_never_merged_by_position |
| T2 flow back into a join, two tokens on one input | test_lint: each_fault_is_an_error; here: two_tokens_on_one_input |
| T3 shared specs change at run time | test_state_and_budgets: shared_specs_are_sealed |
| T4 overdue timers vanish | test_lifecycle: what_is_late_is_recorded_as_late_before_anybody_acts |
| T5 cycles catch up one at a time | test_events: missed_rounds_of_a_cycle; test_cycles: what_was_missed; test_start_triggers: missed_times_are_one |
| T6 run() accepts anything | test_activities: a_task_can_be_completed_once; here: what_is_not_open_cannot_be_done |
| T7 messages before correlation | test_start_triggers: a_message_that_came_before |
| T7 messages after correlation | test_events: a_message_needs_the_right_name_and_key; here: one_message_goes_to_one |
| T8 exclusive gateway without match | test_joins: no_true_condition_and_no_default |
| T9 branches share lists | here: branches_share_nothing_below_the_first_level |
| T10 one merge for everything | test_multi_instance: results_keep_the_order; here: lists_are_never_merged_by_position |
| T11 key order | here: the_order_of_keys_in_a_stored_state_means_nothing |
| T12 reserved keys | test_security: a_state_with_a_type_name; here: reserved_names_are_plain_data |
| T13 `1 -> True`, `1 -> 1.0` | here: one_true_and_one_point_nought_differ; test_state_and_budgets: exact_numbers |
| T13 what cannot be stored | here: what_cannot_be_stored_is_refused_before_anything_moves |
| T14 service tasks cannot be saved | test_activities: a_job_has_type_headers_and_retries |
| T15 calls copy all data | here: a_called_process_shares_nothing_with_its_caller |
| T16, T17, T18 Python, shadowed names, XML | test_security: python_payload, data_keys_that_shadow, hostile_xml |
| T19 unbounded things | test_cycles: cannot_be_is_refused; here: every_limit_is_an_incident; test_state_and_budgets: are_bounded |
| errors stop other branches half way | here: one_branch_s_fault_does_not_stop_the_other, a_thrown_away_step |
| D scopes: nearest that has the name | test_activities: stays_local; here: writes_land_in_the_nearest_scope |
| D scopes survive save and restore | test_multi_instance: subprocesses_may_be_repeated; here: joins_inside_instances |
| D entry and exit failure; ERROR blocks the end | test_activities: a_failing_entry, a_failing_exit; here: an_error_blocks_the_join_and_the_end |
| D FEEL null | here: null_in_conditions; test_events: a_null_key_is_an_incident, without_a_usable_time |
| D boundary keys see the flow scope, key as text | here: a_boundary_s_key_is_of_the_scope_around |
| D a timer's date is fixed on entry | here: a_date_is_fixed_on_entry |
| D errors: specific first, outwards, uncaught | test_events: the_specific_code_wins; here: a_job_s_error_is_caught_where_it_is_drawn |
| D uncaught escalation goes on | here: an_escalation_nobody_catches_goes_on |
| D signals | test_signals: a_signal_goes_to_all_who_wait; here: signal_and_escalation_in_one_scope |
| D compensation | test_compensation: the_handlers_of_what_is_completed |
| D terminate | test_events: terminate_ends_its_scope_only; here: terminate_leaves_nothing_waiting |
| D event subprocesses, interrupting and not | test_events: event_subprocess; here: a_listener_inside_an_instance_is_its_own |
| D message ids, time to live, one start for each key | test_start_triggers: an_id_is_known, time_to_live, one_instance_for_each_key |
| D endless loops | test_state_and_budgets: a_loop_between_two_processes, rounds_of_a_loop |
"""
from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from harness import (
    ERROR,
    ESCALATION,
    MESSAGE,
    NOW,
    Case,
    TestPorts,
    boundary,
    end,
    errors,
    escalations,
    ext,
    flows,
    gate,
    io,
    loop,
    message,
    process,
    script,
    service,
    start,
    sub,
    timer,
    user,
)

from app.engine import (
    BudgetSpent,
    CompleteJob,
    CompleteTask,
    DeliverMessage,
    FireTimer,
    Start,
    StepBudget,
    ThrowJobError,
    run,
)
from app.engine.context import StepContext
from app.engine.state import restore
from app.engine.state_history import unpack
from app.kernel.errors import Conflict, Invalid

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_above_names_tests_that_exist():
    known: dict[str, str] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        known[path.stem] = known.get(path.stem, "") + path.read_text(encoding="utf-8")
    rows = [line.split("|")[2] for line in (__doc__ or "").splitlines() if line.startswith("| ") and "| test |" not in line]
    assert len(rows) > 35
    for place in (part for row in rows for part in row.split(";")):
        file, _, names = place.strip().partition(": ")
        for name in names.split(", "):
            found = re.search(rf"^def test_\w*{name}", known["test_traps" if file == "here" else file], re.MULTILINE)
            assert name and found, f"{file}: {name}"


SIGNAL = '<signalEventDefinition signalRef="sig"/>'
FORKED = (start("bs") + gate("f", "parallel") + user("a") + user("b") + gate("j", "parallel") + user("after") + end("be")
          + flows("bs>f f>a f>b a>j b>j j>after after>be"))


def each(body: str, sequential: bool = False) -> str:
    """A subprocess for each item, with an output collection."""
    return sub("each", loop("=items", sequential=sequential, outputCollection="out", outputElement="=r") + body)


@pytest.mark.parametrize("sequential", [False, True])
def test_joins_inside_instances(sequential):
    c = Case(process(start() + each(FORKED, sequential) + end() + flows("s>each each>e")), items=[1, 2, 3])
    for number in range(3):
        rounds = [(0, "a"), (0, "b")] if sequential or number == 2 else [(0, "b"), (0, "a")]
        for nth, name in rounds:
            assert "after" not in c.names, "one instance's join takes no token of another's"
            c.complete(name, nth)
        assert c.names.count("after") == 1
        c.complete("after", r=number)
    assert c.done and c.vars == {"items": [1, 2, 3], "out": [0, 1, 2]}


def test_joins_inside_instances_wait_for_their_own_branches_when_all_run_mixed():
    c = Case(process(start() + each(FORKED) + end() + flows("s>each each>e")), items=[1, 2])
    c.complete("a", 0)
    c.complete("b", 1)                                       # one branch of each instance
    assert "after" not in c.names
    c.complete("a", 0)
    assert c.names.count("after") == 1
    c.complete("b", 0)
    assert c.names == ["after", "after"]


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
@pytest.mark.parametrize("cancel", [True, False])
def test_joins_fed_by_boundary_events(kind, cancel):
    cond = ":=true" if kind == "inclusive" else ""
    body = (start() + gate("f", kind) + user("u") + user("v") + boundary("late", "u", timer("timeDuration", "PT1H"), cancel)
            + user("nag") + gate("m") + gate("j", kind) + user("w") + end()
            + flows(f"s>f f>u{cond} f>v{cond} u>m late>nag nag>m m>j v>j j>w w>e"))
    c = Case(process(body))
    c.wait(hours=1)
    c.fire("late")
    assert c.names == (["nag", "v"] if cancel else ["nag", "u", "v"])
    c.complete("nag")
    assert "w" not in c.names
    c.complete("v")
    assert c.names.count("w") == 1, "each flow has its token: one came by the boundary's path"
    if not cancel:
        c.complete("u")                                     # a second token on a flow that was used already
        assert c.names.count("w") == (2 if kind == "inclusive" else 1) and not c.done


def test_a_join_inside_a_subprocess_that_a_boundary_interrupts_leaves_no_token_behind():
    c = Case(process(start() + gate("m") + sub("box", FORKED) + boundary("x", "box", MESSAGE("stop")) + user("again") + end()
                     + flows("s>m m>box box>e x>again again>m"), top=message("stop", "=id")), id="1")
    for _ in range(3):
        c.complete("a")
        c.deliver("stop")
        c.complete("again")
    assert c.names == ["a", "b"]
    c.complete("b")
    assert c.names == ["a"], "the marks of earlier rounds do not count"
    c.complete("a")
    c.complete("after")
    assert c.done


def test_two_tokens_on_one_input_are_used_one_by_one():
    c = Case(process(start() + gate("f", "parallel") + gate("m") + user("u") + gate("j", "parallel") + user("w") + end()
                     + gate("f2", "parallel") + flows("s>f f>f2 f>u f2>m f2>m m>j u>j j>w w>e")))
    c.complete("u")
    assert c.names == ["w"] and not c.done
    c.complete("w")
    assert not c.done and c.faults == [("j", "stuck")], "the second token waits for ever, and somebody is told"


def test_lists_are_never_merged_by_position():
    body = start() + gate("f", "parallel") + user("u") + user("v") + gate("j", "parallel") + user("w") + end() + flows(
        "s>f f>u f>v u>j v>j j>w w>e")
    for order in (("u", "v"), ("v", "u")):
        c = Case(process(body), list=[1, 2, 3], o={"a": [1, 2], "b": 1})
        for name in order:
            c.complete(name, **({"list": [3, 1]} if name == "u" else {"note": "x"}))
        assert c.vars == {"list": [3, 1], "o": {"a": [1, 2], "b": 1}, "note": "x"}


def test_branches_share_nothing_below_the_first_level():
    body = (start() + gate("f", "parallel") + user("u", io(outputs={"o.list": "=append(o.list, 9)"}))
            + user("v", io(inputs={"mine": "=o"}, outputs={"seen": "=mine.list"})) + gate("j", "parallel") + end()
            + flows("s>f f>u f>v u>j v>j j>e"))
    ports = TestPorts(process(body))
    given = {"o": {"list": [1], "deep": {"x": [1]}}}
    c = Case(ports=ports, begin=False)
    c.do(Start("p", given, "seed"))
    first = c.result
    c.complete("u")
    assert first.variables["o"]["list"] == [1] and given["o"]["list"] == [1], "what was handed out stays as it was"
    c.complete("v")
    assert c.vars["o"] == {"list": [1, 9], "deep": {"x": [1]}} and c.vars["seen"] == [1], "an input is of its entry"


def test_an_open_task_is_never_hidden():
    """The library ignored tasks deeper than 1,000 and called the instance complete."""
    nested = user("u")
    for depth in range(10):
        nested = sub(f"d{depth}", start(f"s{depth}") + nested + end(f"e{depth}")
                     + flows(f"s{depth}>{'u' if depth == 0 else f'd{depth - 1}'} {'u' if depth == 0 else f'd{depth - 1}'}>e{depth}"))
    c = Case(process(start() + gate("m") + nested + gate("x", default=True) + end() + flows("s>m m>d9 d9>x x>m* x>e:=done")), done=False)
    for number in range(120):                                # 120 rounds of ten scopes
        assert c.names == ["u"] and not c.done
        c.complete("u", done=number == 119)
    assert c.done


def test_what_is_not_open_cannot_be_done():
    body = (start() + user("u") + boundary("late", "u", timer("timeDuration", "PT1H"), False) + user("v") + service("w")
            + '<intermediateCatchEvent id="c">' + MESSAGE("m") + "</intermediateCatchEvent>" + end() + end("le")
            + flows("s>u u>v v>w w>c c>e late>le"))
    c = Case(process(body, top=message("m", "=id")), id="k")
    task, due = c.task("u").task_id, c.timer("late").task_id

    def refused(*stimuli) -> None:
        for stimulus in stimuli:
            before = c.state
            with pytest.raises(Conflict):
                c.do(stimulus)
            assert c.state == before

    refused(FireTimer(due), CompleteJob(task), ThrowJobError(task, "X"), FireTimer(task), DeliverMessage(task, "m", "k"),
            CompleteTask(due), CompleteTask("0" * 32), CompleteTask(""), CompleteTask("not an id"), CompleteTask("ff" * 16))
    c.complete("u")
    refused(CompleteTask(task), FireTimer(due))              # done; and its timer went with it
    second = c.task("v").task_id
    c.complete("v")
    refused(CompleteTask(second), CompleteTask(c.job("w").task_id))
    c.work("w")
    waiting = c.result.subscriptions[0]
    refused(DeliverMessage(waiting.task_id, "m", "other"), DeliverMessage(waiting.task_id, "other", "k"), CompleteTask(waiting.task_id))
    c.deliver("m")
    refused(DeliverMessage(waiting.task_id, "m", "k"), CompleteTask(task))
    assert c.done


def test_one_message_goes_to_one_and_leaves_the_others_waiting():
    body = (start() + gate("f", "parallel") + "".join(f'<intermediateCatchEvent id="{n}">{MESSAGE("m")}</intermediateCatchEvent>'
            for n in ("a", "b")) + gate("j", "parallel") + end() + flows("s>f f>a f>b a>j b>j j>e"))
    c = Case(process(body, top=message("m", "=id")), id=7)
    assert [(s.name, s.key) for s in c.result.subscriptions] == [("m", "7")] * 2
    c.deliver("m", first=1)
    assert len(c.result.subscriptions) == 1 and not c.done
    c.deliver("m", second=2)
    assert c.done and c.vars == {"id": 7, "first": 1, "second": 2}


def test_the_order_of_keys_in_a_stored_state_means_nothing():
    """A JSON column, or a tool that sorts keys, restored instances of the library with wrong data."""
    body = (start() + gate("m") + each(FORKED) + gate("x", default=True) + end() + flows("s>m m>each each>x x>m* x>e:=done"))
    straight, turned = (Case(process(body), items=[{"z": 1, "a": {"y": 2, "b": 3}}, 2], z=1, a=2, done=False) for _ in range(2))
    for name in ("a", "b", "after", "a", "b", "after", "a", "b"):
        turned.state = json.dumps(unpack(turned.state), sort_keys=True, default=float).encode()
        straight.complete(name, r=1)
        turned.complete(name, r=1)
        assert straight.vars == turned.vars and straight.names == turned.names
        assert [t.task_id for t in straight.result.open_tasks] == [t.task_id for t in turned.result.open_tasks]


RESERVED = ("typename", "__class__", "__builtins__", "__globals__", "len", "self", "vars", "incident", "flow", "host", "items",
            "now", "levels", "seed", "undo", "rounds", "data")


def test_reserved_names_are_plain_data():
    values = {name: {"typename": "datetime", "__class__": name, "value": [name]} for name in RESERVED}
    c = Case(process(start() + user("u") + script("k", "=typename.typename + typename.value[1]", "told") + user("v") + end()
                     + flows("s>u u>k k>v v>e")), begin=False)
    c.do(Start("p", values, "seed"))
    c.do(CompleteTask(c.task("u").task_id, values))
    assert c.vars == {**values, "told": "datetimetypename"}
    c.complete("v", vars=None, incident=["x", "y", {}])
    assert c.done and c.vars["incident"] == ["x", "y", {}]


def test_one_true_and_one_point_nought_differ():
    """The library took a change of 1 to True, or to 1.0, for none and lost it."""
    watched = '<conditionalEventDefinition><condition>=x = true</condition></conditionalEventDefinition>'
    c = Case(process(start() + user("u") + boundary("b", "u", watched, False) + user("hit") + user("w")
                     + gate("f", "parallel") + end() + flows("s>f f>u f>w u>e b>hit w>e hit>e")), x=1)
    c.complete("w", x=True)
    assert "hit" in c.names, "the condition was asked again"
    for before, after in ((1, True), (True, 1), (1, Decimal("1.0")), (Decimal("1.0"), 1), ("1", 1)):
        c = Case(process(start() + user("u") + end() + flows("s>u u>e")), x=before, list=[before])
        c.complete("u", x=after, list=[after])
        kept = restore(c.state, StepContext(c.now, c.ports, c.budget)).variables
        assert (str(kept["x"]), type(kept["x"])) == (str(kept["list"][0]), type(kept["list"][0])) == (str(after), type(after))


@pytest.mark.parametrize("bad", [date(2026, 1, 1), b"bytes", {1: "a"}, {"a": {1, 2}}, float("nan"), Decimal("NaN"), "a\0b", object(),
                                 {"n\0": 1}], ids=lambda v: type(v).__name__)
def test_what_cannot_be_stored_is_refused_before_anything_moves(bad):
    c = Case(process(start() + user("u") + service("w") + '<intermediateCatchEvent id="c">' + MESSAGE("m")
                     + "</intermediateCatchEvent>" + end() + flows("s>u u>w w>c c>e"), top=message("m", "=id")), id="1")
    before = c.state
    with pytest.raises(Invalid):
        c.complete("u", v=bad)
    assert c.state == before
    c.complete("u")
    with pytest.raises(Invalid):
        c.work("w", v=bad)
    c.work("w")
    with pytest.raises(Invalid):
        c.deliver("m", v=bad)
    with pytest.raises(Invalid):
        c.retry(v=bad)
    with pytest.raises(Invalid):
        Case(process(start() + end() + flows("s>e")), v=bad)


def test_a_called_process_shares_nothing_with_its_caller():
    called = process(start() + user("iu") + end() + flows("s>iu iu>e"), "q")
    call = '<callActivity id="c">' + ext('<zeebe:calledElement processId="q" propagateAllChildVariables="false"/>'
                                         + io(outputs={"got": "=o.list"})) + "</callActivity>"
    c = Case(process(start() + gate("f", "parallel") + call + user("u") + gate("j", "parallel") + end()
                     + flows("s>f f>c f>u c>j u>j j>e")), called, o={"list": [1]})
    c.complete("u", o={"list": [2]})
    c.complete("iu", o={"list": [1, 3]}, inner=1)
    assert c.done and c.vars == {"o": {"list": [2]}, "got": [1, 3]}


def test_every_limit_is_an_incident_and_named():
    body = process(start() + user("u") + each(start("bs") + user("iu") + end("be") + flows("bs>iu iu>be")) + end() + flows("s>u u>each each>e"))
    c = Case(body, budget=StepBudget(instances=100), items=[])
    c.complete("u", items=[0] * 20_000)
    assert c.faults == [("each", "instances")] and not c.names
    c.retry(items=[1, 2])                                    # mended: no step was lost over it
    assert c.names == ["iu", "iu"]
    small = Case(body, budget=StepBudget(state_bytes=3000, variable_bytes=2000), items=[])
    with pytest.raises(BudgetSpent) as caught:
        small.complete("u", a="x" * 1900, b="x" * 1900)
    assert (caught.value.code, caught.value.element_id) == ("budget_size", "e")


def test_one_branch_s_fault_does_not_stop_the_other():
    body = (start() + gate("f", "parallel") + script("bad", "=for i in 1..n return i", "x") + user("v") + user("w")
            + gate("j", "parallel") + end() + flows("s>f f>bad f>v bad>j v>w w>j j>e"))
    c = Case(process(body), n=20_000)
    assert c.faults == [("bad", "expression")] and c.names == ["v"]
    c.complete("v")
    c.complete("w")
    assert c.faults == [("bad", "expression")] and not c.done and not c.names
    c.retry(n=2)
    assert c.done and c.vars["x"] == [1, 2]


def test_an_error_blocks_the_join_and_the_end():
    body = (start() + gate("f", "parallel") + user("u", io(outputs={"x": "=if a then b else c", "n": "=number(text)"}))
            + service("w") + gate("j", "parallel") + end() + flows("s>f f>u f>w u>j w>j j>e"))
    c = Case(process(body, top=errors("X")), text="1")
    c.fail("w", "UNKNOWN")
    assert ("w", "uncaught_error") in c.faults and c.names == ["u"]
    c.complete("u")
    assert not c.done and ("w", "uncaught_error") in c.faults, "a token in error holds the instance open"
    c.retry()
    c.work("w")
    assert c.done


def test_writes_land_in_the_nearest_scope_that_has_the_name():
    inner = sub("box", start("is") + script("k", "=1", "mine") + script("k2", "=2", "theirs") + script("k3", "=3", "fresh") + user("iu")
                + end("ie") + flows("is>k k>k2 k2>k3 k3>iu iu>ie"), extra=io(inputs={"mine": "=0"}))
    c = Case(process(start() + inner + end() + flows("s>box box>e")), theirs=0)
    assert dict(c.task("iu").variables) == {"mine": 1, "theirs": 2, "fresh": 3}
    assert c.vars == {"theirs": 2, "fresh": 3}, "a new name goes to the instance, a local one stays"
    c.complete("iu", mine=9, other=4)
    assert c.done and c.vars == {"theirs": 2, "fresh": 3, "other": 4}


@pytest.mark.parametrize(("condition", "taken"), [
    ("=missing = null", "yes"), ("=missing > 3", "incident"), ("=(if missing then 1 else 2) = 2", "yes"),
    ("=missing.part.deeper = null", "yes"), ("=missing", "incident"), ("=not(missing > 3) = null", "yes"), ("=some x in [] satisfies x", "no"),
])
def test_null_in_conditions_and_mappings(condition, taken):
    c = Case(process(start() + gate("x", default=True) + user("yes") + user("no") + end()
                     + flows(f"s>x x>yes:{condition.replace(' ', '_').replace('>', '&gt;')} x>no* yes>e no>e")))
    assert (c.names[0] if c.names else "incident") == taken
    if taken == "incident":
        assert c.faults == [("x", "type")]


def test_a_boundary_s_key_is_of_the_scope_around():
    body = (start() + user("u", io(inputs={"id": '="inner"'})) + boundary("b", "u", MESSAGE("m"), False) + end() + end("be")
            + flows("s>u u>e b>be"))
    c = Case(process(body, top=message("m", "=id")), id=12)
    assert [s.key for s in c.result.subscriptions] == ["12"]
    c.deliver("m")
    assert len(c.result.subscriptions) == 1 and c.names == ["u"]


def test_a_date_is_fixed_on_entry():
    body = (start() + gate("f", "parallel") + user("u") + boundary("b", "u", timer("timeDuration", "=wait"), False) + user("v") + end()
            + end("be") + flows("s>f f>u f>v u>e v>e b>be"))
    c = Case(process(body), wait="PT1H")
    due = c.timer("b").due_at
    c.complete("v", wait="PT9H")
    assert c.timer("b").due_at == due == NOW + timedelta(hours=1)


def test_a_job_s_error_is_caught_where_it_is_drawn():
    inner = sub("box", start("is") + service("w") + boundary("own", "w", ERROR("X")) + user("mine") + end("ie")
                + flows("is>w w>ie own>mine mine>ie"))
    body = (start() + inner + boundary("outer", "box", '<errorEventDefinition/>') + user("any") + end() + flows("s>box box>e outer>any any>e"))
    c = Case(process(body, top=errors("X")))
    c.fail("w", "X", reason="r")
    assert c.names == ["mine"] and c.vars == {"reason": "r"} and not c.result.jobs
    c = Case(process(body, top=errors("X")))
    c.fail("w", "Y")
    assert c.names == ["any"] and not c.result.jobs and not c.faults, "the catch-all outside; the scope is gone"


def test_an_escalation_nobody_catches_goes_on():
    throw = '<intermediateThrowEvent id="t">' + ESCALATION("E") + "</intermediateThrowEvent>"
    c = Case(process(start() + throw + user("u") + end("e", ESCALATION("E")) + flows("s>t t>u u>e"), top=escalations("E")))
    assert c.names == ["u"] and not c.faults
    c.complete("u")
    assert c.done


def test_signal_and_escalation_in_one_scope():
    throws = ('<intermediateThrowEvent id="ts">' + SIGNAL + '</intermediateThrowEvent><intermediateThrowEvent id="te">'
              + ESCALATION("E") + "</intermediateThrowEvent>")
    inner = sub("box", start("is") + throws + user("iu") + end("ie") + flows("is>ts ts>te te>iu iu>ie"))
    c = Case(process(start() + inner + boundary("bs", "box", SIGNAL, False) + user("heard") + boundary("be", "box", ESCALATION("E"), False)
                     + user("raised") + end() + flows("s>box box>e bs>heard be>raised heard>e raised>e"),
                     top='<signal id="sig" name="go"/>' + escalations("E")))
    assert c.names == ["heard", "iu", "raised"]
    for name in ("iu", "heard", "raised"):
        c.complete(name)
    assert c.done


def test_terminate_leaves_nothing_waiting():
    body = (start() + gate("f", "parallel") + user("u") + boundary("late", "u", timer("timeCycle", "R/PT1H"), False) + end("le")
            + service("w") + sub("box", start("is") + user("iu") + end("ie") + flows("is>iu iu>ie"))
            + '<intermediateCatchEvent id="c">' + MESSAGE("m") + "</intermediateCatchEvent>" + user("stop")
            + end("t", "<terminateEventDefinition/>") + end()
            + flows("s>f f>u f>w f>box f>c f>stop u>e w>e box>e c>e late>le stop>t"))
    c = Case(process(body, top=message("m", "=id")), id="1")
    assert c.result.timers and c.result.jobs and c.result.subscriptions
    c.complete("stop")
    assert c.done and {s for s in c.steps if s[1] == "cancelled"} >= {("u", "cancelled"), ("w", "cancelled"), ("iu", "cancelled"),
                                                                      ("box", "cancelled"), ("c", "cancelled")}
    in_one = each(start("bs") + user("iu") + end("be", "<terminateEventDefinition/>") + flows("bs>iu iu>be"))
    c = Case(process(start() + in_one + end() + flows("s>each each>e")), items=[1, 2])
    c.complete("iu")
    assert c.names == ["iu"], "it ends one instance, not its sisters"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_listener_inside_an_instance_is_its_own(interrupting):
    handler = sub("es", f'<startEvent id="hs" isInterrupting="{str(interrupting).lower()}">' + MESSAGE("m") + "</startEvent>" + user("hu")
                  + end("he") + flows("hs>hu hu>he"), event=True)
    body = each(start("bs") + user("iu") + end("be") + flows("bs>iu iu>be") + handler)
    c = Case(process(start() + body + end() + flows("s>each each>e"), top=message("m", "=item")), items=["a", "b"])
    assert sorted(s.key for s in c.result.subscriptions) == ["a", "b"]
    wanted = next(s for s in c.result.subscriptions if s.key == "b")
    c.do(DeliverMessage(wanted.task_id, "m", "b", {}))
    assert c.names == (["hu", "iu"] if interrupting else ["hu", "iu", "iu"])
    assert c.task("hu").variables["item"] == "b"
    again = restore(c.state, StepContext(c.now, c.ports, c.budget))
    assert len([t for level in again.levels() for t in level.tokens() if t.task_spec.listens]) == (1 if interrupting else 2)
    while c.names:
        c.complete(c.names[0])
    assert c.done


def test_a_thrown_away_step_leaves_the_object_that_was_given_untouched():
    c = Case(process(start() + user("u") + script("k", "=for i in 1..n return i", "v") + end() + flows("s>u u>k k>e")),
             budget=StepBudget(variable_bytes=500))
    before = bytes(c.state)
    for _ in range(2):
        with pytest.raises(BudgetSpent):
            run(c.state, CompleteTask(c.task("u").task_id, {"n": 900}), now=NOW, ports=c.ports, budget=c.budget)
        assert c.state == before
    c.complete("u", n=5)
    assert c.done
