"""Rules about activities: what they need to be done, and whether what they refer to exists."""

from __future__ import annotations

import re
from typing import Any

from app.engine import lacking
from app.engine.diagram import Diagram, Node
from app.engine.expressions import is_expression
from app.kernel.errors import msg

EXCLUDE, EXCLUDED, QUOTED = "assign.exclude", re.compile(r"(@|did:)\w*"), re.compile(r'"([^"]*)"')
NOT_THERE = {
    "form": msg("There is no form %(key)s in force: choose one of the list under Handling, Form."),
    "decision": msg("There is no decision %(key)s in force: choose one of the list under Called decision, Decision."),
    "process": msg("There is no process %(key)s in force: choose one of the list under Called process, Process."),
}
NOBODY = msg("%(said)s names nobody: write @UNIT for the people of a unit, or did:NAME for who did a task of that "
             "process or element.")


def check(diagram: Diagram, lookup: Any) -> None:
    """Report on the diagram. `lookup` None: no references."""
    for _, node in diagram.nodes():
        RULES.get(node.type, _nothing)(diagram, node, lookup)
        if node.extensions.has("taskDefinition") and not node.extensions.get("taskDefinition", "type"):
            diagram.report("job_type", lacking.JOB, node)
        if node.loop is not None:
            _loop(diagram, node)
        _shadow(diagram, node)
        _excluded(diagram, node)


def _nothing(diagram: Diagram, node: Node, lookup: Any) -> None:
    """No rule for this type."""


def _refer(diagram: Diagram, node: Node, lookup: Any, kind: str, key: str | None) -> None:
    if key and not is_expression(key) and lookup is not None and not lookup.has(kind, key):
        diagram.report("reference", NOT_THERE[kind], node, kind=kind, key=key)


def _user(diagram: Diagram, node: Node, lookup: Any) -> None:
    form = node.extensions.get("formDefinition", "formId")
    if not form:
        diagram.report("form", lacking.FORM, node)
    _refer(diagram, node, lookup, "form", form)
    if not node.extensions.get("assignmentDefinition", "candidateGroups") and not (
        node.extensions.get("assignmentDefinition", "assignee")
    ):
        diagram.report("assignment", lacking.GROUP, node, severity="warning")


def _job(diagram: Diagram, node: Node, lookup: Any) -> None:
    publishes = node.type == "sendTask" and node.extensions.has("publishMessage")
    if not node.extensions.has("taskDefinition") and not publishes:
        diagram.report("job_type", lacking.JOB, node)


def _script(diagram: Diagram, node: Node, lookup: Any) -> None:
    ext = node.extensions
    if ext.has("taskDefinition"):
        return
    if not is_expression(ext.get("script", "expression")) or not ext.get("script", "resultVariable"):
        diagram.report("script", lacking.SCRIPT, node)


def _rule(diagram: Diagram, node: Node, lookup: Any) -> None:
    ext = node.extensions
    if ext.has("taskDefinition"):
        return
    if not ext.get("calledDecision", "decisionId") or not ext.get("calledDecision", "resultVariable"):
        diagram.report("decision", lacking.DECISION, node)
    _refer(diagram, node, lookup, "decision", ext.get("calledDecision", "decisionId"))


def _call(diagram: Diagram, node: Node, lookup: Any) -> None:
    called = node.extensions.get("calledElement", "processId")
    if not called:
        diagram.report("called_process", lacking.PROCESS, node)
    else:
        _refer(diagram, node, lookup, "process", called)


def _loop(diagram: Diagram, node: Node) -> None:
    loop = node.loop
    if loop is None:
        return
    if not is_expression(loop.items):
        diagram.report("loop", lacking.LIST, node)
    if bool(loop.output) != bool(loop.output_element):
        diagram.report("loop", lacking.COLLECTED, node)


def _excluded(diagram: Diagram, node: Node) -> None:
    """`assign.exclude`: who of the candidate groups may not do the task."""
    for name, value in node.extensions.properties.items():
        if not name.startswith("assign."):
            continue
        if name != EXCLUDE:
            text = msg("There is no property %(name)s; assign.exclude was meant?")
            diagram.report("assignment", text, node, name=name)
        elif node.type != "userTask":
            diagram.report("assignment", msg("Only a user task has assign.exclude: nobody does another element."), node)
        for said in _said(value) if name == EXCLUDE else ():
            if not EXCLUDED.fullmatch(said):
                diagram.report("assignment", NOBODY, node, said=said)


def _said(value: str) -> list[str]:
    """The texts of an expression that look like somebody, or the parts of a list with commas."""
    if is_expression(value):
        return [text for text in QUOTED.findall(value) if "@" in text or ":" in text]
    return [part.strip() for part in value.split(",") if part.strip()]


def _shadow(diagram: Diagram, node: Node) -> None:
    ext, local = node.extensions, {target.split(".")[0] for _, target in node.extensions.inputs}
    for name in ("script", "calledDecision"):
        result = ext.get(name, "resultVariable")
        if result in local and not ext.outputs:
            diagram.report(
                "local_result",
                msg("The result %(name)s is also an input: it stays local and is lost."),
                node,
                severity="warning",
                name=result,
            )


def _adhoc(diagram: Diagram, node: Node, lookup: Any) -> None:
    if not is_expression(node.extensions.get("adHoc", "activeElementsCollection")):
        diagram.report("adhoc", lacking.ACTIVE, node)
    if bool(node.extensions.get("adHoc", "outputCollection")) != bool(node.extensions.get("adHoc", "outputElement")):
        diagram.report("adhoc", lacking.COLLECTED, node)
    if node.adhoc is not None and node.adhoc.condition and not is_expression(node.adhoc.condition):
        diagram.report("condition", msg("A condition is a FEEL expression and starts with =."), node)


RULES = {
    "userTask": _user,
    "serviceTask": _job,
    "sendTask": _job,
    "scriptTask": _script,
    "businessRuleTask": _rule,
    "callActivity": _call,
    "adHocSubProcess": _adhoc,
}
