"""Live counts on the diagram of a process: a table for everybody, and the same as data for the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import jsonify, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.cases import queries as cases
from app.catalog import queries
from app.catalog.queries import Entry
from app.insight.queries import DiagramFigures, ElementFigures, diagram_figures
from app.kernel.errors import msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.context import can
from app.web.names import pick
from app.web.pages import reading
from app.web.sessions import actor, the_office
from app.web.texts import t

TYPES = {"userTask": msg("Task of a person"), "serviceTask": msg("Background work"),
         "callActivity": msg("Called process"),
         "subProcess": msg("Subprocess"), "adHocSubProcess": msg("Ad-hoc subprocess"),
         "businessRuleTask": msg("Decision"), "startEvent": msg("Start"),
         "endEvent": msg("End"), "intermediateCatchEvent": msg("Waits"), "boundaryEvent": msg("Event at an element"),
         "intermediateThrowEvent": msg("Event"), "receiveTask": msg("Waits"), "sendTask": msg("Background work"),
         "scriptTask": msg("Calculation"), "exclusiveGateway": msg("Gateway"), "parallelGateway": msg("Gateway"),
         "inclusiveGateway": msg("Gateway"), "eventBasedGateway": msg("Gateway")}


def of_page(session: Session, shown: catalog.Published, versions: Iterable[Entry]) -> dict[str, Any]:
    """What the page of a process shows beside its diagram: counts by element and version, processes beside it."""
    if shown.kind != "process":
        return {"figures": None}
    found = _figures(session, shown)
    open_cases = cases.open_by_version(session, found.process_id, (one.hash for one in versions))
    return {"figures": found, "rows": rows(found), "open_cases": open_cases, "type_name": type_name,
            "related": [(process_id, number, version_of(session, process_id, digest))
                        for process_id, digest, number in found.related]}


def _figures(session: Session, shown: catalog.Published) -> DiagramFigures:
    return diagram_figures(session, actor(), catalog.compiled_by_hash(session, the_office().tenant_id, shown.hash)[1])


def rows(found: DiagramFigures) -> list[ElementFigures]:
    """Where something stands or has stopped comes first, in the order of the file."""
    return sorted(found.elements, key=lambda one: (one.stopped == 0, one.live == 0))


def type_name(kind: str) -> str:
    """The kind of an element in words."""
    return t(TYPES[kind]) if kind in TYPES else kind


def version_of(session: Session, process_id: str, digest: str) -> UUID | None:
    """The version with these bytes that the office sees."""
    found = queries.history(session, the_office().tenant_id, "process", process_id)
    return next((one.id for one in found if one.hash == digest), None)


def cases_at(found: DiagramFigures, element_id: str) -> str | None:
    """The list of the cases that stand at an element, for who may search cases."""
    if not can("case.search"):
        return None
    return url_for("staff.search", process=found.process_id, hash=found.hash, at=element_id)


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"cases_at": cases_at}


@blueprint.get("/definitions/versions/<uuid:version_id>/counts")
@access("definition.read")
def version_counts(version_id: UUID) -> Response:
    """For scripts: what to draw at which element, with the words that a screen reader says."""
    with reading() as reader:
        shown = queries.version(reader, the_office().tenant_id, version_id)
        if shown.kind != "process":
            return jsonify({"elements": []})
        found = _figures(reader, shown)
    return jsonify({"elements": [
        {"id": one.element_id, "live": one.live, "stopped": one.stopped, "passed": one.passed, "says": says(one),
         "cases": cases_at(found, one.element_id) if one.live else None} for one in found.elements]})


def says(one: ElementFigures) -> str:
    """One element in words."""
    return t(msg("%(name)s: %(live)s here now, %(stopped)s stopped, %(passed)s through in 30 days"),
             name=pick(one, "name"), live=one.live, stopped=one.stopped, passed=one.passed)
