"""Security item 34: a case that goes over a budget becomes an incident; nothing of the step stays, others go on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app import catalog
from app.cases import access, stepping
from app.catalog.commands import PublishDefinition
from app.engine.model import IncidentRow, ProcessInstance
from app.kernel import database
from app.kernel.bus import dispatch
from app.kernel.commands import SYSTEM
from app.kernel.unit_of_work import transact
from tests.integration.play import Office
from tests.integration.test_lifecycle import to_handling
from tests.integration.test_signals import DECLARED, ROOT

NAMED = '<bpmn:extensionElements><zeebe:properties><zeebe:property name="name_en" value="A" /></zeebe:properties>{}</bpmn:extensionElements>'
HANDLER = """<bpmn:subProcess id="sub_poison" name="A" triggeredByEvent="true">{named}
  <bpmn:startEvent id="p_start" isInterrupting="false"><bpmn:messageEventDefinition id="pm" messageRef="Message_alarm" /></bpmn:startEvent>
  {inner}
  <bpmn:endEvent id="p_end" /></bpmn:subProcess></bpmn:process>"""


def script(name: str, expression: str, variable: str) -> str:
    return (f'<bpmn:scriptTask id="{name}" name="A">' + NAMED.format(
        f'<zeebe:script expression="{expression}" resultVariable="{variable}" />') + "</bpmn:scriptTask>")


def flow(*names: str) -> str:
    return "".join(f'<bpmn:sequenceFlow id="pf_{a}_{b}" sourceRef="{a}" targetRef="{b}" />' for a, b in zip(names, names[1:], strict=False))


CALL = ('<bpmn:callActivity id="p_call" name="A">' + NAMED.format('<zeebe:calledElement processId="nothing" />') + "</bpmn:callActivity>"
        '<bpmn:exclusiveGateway id="p_m" /><bpmn:exclusiveGateway id="p_x" default="pf_p_x_p_m" />'
        '<bpmn:sequenceFlow id="pf_out" sourceRef="p_x" targetRef="p_end"><bpmn:conditionExpression>=area = "stop"'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>")
NOTHING = (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"><process id="nothing" '
           b'name="N" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/>'
           b'<endEvent id="e"/></process></definitions>')
MANY = ('<bpmn:subProcess id="p_many" name="A">' + NAMED.format("") + '<bpmn:startEvent id="m_s" /><bpmn:endEvent id="m_e" />'
        + flow("m_s", "m_e") + "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements><zeebe:loopCharacteristics "
        'inputCollection="=for i in 1..many return i" inputElement="one" /></bpmn:extensionElements>'
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:subProcess>")
TEXT = "=string join(for i in 1..6000 return area, &quot;&quot;)"
CASES = {
    "a loop by accident": (CALL + flow("p_start", "p_m", "p_call", "p_x") + flow("p_x", "p_m"), {"budget_steps"}, {}),
    "20,000 instances": (MANY + flow("p_start", "p_many", "p_end"), {"cardinality", "budget_instances", "expression", "instances",
                                                                     "type"}, {"many": 20_000}),
    "2,000 instances": (MANY + flow("p_start", "p_many", "p_end"), {"cardinality", "budget_instances", "instances"}, {"many": 2_000}),
    "more than 1 MB": ("".join(script(f"p_t{n}", TEXT, f"text{n}") for n in range(3))
                       + flow("p_start", "p_t0", "p_t1", "p_t2", "p_end"), {"budget_variable", "budget_size", "expression"}, {"area": "x" * 100}),
    "an expression without an end": (script("p_t", "=count(for i in 1..9000, j in 1..9000 return i)", "n")
                                     + flow("p_start", "p_t", "p_end"), {"expression"}, {}),
}


def publish(office: Office, inner: str) -> None:
    with database.current().read(office.tenant_id) as session:
        live = catalog.live(session, office.tenant_id, "process", ROOT)
    assert live is not None
    who = {"tenant_id": office.tenant_id, "actor": office.who("administrator"), "kind": "process", "reason": "x"}
    dispatch(PublishDefinition(**who, definition_key="nothing", data=NOTHING, file="tenants/demo/processes/nothing/nothing.bpmn"))
    poison = HANDLER.format(named=NAMED.format(""), inner=inner).encode()
    data = live.data.replace(b'<bpmn:process id="service_request" ', DECLARED).replace(b"</bpmn:process>", poison)
    dispatch(PublishDefinition(**who, definition_key=ROOT, data=data, file=f"tenants/demo/processes/{ROOT}/{ROOT}.bpmn"))


@pytest.mark.parametrize("name", list(CASES))
def test_34_a_budget_that_is_met_becomes_an_incident_and_others_go_on(office: Office, name: str) -> None:
    inner, codes, variables = CASES[name]
    publish(office, inner)
    poisoned = office.submit()
    office.work()
    before = sizes(office)
    ring(office, poisoned, {"area": "x"} | variables)
    found = office.rows(IncidentRow)
    assert len(found) == 1 and found[0].code in codes, [(row.code, row.element_id, row.message) for row in found]
    assert found[0].code != "budget_steps" or sizes(office) == before, "nothing of the step was stored"
    assert all(size <= 1_000_000 for size in sizes(office).values())
    to_handling(office)
    assert len(office.rows(IncidentRow)) == 1 and office.tasks(), "another case goes its way"


def ring(office: Office, case_id: UUID, variables: dict[str, Any]) -> None:
    """The message that begins the poison; one that leads beyond a budget is not delivered."""
    transact(office.tenant_id, SYSTEM, lambda uow: stepping.message(
        uow, access.case_by_id(uow.session, case_id), "raise_alarm", variables))


def sizes(office: Office) -> dict[UUID, int]:
    return {row.id: len(row.state) for row in office.rows(ProcessInstance)}
