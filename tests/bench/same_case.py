"""The same case for every engine: start, variables are set, fourteen rules decide, two people do a task each, the end."""

from __future__ import annotations

import json
from uuid import UUID

from app.catalog.commands import PublishDefinition
from app.kernel.bus import dispatch
from app.kernel.commands import Actor
from tests.bench.bench_decisions import file, fourteen

PROCESS, FORM, GROUP = "same_case", "same_note", "supervisor"


def diagram() -> bytes:
    """The process as a file."""
    nodes, flows = [], []

    def node(tag: str, name: str, inner: str = "") -> None:
        nodes.append(f'<bpmn:{tag} id="{name}" name="{name}">{inner}</bpmn:{tag}>')

    def extended(inner: str) -> str:
        return f"<bpmn:extensionElements>{inner}</bpmn:extensionElements>"

    person = f'<zeebe:userTask /><zeebe:formDefinition formId="{FORM}" /><zeebe:assignmentDefinition candidateGroups="{GROUP}" />'
    node("startEvent", "start", extended(f'<zeebe:properties><zeebe:property name="matter.groups" value="{GROUP}" /></zeebe:properties>'))
    node("scriptTask", "assign", extended('<zeebe:script expression="=kind + &quot;/&quot; + string(amount)" '
                                          'resultVariable="label" />'))
    node("businessRuleTask", "decide", extended('<zeebe:calledDecision decisionId="limit" resultVariable="limit" />'))
    node("userTask", "task_a", extended(person))
    node("userTask", "task_b", extended(person))
    node("endEvent", "end")
    names = ("start", "assign", "decide", "task_a", "task_b", "end")
    for number, (one, other) in enumerate(zip(names, names[1:], strict=False)):
        flows.append(f'<bpmn:sequenceFlow id="f{number}" sourceRef="{one}" targetRef="{other}" />')
    return ('<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
            'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
            'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://yikou.example/bench">'
            f'<bpmn:process id="{PROCESS}" name="同一件事" isExecutable="true">'
            f'{"".join(nodes)}{"".join(flows)}</bpmn:process></bpmn:definitions>').encode()


def form() -> bytes:
    """What both people fill in: a note and a yes."""
    return json.dumps({
        "type": "default", "id": FORM, "schemaVersion": 17, "components": [
            {"type": "textfield", "id": "f1", "key": "note", "label": "备注", "properties": {"label_en": "Note"},
             "validate": {"required": True, "maxLength": 200}},
            {"type": "checkbox", "id": "f2", "key": "ok", "label": "可以", "properties": {"label_en": "Fine"}}],
    }, ensure_ascii=False).encode()


def publish(tenant_id: UUID, actor: Actor) -> None:
    """Make both definitions known to the office."""
    for kind, key, data, path in (
            ("form", FORM, form(), f"forms/{FORM}.form"),
            ("decision", "limit", file(fourteen()), "rules/limit.dmn"),
            ("process", PROCESS, diagram(), f"processes/{PROCESS}/{PROCESS}.bpmn")):
        dispatch(PublishDefinition(tenant_id=tenant_id, actor=actor, kind=kind, definition_key=key, data=data,
                                   file=f"tenants/demo/{path}", reason="bench"))
