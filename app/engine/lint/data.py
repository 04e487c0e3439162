"""Rules about variables and clocks: what is read though nobody can have written it, and tasks without any clock."""

from __future__ import annotations

from typing import Any

from app.engine import lacking
from app.engine.dataflow.finding import Missing, missing
from app.engine.dataflow.neighbours import Office
from app.engine.diagram import Diagram
from app.kernel.errors import msg


def check(diagram: Diagram, lookup: Any) -> None:
    """Report on a diagram without errors. `lookup` None: what stands around it is not known, so nothing is said."""
    if lookup is None:
        return
    office = Office(diagram, lookup)
    if office.lists:
        for one in missing(diagram, office):
            _missing(diagram, one)
        if not office.under_a_clock():
            _clockless(diagram)


def _missing(diagram: Diagram, one: Missing) -> None:
    place = _place(diagram, one)
    if one.written_at:
        text = msg("Reads %(variable)s, which is written on other paths only (%(elements)s): it has no value here.")
        code, more = "variable_elsewhere", {"elements": ", ".join(one.written_at[:3])}
    elif one.like:
        text = msg("Reads %(variable)s, which nothing writes and nobody brings. Was %(like)s meant?")
        code, more = "variable_unwritten", {"like": one.like}
    else:
        text = msg("Reads %(variable)s, which nothing writes and nobody brings.")
        code, more = "variable_unwritten", {}
    diagram.report(code, text, place, severity="warning", variable=one.read.name, **more)


def _place(diagram: Diagram, one: Missing) -> Any:
    for scope in diagram.scopes.values():
        if one.read.element in scope.flows:
            return scope.flows[one.read.element]
        if one.read.element in scope.nodes:
            return scope.nodes[one.read.element]
    return diagram.root


def _clockless(diagram: Diagram) -> None:
    for _, node in diagram.nodes():
        if node.type == "userTask":
            diagram.report("no_clock", lacking.CLOCK, node, severity="warning")
