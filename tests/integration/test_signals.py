"""A signal of one case reaches the others of its office that wait for it then, and nobody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app import catalog
from app.cases import access, signals, stepping
from app.cases.model import CaseStep
from app.catalog.commands import PublishDefinition
from app.engine.model import BufferedMessage, SubscriptionRow
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.ids import new_id
from app.kernel.model import BASE_TENANT_ID
from app.kernel.unit_of_work import transact
from tests.integration.play import Office

ROOT = "service_request"
DECLARED = b"""<bpmn:signal id="Signal_storm" name="storm" />
  <bpmn:message id="Message_alarm" name="raise_alarm"><bpmn:extensionElements>
    <zeebe:subscription correlationKey="=case_id" /></bpmn:extensionElements></bpmn:message>
  <bpmn:process id="service_request" """
HANDLERS = b"""<bpmn:subProcess id="sub_alarm" name="A" triggeredByEvent="true">
  <bpmn:extensionElements><zeebe:properties><zeebe:property name="name_en" value="A" /></zeebe:properties></bpmn:extensionElements>
  <bpmn:startEvent id="alarm_start" isInterrupting="false"><bpmn:messageEventDefinition id="am" messageRef="Message_alarm" />
  </bpmn:startEvent>
  <bpmn:endEvent id="alarm_end"><bpmn:extensionElements><zeebe:ioMapping>
    <zeebe:input source="=area" target="where" /></zeebe:ioMapping></bpmn:extensionElements>
    <bpmn:signalEventDefinition id="as" signalRef="Signal_storm" /></bpmn:endEvent>
  <bpmn:sequenceFlow id="alarm_flow" sourceRef="alarm_start" targetRef="alarm_end" /></bpmn:subProcess>
<bpmn:subProcess id="sub_storm" name="B" triggeredByEvent="true">
  <bpmn:extensionElements><zeebe:properties><zeebe:property name="name_en" value="B" /></zeebe:properties></bpmn:extensionElements>
  <bpmn:startEvent id="storm_start" isInterrupting="false"><bpmn:signalEventDefinition id="ss" signalRef="Signal_storm" />
  </bpmn:startEvent>
  <bpmn:intermediateCatchEvent id="storm_wait" name="W"><bpmn:timerEventDefinition id="st"><bpmn:timeCycle>0 0 9 * * MON</bpmn:timeCycle>
  </bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
  <bpmn:endEvent id="storm_end" />
  <bpmn:sequenceFlow id="storm_flow" sourceRef="storm_start" targetRef="storm_wait" />
  <bpmn:sequenceFlow id="storm_out" sourceRef="storm_wait" targetRef="storm_end" /></bpmn:subProcess>
</bpmn:process>"""


def publish(office: Office) -> None:
    with database.current().read(office.tenant_id) as session:
        live = catalog.live(session, office.tenant_id, "process", ROOT)
    assert live is not None
    data = live.data.replace(b'<bpmn:process id="service_request" ', DECLARED).replace(b"</bpmn:process>", HANDLERS)
    dispatch(PublishDefinition(
        tenant_id=office.tenant_id, actor=office.who("administrator"), kind="process", definition_key=ROOT, data=data,
        file=f"tenants/demo/processes/{ROOT}/{ROOT}.bpmn", reason="x"))


def alarm(office: Office, case_id: UUID, **variables: Any) -> None:
    def tell(uow: Any) -> None:
        assert stepping.message(uow, access.case_by_id(uow.session, case_id), "raise_alarm", variables)

    transact(office.tenant_id, SYSTEM, tell)


def storms(office: Office, case_id: UUID) -> int:
    """How often a case has heard it."""
    return len(office.rows(CaseStep, CaseStep.case_id == case_id, CaseStep.element_id == "storm_wait",
                           CaseStep.how == "entered"))


def test_a_signal_reaches_all_cases_of_the_office_that_wait(office: Office) -> None:
    early = office.submit()                                # before the new diagram: it does not know the signal
    office.work()
    publish(office)
    one, two, three = office.submit(), office.submit(), office.submit()
    office.work()
    keys = [row.key for row in office.rows(SubscriptionRow, SubscriptionRow.name == "storm")]
    assert len(keys) == len(set(keys)) == 3
    alarm(office, one, area="east")
    assert [storms(office, case) for case in (one, two, three)] == [1, 0, 0]       # its own at once
    assert len(office.rows(BufferedMessage, BufferedMessage.name == "storm")) == 2
    office.work()
    assert [storms(office, case) for case in (early, one, two, three)] == [0, 1, 1, 1], office.state()
    assert not office.rows(BufferedMessage, BufferedMessage.name == "storm")
    late = office.submit()
    office.work()
    assert storms(office, late) == 0                       # nobody keeps a signal
    alarm(office, two)
    office.work()
    assert [storms(office, case) for case in (one, two, three, late)] == [2, 2, 2, 1]


def test_a_signal_stays_in_its_office_and_reaches_no_message_with_a_key_like_it(office: Office) -> None:
    publish(office)
    office.submit()
    office.work()
    row = office.rows(SubscriptionRow, SubscriptionRow.name == "storm")[0]
    assert transact(office.tenant_id, SYSTEM, lambda uow: signals.listeners(uow, new_id(), "storm")) == [row.key]
    assert transact(office.tenant_id, SYSTEM, lambda uow: signals.listeners(uow, row.instance_id, "storm")) == []
    assert transact(BASE_TENANT_ID, SYSTEM, lambda uow: signals.listeners(uow, new_id(), "storm")) == []

    def pretend(uow: Any) -> None:
        uow.session.add(SubscriptionRow(tenant_id=uow.tenant_id, id=new_id(), instance_id=row.instance_id, element_id="x",
                                        name="storm", key=f"signal {new_id().hex}"))

    transact(office.tenant_id, SYSTEM, pretend)
    assert transact(office.tenant_id, SYSTEM, lambda uow: signals.listeners(uow, new_id(), "storm")) == [row.key]
