"""A running case waits where its new version has more to wait for: gateways, boundary events, event subprocesses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app import catalog
from app.cases import messaging, moving, signals
from app.cases.commands import ModifyCase, OpenMatter
from app.cases.model import CaseStep
from app.cases.moving import MigrateCase, PlanMigration, PlanWayBack, StartMigration
from app.catalog.commands import PublishDefinition
from app.engine.model import IncidentRow, OpenTaskRow, ProcessInstance, SubscriptionRow, TimerRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.errors import Conflict
from app.kernel.unit_of_work import transact
from tests.integration.play import Office

KEY = "wait_and_see"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="d" targetNamespace="http://yikou.example/test"><bpmn:signal id="sig_alarm" name="alarm" />"""
NAMED = ('<bpmn:extensionElements><zeebe:properties><zeebe:property name="name_en" value="N" />{}</zeebe:properties>'
         "</bpmn:extensionElements>")
CLOCK = '<zeebe:property name="deadline.pause" value="reply" />'
EVENTS = {
    "word": '<bpmn:messageEventDefinition id="{}_d" messageRef="msg_word" />',
    "more": '<bpmn:messageEventDefinition id="{}_d" messageRef="msg_more" />',
    "stop": '<bpmn:messageEventDefinition id="{}_d" messageRef="msg_stop" />',
    "alarm": '<bpmn:signalEventDefinition id="{}_d" signalRef="sig_alarm" />',
    "late": '<bpmn:timerEventDefinition id="{}_d"><bpmn:timeDuration>P9D</bpmn:timeDuration></bpmn:timerEventDefinition>',
    "soon": '<bpmn:timerEventDefinition id="{}_d"><bpmn:timeDuration>PT2H</bpmn:timeDuration></bpmn:timerEventDefinition>',
    "ready": '<bpmn:conditionalEventDefinition id="{}_d"><bpmn:condition>=ready = true</bpmn:condition>'
             "</bpmn:conditionalEventDefinition>",
}


def flow(source: str, target: str) -> str:
    return f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}" />'


def waiting(*events: str, boundary: str = "", handler: str = "", paused: str = "") -> str:
    """Behind a gateway for `events`, beside a task with a boundary event, in a scope with an event subprocess."""
    def node(tag: str, ident: str, event: str, more: str = "") -> str:
        said = NAMED.format(CLOCK if event == paused else "")
        return f'<bpmn:{tag} id="{ident}" name="等"{more}>{said}{EVENTS[event].format(ident)}</bpmn:{tag}>'
    messages = "".join(f'<bpmn:message id="msg_{one}" name="{one}_known"><bpmn:extensionElements><zeebe:subscription '
                       'correlationKey="=case_id" /></bpmn:extensionElements></bpmn:message>' for one in ("word", "more", "stop"))
    body = '<bpmn:startEvent id="start" /><bpmn:parallelGateway id="both" /><bpmn:eventBasedGateway id="first" name="先到"/>'
    body += flow("start", "both") + flow("both", "first") + flow("both", "task_look")
    for one in events:
        body += node("intermediateCatchEvent", one, one) + flow("first", one) + flow(one, f"after_{one}")
        body += f'<bpmn:endEvent id="after_{one}" />'
    body += ('<bpmn:userTask id="task_look" name="看"><bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition '
             'formId="co_handle" /><zeebe:assignmentDefinition candidateGroups="supervisor" /><zeebe:properties>'
             '<zeebe:property name="name_en" value="Look" /></zeebe:properties></bpmn:extensionElements></bpmn:userTask>')
    body += flow("task_look", "done") + '<bpmn:endEvent id="done" />'
    if boundary:
        body += node("boundaryEvent", "nudge", boundary, ' attachedToRef="task_look" cancelActivity="false"')
        body += flow("nudge", "nudged") + '<bpmn:endEvent id="nudged" />'
    if handler:
        body += ('<bpmn:subProcess id="sub_stop" name="停" triggeredByEvent="true">' + NAMED.format("")
                 + node("startEvent", "stopped", handler, ' isInterrupting="false"') + flow("stopped", "stop_end")
                 + '<bpmn:endEvent id="stop_end" /></bpmn:subProcess>')
    return (f'{HEAD}{messages}<bpmn:process id="{KEY}" name="等着" isExecutable="true">{NAMED.format("")}{body}'
            "</bpmn:process></bpmn:definitions>")


def publish(office: Office, text: str) -> str:
    """The hash of the version in force then."""
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="process", definition_key=KEY,
        data=text.encode(), file=f"processes/tenants/demo/{KEY}/{KEY}.bpmn", reason="x"))
    with database.current().read(office.tenant_id) as session:
        found = catalog.live(session, office.tenant_id, "process", KEY)
    assert found is not None
    return found.hash


def opened(office: Office) -> UUID:
    answer = office.send(OpenMatter, SYSTEM, nature="order", process_id=KEY, unit="LRS", title="等 / Wait")
    office.case_id = UUID(answer["matter_id"])
    office.work()
    return office.case_id


def move(office: Office, to: str) -> Any:
    return office.send(MigrateCase, office.who("administrator"), case_id=office.case_id, process_id=KEY, to_hash=to,
                       reason="more to wait for")


def waits(office: Office) -> list[str]:
    """Elements with a timer or a subscription."""
    return sorted(row.element_id for kind in (TimerRow, SubscriptionRow) for row in office.rows(kind))


def path(office: Office, element_id: str) -> list[str]:
    return [row.how for row in office.rows(CaseStep, CaseStep.case_id == office.case_id, CaseStep.element_id == element_id)]


def tell(office: Office, name: str) -> None:
    transact(office.tenant_id, SYSTEM, lambda uow: messaging.publish(uow, f"{name}_known", str(office.case_id), {"told": 1}))


def sound(office: Office) -> None:
    """The signal comes from another case."""
    def throw(uow: Any) -> None:
        for key in signals.listeners(uow, UUID(int=0), "alarm"):
            messaging.publish(uow, "alarm", key, {})
    transact(office.tenant_id, SYSTEM, throw)


HAPPENS = {
    "soon": lambda office: (office.clock.advance(timedelta(hours=2)), office.work()),
    "more": lambda office: (tell(office, "more"), office.work()),
    "alarm": lambda office: (sound(office), office.work()),
    "ready": lambda office: office.send(ModifyCase, office.who("administrator"), case_id=office.case_id, reason="x",
                                        variables={"ready": True}),
}


@pytest.mark.parametrize("event", list(HAPPENS))
def test_a_new_event_of_a_gateway_is_armed_and_wins(office: Office, event: str) -> None:
    publish(office, waiting("word", "late"))
    opened(office)
    due = office.rows(TimerRow)[0].due_at
    office.clock.advance(timedelta(days=1))
    answer = move(office, publish(office, waiting("word", "late", "soon", "more", "alarm", "ready")))
    assert [one[:2] for one in answer["notes"]] == [["armed", one] for one in ("soon", "more", "alarm", "ready")]
    assert waits(office) == ["alarm", "late", "more", "soon", "word"]        # a condition needs no row
    assert {row.element_id: row.due_at for row in office.rows(TimerRow)} == {
        "late": due, "soon": office.clock.now() + timedelta(hours=2)}
    HAPPENS[event](office)
    assert path(office, event) == ["entered", "completed"] and path(office, "word") == ["entered", "cancelled"]
    assert waits(office) == [] and not office.rows(IncidentRow)
    assert [row.element_id for row in office.rows(OpenTaskRow)] == ["task_look"]


def test_a_message_that_came_too_early_is_found_by_what_was_armed(office: Office) -> None:
    publish(office, waiting("word", "late"))
    opened(office)
    tell(office, "more")
    office.work()
    move(office, publish(office, waiting("word", "late", "more")))
    office.work()
    assert path(office, "more") == ["entered", "completed"] and waits(office) == []


def test_boundary_events_and_event_subprocesses_are_armed_in_the_middle(office: Office) -> None:
    publish(office, waiting("word", "late"))
    opened(office)
    answer = move(office, publish(office, waiting("word", "late", boundary="soon", handler="stop")))
    assert sorted(one[:2] for one in answer["notes"]) == [["armed", "nudge"], ["armed", "stopped"]]
    assert waits(office) == ["late", "nudge", "stopped", "word"]
    tell(office, "stop")
    office.clock.advance(timedelta(hours=2))
    office.work()
    assert path(office, "nudged") == path(office, "stop_end") == ["entered", "completed"]
    assert waits(office) == ["late", "stopped", "word"], "the timer has fired, the others go on listening"


def test_many_go_there_and_back_and_wait_as_before(office: Office) -> None:
    one = publish(office, waiting("word", "late"))
    cases = [opened(office) for _ in range(3)]
    before = {row.id: (row.element_id, row.due_at if isinstance(row, TimerRow) else row.key)
              for kind in (TimerRow, SubscriptionRow) for row in office.rows(kind)}
    two = publish(office, waiting("word", "late", "more", boundary="stop", handler="soon"))
    administrator = office.who("administrator")
    run_id = UUID(office.send(PlanMigration, administrator, process_id=KEY, from_hash=one, to_hash=two,
                              reason="x")["run_id"])
    office.work()
    office.send(StartMigration, administrator, run_id=run_id)
    office.work()
    with database.current().read(office.tenant_id) as session:
        assert moving.run_view(session, SYSTEM, run_id).moved == 3 and moving.false_verdicts(session, run_id) == 0
    assert len(waits(office)) == 15
    office.case_id = cases[1]
    tell(office, "more")
    office.work()
    back = UUID(office.send(PlanWayBack, administrator, run_id=run_id, reason="back")["run_id"])
    office.work()
    office.send(StartMigration, administrator, run_id=back)
    office.work()
    with database.current().read(office.tenant_id) as session:
        seen = moving.run_view(session, SYSTEM, back)
        assert (seen.moved, seen.stayed, moving.false_verdicts(session, back)) == (3, 0, 0), seen.groups
    assert {row.pins[KEY] for row in office.rows(ProcessInstance)} == {one}
    after = {row.id: (row.element_id, row.due_at if isinstance(row, TimerRow) else row.key)
             for kind in (TimerRow, SubscriptionRow) for row in office.rows(kind)}
    assert after == {ident: kept for ident, kept in before.items() if ident in after} and len(after) == 4
    for office.case_id in (cases[0], cases[2]):
        assert path(office, "more") == ["entered", "cancelled"]
        tell(office, "more")
    office.work()
    assert len(waits(office)) == 4, "nothing listens to it any more"
    for office.case_id in (cases[0], cases[2]):
        tell(office, "word")
    office.work()
    assert waits(office) == []


def test_a_new_event_that_would_pause_a_clock_keeps_the_case(office: Office) -> None:
    publish(office, waiting("word", "late"))
    opened(office)
    with pytest.raises(Conflict, match="more pauses a clock"):
        move(office, publish(office, waiting("word", "late", "more", paused="more")))
    assert waits(office) == ["late", "word"]
