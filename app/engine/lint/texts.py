"""Rules about the texts in a diagram: every expression parses, every timer is one, every variable has a usable name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from app.engine.diagram import Diagram, Flow, Node, Scope
from app.engine.expressions import compiled, is_expression
from app.engine.timers import TimerError, first_of_cycle, owned_clock, parse_date, parse_duration
from app.feel import FeelError, FeelSyntaxError
from app.kernel.errors import msg

NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
RESERVED = frozenset(
    {
        "null",
        "true",
        "false",
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "not",
        "between",
        "function",
        "instance",
        "of",
    }
)
LEGAL_LIMIT = timedelta(hours=1)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When cycles are read for their form only: one that has ended is no fault of its text."""


def check(diagram: Diagram) -> None:
    """Report on the diagram."""
    for text in diagram.extensions.properties.values():
        _expression(diagram, diagram.root, text)
    for scope, node in diagram.nodes():
        for found in _texts(node):
            _expression(diagram, node, found)
        for flow in scope.outgoing(node.id):
            _expression(diagram, flow, flow.condition)
        for name in _names(node):
            if not NAME.match(name) or RESERVED & set(name.split(".")):
                diagram.report("variable_name", msg("%(name)s is no usable variable name."), node, name=name[:60])
        if node.trigger.kind == "timer" and node.trigger.text:
            _timer(diagram, node)
        if node.trigger.kind == "conditional":
            _condition(diagram, node)
        if node.trigger.key and not is_expression(node.trigger.key):
            diagram.report("message_key", msg("A correlation key is a FEEL expression and starts with =."), node)


def _texts(node: Node) -> Iterator[str | None]:
    for values in node.extensions.single.values():
        yield from values.values()
    yield from (source for source, _ in (*node.extensions.inputs, *node.extensions.outputs))
    yield from node.extensions.properties.values()
    yield from (node.trigger.name, node.trigger.key, node.trigger.text, *node.trigger.publish.values())
    if node.adhoc is not None:
        yield node.adhoc.condition
    if node.loop is not None:
        yield from (node.loop.items, node.loop.output_element, node.loop.condition)


def _names(node: Node) -> Iterator[str]:
    yield from (target for _, target in (*node.extensions.inputs, *node.extensions.outputs))
    for extension in ("script", "calledDecision"):
        name = node.extensions.get(extension, "resultVariable")
        if name:
            yield name
    collection = node.extensions.get("adHoc", "outputCollection")
    if collection:
        yield collection
    if node.loop is not None:
        yield from (name for name in (node.loop.item, node.loop.output) if name)


def _expression(diagram: Diagram, place: Node | Scope | Flow, text: str | None) -> None:
    if not is_expression(text):
        return
    try:
        compiled(str(text))
    except FeelSyntaxError as error:
        diagram.report(
            "expression",
            msg("%(text)s: %(error)s (column %(column)s)"),
            place,
            text=str(text)[:200],
            error=str(error)[:300],
            column=error.column,
        )
    except FeelError as error:
        diagram.report("expression", msg("%(text)s: %(error)s"), place, text=str(text)[:200], error=str(error)[:300])


def _condition(diagram: Diagram, node: Node) -> None:
    try:
        condition = compiled(node.trigger.text or "")
    except FeelError:
        return                                          # said already
    if not condition.names and not condition.names_in_filters:
        text = msg("The condition names no variable: it is asked once only, when its scope opens.")
        diagram.report("constant_condition", text, node, severity="warning")


def _timer(diagram: Diagram, node: Node) -> None:
    text = str(node.trigger.text)
    if is_expression(text):
        if owned_clock(text) and node.trigger.timer == "timeCycle":
            diagram.report("timer", msg("A legal clock gives a date, not a cycle: use timeDate."), node)
        return
    try:
        if node.trigger.timer == "timeDate":
            parse_date(text)
        elif node.trigger.timer == "timeCycle":
            first_of_cycle(text, LONG_AGO)
        elif parse_duration(text).months or parse_duration(text).rest >= LEGAL_LIMIT:
            diagram.report(
                "iso_duration_limit",
                msg(
                    "A fixed duration knows no working days: a legal limit belongs into "
                    "the table of time limits and its clock."
                ),
                node,
                severity="warning",
            )
    except TimerError as error:
        diagram.report("timer", error.message, node, **error.params)
