"""A process that waits at every kind of place at once."""

from __future__ import annotations

from tests.unit.engine.harness import (
    MESSAGE,
    boundary,
    end,
    ext,
    flows,
    gate,
    loop,
    message,
    process,
    props,
    script,
    start,
    sub,
    timer,
    user,
)

KEY = "everything"
_GROUP = '<zeebe:assignmentDefinition candidateGroups="=[&quot;head@LRS&quot;]"/>'
_MAP = '<zeebe:ioMapping><zeebe:input source="=null" target="co_result"/></zeebe:ioMapping>'
_SIGNAL = '<signalEventDefinition signalRef="sig_clear"/>'
BRANCHES = ("task_each", "task_turn", "wait_word", "gw_first", "wait_clear", "wait_time", "task_guarded", "sub_undone",
            "gw_chosen", "task_plain")


def _task(name: str, body: str = "") -> str:
    return user(name, _GROUP + _MAP + props(name_en=name), body, form="co_handle")


def _catch(name: str, definition: str) -> str:
    return f'<intermediateCatchEvent id="{name}" name="{name}">{definition}</intermediateCatchEvent>'


def _alarm() -> str:
    """Armed for messages while the rest waits; each runs beside it."""
    begin = ('<startEvent id="alarm_start" isInterrupting="false">' + MESSAGE("alarm") + "</startEvent>")
    return sub("sub_alarm", begin + _task("task_alarm") + end("alarm_end") + flows(
        "alarm_start>task_alarm task_alarm>alarm_end"), event=True, extra=props(name_en="alarm"))


def _undone() -> str:
    """What was done can be undone later: handlers and their notes stand in the state."""
    handler = ('<scriptTask id="undo" isForCompensation="true" name="undo">' + ext(
        '<zeebe:script expression="=true" resultVariable="undone"/>') + "</scriptTask>")
    link = '<association id="a_undo" associationDirection="One" sourceRef="b_undo" targetRef="undo"/>'
    mark = ('<boundaryEvent id="b_undo" attachedToRef="done_first"><compensateEventDefinition id="c_undo"/>'
            "</boundaryEvent>")
    throw = ('<intermediateThrowEvent id="take_back"><compensateEventDefinition id="c_back"/></intermediateThrowEvent>')
    return sub("sub_undone", start("u_s") + script("done_first", "=1", "first") + mark + handler + _task("task_undone")
               + throw + end("u_e") + flows("u_s>done_first done_first>task_undone task_undone>take_back take_back>u_e")
               + link, extra=props(name_en="undone"))


def diagram() -> bytes:
    """The BPMN file."""
    guarded = (_task("task_guarded") + boundary("b_cycle", "task_guarded", timer("timeCycle", "R/P2D"), cancel=False)
               + boundary("b_late", "task_guarded", timer("timeDuration", "P60D")) + end("cycle_end")
               + end("late_end"))
    body = (start() + gate("split", "parallel") + gate("join", "parallel") + end() + _alarm() + guarded + _undone()
            + _task("task_each", loop('=["a", "b", "c"]')) + _task("task_turn", loop("=[1, 2]", sequential=True))
            + _task("task_plain") + _catch("wait_word", MESSAGE("word")) + _catch("wait_clear", _SIGNAL)
            + _catch("wait_time", timer("timeDuration", "P9D")) + gate("gw_first", "event")
            + _catch("first_word", MESSAGE("other")) + _catch("first_time", timer("timeDuration", "P20D"))
            + gate("gw_first_end") + gate("gw_chosen") + script("chose_one", "=1", "which")
            + script("chose_two", "=2", "which") + gate("gw_chosen_end")
            + flows("s>split join>e b_cycle>cycle_end b_late>late_end gw_first>first_word gw_first>first_time "
                    "first_word>gw_first_end first_time>gw_first_end gw_first_end>join "
                    "gw_chosen>chose_one:=chosen_=_1 gw_chosen>chose_two:=chosen_=_2 chose_one>gw_chosen_end "
                    "chose_two>gw_chosen_end gw_chosen_end>join "
                    + " ".join(f"split>{one}" for one in BRANCHES) + " "
                    + " ".join(f"{one}>join" for one in BRANCHES if not one.startswith("gw_"))))
    top = (message("word", "=case_id") + message("other", "=case_id") + message("alarm", "=case_id")
           + '<signal id="sig_clear" name="all_clear"/>')
    return process(body, KEY, top, props(name_en="Everything"))
