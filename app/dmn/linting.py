"""Everything worth saying about a DMN file before it is published."""

from __future__ import annotations

from collections.abc import Collection

from app.dmn.analysis import analysed, reported
from app.dmn.analysis.regions import Known
from app.dmn.item_types import ANY
from app.dmn.loading import HOST_FUNCTIONS, read_whole
from app.dmn.model import Model
from app.dmn.reading import Element, Report, child, children, local
from app.dmn.tables import Table
from app.kernel.errors import DefinitionError, Problem

_WHOLE = frozenset({"integer", "long"})
"""Types of modelling tools that are numbers here; nobody misses a row for 2.5 in their columns."""


def lint(data: bytes, file: str, functions: Collection[str] = HOST_FUNCTIONS) -> list[Problem]:
    """All problems, errors first, in the order of the file. Never raises for a bad file."""
    try:
        model, report = read_whole(data, file, functions)
        for element, table in report.tables:
            _analyse(report, model, element, table)
        problems = report.problems
    except DefinitionError as error:
        problems = error.problems
    return sorted(problems, key=lambda problem: (problem.severity != "error", problem.line or 0))


def _analyse(report: Report, model: Model, element: Element, table: Table) -> None:
    columns = children(element, "input")

    def whole(at: int) -> bool:
        subject = child(columns[at], "inputExpression")
        return subject is not None and str(subject.get("typeRef")).rpartition(":")[2] in _WHOLE

    reported(report, element, analysed(table, _given(model, element, table), whole))


def _given(model: Model, element: Element, table: Table) -> Known:
    """The variables of a table whose values are given. Inside of other boxes a name may be anything."""
    owner = element.getparent()
    if owner is None or local(owner) != "decision":
        return {}
    given = {each.name: each.type for each in model.inputs.values()}
    if model.open_inputs:
        decided = {*(each.name for each in model.decisions.values()), *(each.name for each in model.knowledge.values())}
        names = {name for column in table.inputs for name in column.expression.names}
        given = dict.fromkeys(names - decided, ANY)
    return given
