"""Reads zeebe extension elements and names every one that the engine would otherwise ignore."""

from __future__ import annotations

from typing import Any

from app.engine.diagram import Diagram, Extensions, Node
from app.kernel.errors import msg

ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
EVERY = {"ioMapping", "properties"}
_JOB = {"taskDefinition", "taskHeaders"}
ALLOWED: dict[str, set[str]] = {
    "process": {"properties", "versionTag"},
    "userTask": {
        "userTask",
        "formDefinition",
        "assignmentDefinition",
        "taskSchedule",
        "priorityDefinition",
        "taskHeaders",
    },
    "serviceTask": _JOB,
    "sendTask": _JOB | {"publishMessage"},
    "scriptTask": _JOB | {"script"},
    "businessRuleTask": _JOB | {"calledDecision"},
    "callActivity": {"calledElement"},
    "adHocSubProcess": {"adHoc"},
    "intermediateThrowEvent": _JOB | {"publishMessage"},
    "endEvent": _JOB | {"publishMessage"},
}
ATTRIBUTES: dict[str, set[str]] = {
    "formDefinition": {"formId", "bindingType"},
    "assignmentDefinition": {"assignee", "candidateGroups"},
    "taskSchedule": {"dueDate", "followUpDate"},
    "priorityDefinition": {"priority"},
    "taskDefinition": {"type", "retries"},
    "script": {"expression", "resultVariable"},
    "calledDecision": {"decisionId", "resultVariable", "bindingType"},
    "calledElement": {"processId", "propagateAllChildVariables", "propagateAllParentVariables", "bindingType"},
    "publishMessage": {"correlationKey", "messageId", "timeToLive"},
    "userTask": set(),
    "adHoc": {"activeElementsCollection", "outputCollection", "outputElement"},
    "versionTag": {"value"},
}
_PROPERTIES = msg("Listeners are not supported: use element properties, which the office reads on entry and exit.")
INSTEAD = {
    "executionListeners": _PROPERTIES,
    "taskListeners": _PROPERTIES,
    "linkedResources": msg("Linked resources are not supported: name forms, tables and processes by their keys."),
}
"""What to use for an extension that is known and does not run."""
ADHOC_WORKER = msg("No worker steers an ad-hoc subprocess: name its elements in activeElementsCollection, for example "
                   "by a decision, and end it by its completion condition.")


def read_extensions(xml: Any, kind: str, diagram: Diagram, node: Node | None) -> Extensions:
    """The extensions of one element. Unknown ones are reported as errors with their name."""
    out = Extensions()
    allowed = ALLOWED.get(kind, set()) | EVERY
    for item in xml.iterfind(f"{BPMN}extensionElements/*"):
        if not isinstance(item.tag, str) or not item.tag.startswith(ZEEBE):
            _foreign(str(item.tag), diagram, node)
            continue
        name = item.tag[len(ZEEBE) :]
        if name not in allowed:
            steered = ADHOC_WORKER if kind == "adHocSubProcess" and name in _JOB else None
            text = steered or INSTEAD.get(name) or msg("The extension zeebe:%(name)s is not supported on a %(kind)s.")
            diagram.report("unsupported_extension", text, node, name=name, kind=kind)
        elif name == "ioMapping":
            _mappings(item, out, diagram, node)
        elif name == "taskHeaders":
            out.headers = {h.get("key") or "": h.get("value") or "" for h in item}
        elif name == "properties":
            out.properties = {p.get("name") or "": p.get("value") or "" for p in item}
        else:
            _single(item, name, out, diagram, node)
    return out


def _foreign(tag: str, diagram: Diagram, node: Node | None) -> None:
    """Extensions of other makers: those that mean execution are refused, the rest is named."""
    space, _, name = tag[1:].partition("}")
    if "camunda.org" in space or "spiffworkflow" in space or "flowable" in space or "activiti" in space:
        diagram.report(
            "unsupported_extension",
            msg("The extension %(name)s of %(space)s is not supported."),
            node,
            name=name,
            space=space[:100],
        )
    else:
        diagram.report(
            "foreign_extension",
            msg("The extension %(name)s of %(space)s has no effect here."),
            node,
            severity="warning",
            name=name,
            space=space[:100],
        )


def _mappings(item: Any, out: Extensions, diagram: Diagram, node: Node | None) -> None:
    for io in item:
        if not isinstance(io.tag, str):
            continue
        pair = (io.get("source") or "", (io.get("target") or "").strip())
        if io.tag == f"{ZEEBE}input":
            out.inputs.append(pair)
        elif io.tag == f"{ZEEBE}output":
            out.outputs.append(pair)
        else:
            diagram.report("unsupported_extension", msg("An ioMapping holds inputs and outputs only."), node)


def _single(item: Any, name: str, out: Extensions, diagram: Diagram, node: Node | None) -> None:
    values = {str(key).rpartition("}")[2]: str(value) for key, value in item.attrib.items()}
    for key in sorted(set(values) - ATTRIBUTES[name]):
        diagram.report(
            "unsupported_extension",
            msg("The attribute %(key)s of zeebe:%(name)s is not supported."),
            node,
            key=key,
            name=name,
        )
    if values.get("bindingType", "latest") != "latest":
        diagram.report(
            "unsupported_extension",
            msg("The bindingType %(value)s is not supported: definitions bind to the latest."),
            node,
            value=values["bindingType"],
        )
    out.single[name] = values
