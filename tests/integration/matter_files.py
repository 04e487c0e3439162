"""A small process without a resident, for tests of internal matters: a clock, a task, a message."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.cases.commands import OpenMatter
from app.catalog.commands import PublishDefinition
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from tests.integration.play import Office

KEY = "look_into"
FILE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
  id="d" targetNamespace="http://yikou.example/test">
<bpmn:message id="Message_more" name="more_known"><bpmn:extensionElements>
  <zeebe:subscription correlationKey="=case_id" /></bpmn:extensionElements></bpmn:message>
<bpmn:process id="look_into" name="查看" isExecutable="true">
<bpmn:extensionElements><zeebe:properties><zeebe:property name="name_en" value="Look into it" /></zeebe:properties></bpmn:extensionElements>
<bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="task_look" />
<bpmn:userTask id="task_look" name="看一看">
  <bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition formId="co_handle" /><zeebe:assignmentDefinition candidateGroups="=[&quot;head@&quot; + unit]" />
  <zeebe:ioMapping><zeebe:input source="=null" target="co_result" /><zeebe:input source="=number" target="co_request" /></zeebe:ioMapping>
  <zeebe:properties><zeebe:property name="name_en" value="Look" /><zeebe:property name="phase" value="looking" />
  <zeebe:property name="deadline.start" value="look" /><zeebe:property name="deadline.budget" value="={amount: 3, unit: &quot;wd&quot;}" />
  <zeebe:property name="deadline.stop" value="look" />
  <zeebe:property name="entry.kind" value="note" /><zeebe:property name="entry.body" value="=&quot;looked&quot;" />
  </zeebe:properties></bpmn:extensionElements></bpmn:userTask>
<bpmn:boundaryEvent id="late" attachedToRef="task_look" cancelActivity="false">
  <bpmn:timerEventDefinition id="t"><bpmn:timeDate>=deadline("look").due_at</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:sequenceFlow id="f2" sourceRef="late" targetRef="late_end" />
<bpmn:endEvent id="late_end" />
<bpmn:sequenceFlow id="f3" sourceRef="task_look" targetRef="wait_more" />
<bpmn:intermediateCatchEvent id="wait_more" name="等"><bpmn:messageEventDefinition id="m" messageRef="Message_more" /></bpmn:intermediateCatchEvent>
<bpmn:sequenceFlow id="f4" sourceRef="wait_more" targetRef="end" />
<bpmn:endEvent id="end"><bpmn:extensionElements><zeebe:properties>
  <zeebe:property name="outcome" value="closed" /></zeebe:properties></bpmn:extensionElements></bpmn:endEvent>
</bpmn:process></bpmn:definitions>
"""


def publish(office: Office) -> None:
    """Make it known to the office."""
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="process", definition_key=KEY,
        data=FILE.encode(), file=f"tenants/demo/processes/{KEY}/{KEY}.bpmn", reason="x"))


def opened(office: Office, unit: str = "LRS", **more: Any) -> UUID:
    """A matter of the unit that stands at its task."""
    answer = office.send(OpenMatter, SYSTEM, **{"nature": "order", "process_id": KEY, "unit": unit,
                                                "title": "垃圾清运 / Litter", **more})
    office.work()
    return UUID(answer["matter_id"])
