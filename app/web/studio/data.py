"""The variables of a process as a table: who writes each, who reads it, and where it would be missing."""

from __future__ import annotations

from flask import render_template

from app import catalog, engine
from app.catalog import queries
from app.kernel.errors import DefinitionError, Problem, msg
from app.web.access import access
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.studio.names import called

WHAT = {
    "condition": msg("condition"), "conditional": msg("condition"), "input": msg("input mapping"),
    "output": msg("output mapping"), "property": msg("property"), "timer": msg("timer"), "message": msg("message"),
    "script": msg("script"), "loop": msg("loop"), "decision": msg("decision"), "form": msg("form"), "job": msg("job"),
    "call": msg("called process"), "formDefinition": msg("form"), "assignmentDefinition": msg("assignment"),
    "taskSchedule": msg("dates of the task"), "priorityDefinition": msg("priority"), "taskDefinition": msg("job"),
    "calledDecision": msg("decision"), "calledElement": msg("called process"), "publishMessage": msg("message"),
    "adHoc": msg("list of elements"),
}
"""How an element uses a variable, as message ids."""


class Surroundings:
    """Everything in force for an office, as the linter looks it up."""

    def __init__(self, below: object, keys: object) -> None:
        self.data, self.keys = below, keys


@blueprint.get("/data/<key>")
@access("definition.read")
def process_data(key: str) -> str:
    """Of the version in force. Raises NotFound."""
    tenant_id = the_office().tenant_id
    problems: list[Problem] = []
    with reading() as reader:
        found = queries.effective(reader, tenant_id, "process", key)
        try:
            rows = engine.variables(found.data, key, Surroundings(*catalog.surroundings(reader, tenant_id)))
        except DefinitionError as error:
            rows, problems = [], error.problems
    return render_template("studio/data.html", key=key, title=called("process", key, found.data), rows=rows,
                           what=WHAT, problems=problems)
