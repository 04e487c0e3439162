"""Files of definitions that begin: named by a person, keyed by the machine, sound from the first line."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from sqlalchemy import select

from app.catalog import live
from app.kernel.errors import Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.studio.model import DefinitionDraft

MOST_NAME, MOST_KEY = 80, 60
WORDS = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Names:
    """What a new definition is called; `en` is empty where nobody gave it."""

    zh: str
    en: str


def names_of(zh: str, en: str) -> Names:
    """The names without surrounding space. Raises Invalid at the field that is wrong."""
    names = Names(" ".join(zh.split()), " ".join(en.split()))
    if not names.zh:
        raise Invalid(msg("Please check the marked fields."), fields={"name_zh": [(msg("Please fill this in."), {})]})
    for field, name in (("name_zh", names.zh), ("name_en", names.en)):
        if len(name) > MOST_NAME or not name.isprintable():
            raise Invalid(msg("Please check the marked fields."),
                          fields={field: [(msg("At most %(limit)s characters."), {"limit": MOST_NAME})]})
    return names


def key_from(uow: UnitOfWork, kind: str, names: Names) -> str:
    """A free key out of the Latin words of the names, else of the kind, with a number where it is taken."""
    words = "_".join(WORDS.findall((names.en or names.zh).lower()))[:MOST_KEY].strip("_")
    stem = words if re.match("[a-z]", words) else f"{kind}_{words}".strip("_")
    taken = set(uow.session.scalars(select(DefinitionDraft.key).where(
        DefinitionDraft.tenant_id == uow.tenant_id, DefinitionDraft.kind == kind)))
    numbered = (f"{stem}_{number}" for number in itertools.count(2 if words else 1))
    return next(key for key in itertools.chain([stem] if words else [], numbered)
                if key not in taken and live(uow.session, uow.tenant_id, kind, key) is None)


def fresh_file(kind: str, key: str, names: Names) -> bytes:
    """The bytes of a new file. KeyError for a kind that has no drafts."""
    text = {"process": _process, "decision": _decision, "form": _form, "message": _message,
            "supervision": _rule}[kind](key, names)
    return text.encode()


def _process(key: str, names: Names) -> str:
    english = f"""
    <bpmn:extensionElements>
      <zeebe:properties>
        <zeebe:property name="name_en" value={quoteattr(names.en)} />
      </zeebe:properties>
    </bpmn:extensionElements>""" if names.en else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" \
xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="{key}_definitions" \
targetNamespace="https://yikou.invalid/processes" modeler:executionPlatform="Camunda Cloud" \
modeler:executionPlatformVersion="8.6.0">
  <bpmn:process id="{key}" name={quoteattr(names.zh)} isExecutable="true">{english}
    <bpmn:startEvent id="start">
      <bpmn:outgoing>start_to_end</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:endEvent id="end">
      <bpmn:incoming>start_to_end</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="start_to_end" sourceRef="start" targetRef="end" />
  </bpmn:process>
  <bpmndi:BPMNDiagram id="{key}_diagram">
    <bpmndi:BPMNPlane id="{key}_plane" bpmnElement="{key}">
      <bpmndi:BPMNShape id="start_shape" bpmnElement="start">
        <dc:Bounds x="180" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="end_shape" bpmnElement="end">
        <dc:Bounds x="480" y="160" width="36" height="36" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="start_to_end_edge" bpmnElement="start_to_end">
        <di:waypoint x="216" y="178" />
        <di:waypoint x="480" y="178" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def _decision(key: str, names: Names) -> str:
    both = f"{names.zh} / {names.en}" if names.en else names.zh
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" \
xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" \
xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="{key}_definitions" name={quoteattr(names.zh)} \
namespace="https://yikou.invalid/decisions/{key}" modeler:executionPlatform="Camunda Cloud" \
modeler:executionPlatformVersion="8.6.0">
  <decision id="{key}" name={quoteattr(names.zh)}>
    <description>{quoteattr(both)[1:-1]}</description>
    <variable id="{key}_variable" name="{key}" typeRef="string" />
    <decisionTable id="{key}_table" hitPolicy="FIRST">
      <input id="{key}_input_1" label="module">
        <inputExpression id="{key}_expression_1" typeRef="string">
          <text>module</text>
        </inputExpression>
      </input>
      <output id="{key}_output_1" name="{key}" typeRef="string" />
      <rule id="{key}_rule_1">
        <inputEntry id="{key}_rule_1_input_1">
          <text>-</text>
        </inputEntry>
        <outputEntry id="{key}_rule_1_output_1">
          <text>""</text>
        </outputEntry>
      </rule>
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="{key}_diagram">
      <dmndi:DMNShape id="{key}_shape" dmnElementRef="{key}">
        <dc:Bounds height="80" width="180" x="160" y="100" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def _form(key: str, names: Names) -> str:
    """Residents read forms in two languages, so a title needs both."""
    title = [{"type": "text", "id": "title", "text": f"### {names.zh}",
              "properties": {"text_en": f"### {names.en}"}}] if names.en else []
    known = {"name": names.zh} | ({"name_en": names.en} if names.en else {})
    return json.dumps(
        {"type": "default", "id": key, "schemaVersion": 17, "executionPlatform": "Camunda Cloud",
         "executionPlatformVersion": "8.6.0", "properties": known, "components": title},
        ensure_ascii=False, indent=2) + "\n"


def _message(key: str, names: Names) -> str:
    """A JSON string is a YAML string in double quotes."""
    zh, en = (json.dumps(name, ensure_ascii=False) for name in (names.zh, names.en or names.zh))
    return f"id: {key}\nzh:\n  subject: {zh}\n  body: {zh}\nen:\n  subject: {en}\n  body: {en}\n"


def _rule(key: str, names: Names) -> str:
    """It only notes, until somebody has read what it does."""
    title = json.dumps(" / ".join(filter(None, (names.zh, names.en))), ensure_ascii=False)
    return f"""rule: {key}
title: {title}
shape: match
mode: shadow
event: case.rated
where: 'rating <= 2'
then:
  - {{action: notify, params: {{role: supervisor}}}}
scenarios:
  - name: 两分 / Two points
    events:
      - {{event: case.rated, case: a, rating: 2}}
    fires: [1]
"""
