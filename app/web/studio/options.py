"""What the editors may offer to choose from, as JSON: from the office's rows, the files in force and the code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import jsonify
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog, dmn
from app.auth import policy
from app.cases import connectors, element_properties
from app.catalog import queries
from app.kernel.errors import YikouError
from app.studio import naming, surveying
from app.tenancy import queries as tenancy
from app.tenancy import settings
from app.web.access import access
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.studio.names import in_words
from app.web.texts import name_of, t
from app.web.words import WORDS, word

Rows = list[dict[str, Any]]


@blueprint.get("/options")
@access("definition.draft")
def options() -> Response:
    """Lists by what they are; labels in the reader's language."""
    tenant_id = the_office().tenant_id
    with reading() as reader:
        diagrams = surveying.processes(reader, tenant_id)
        found = surveying.survey(one.data for one in diagrams)
        units = [{"code": one.code, "name": name_of(one)} for one in tenancy.units(reader, active_only=True)]
        decisions = _decisions(reader, tenant_id)
        answer = {
            "units": units, "roles": _roles(), "groups": _groups(units, found), "decisions": decisions,
            "forms": _forms(reader, tenant_id, diagrams),
            "processes": [{"key": one.key, "label": in_words(naming.title("process", one.key, one.data), one.key)}
                          for one in diagrams],
            "messages": sorted(found.messages), "signals": sorted(found.signals), "errors": sorted(found.errors),
            "clocks": [{"key": one, "label": word("deadline", one)} for one in _clocks(found, decisions)],
            "connectors": _connectors(reader, tenant_id, found), "properties": _properties(found),
            "settings": [{"name": one.name, "label": t(one.title)} for one in settings.REGISTRY],
            "variables": [{"name": one} for one in _variables(found, decisions)],
        }
    return jsonify(answer)


def _roles() -> Rows:
    return [{"name": one, "label": word("role", one)} for one in policy.STAFF_ROLES]


def _groups(units: Rows, found: surveying.Survey) -> Rows:
    """Roles that do tasks, in the whole office and in each unit, and how the diagrams in force say it."""
    roles = [one for one in policy.STAFF_ROLES if one in policy.roles_that_may("task.complete")]
    plain = [{"name": one, "label": word("role", one)} for one in roles]
    within = [{"name": f"{role}@{unit['code']}", "label": f"{unit['name']} · {word('role', role)}"}
              for unit in units for role in roles if role in ("handler", "head", "provider")]
    said = sorted(one for one in found.groups if one.startswith("="))
    return [*plain, *within, *({"name": one, "label": one, "pattern": True} for one in said)]


def _decisions(reader: Session, tenant_id: UUID) -> Rows:
    rows = []
    for one in queries.listing(reader, tenant_id, "decision"):
        try:
            published, model = catalog.compiled(reader, tenant_id, "decision", one.key)
        except YikouError:
            continue  # of an earlier release that read less strictly: its own page says what is wrong
        rows.append({"key": one.key, "label": in_words(naming.title("decision", one.key, published.data), one.key),
                     "inputs": [{"name": each.name, "type": each.type.name} for each in model.inputs.values()],
                     "outputs": _outputs(published.data, one.key)})
    return rows


def _outputs(data: bytes, key: str) -> Rows:
    """The columns of the table that gives the answer; a decision without a table answers with its name."""
    for sheet in dmn.sheets(data, key):
        if sheet.decision == key:
            return [{"name": column.expression or key, "type": column.type} for column in sheet.columns
                    if column.part == "output"]
    return [{"name": key, "type": "Any"}]


def _forms(reader: Session, tenant_id: UUID, diagrams: Iterable[catalog.Published]) -> Rows:
    shown = naming.titles_of_forms(one.data for one in diagrams)
    own = {one.key: naming.title("form", one.key, one.data) for one in catalog.all_live(reader, tenant_id, "form")}
    return [{"key": key, "label": in_words(name if any(name) else shown.get(key, ("", "")), key)}
            for key, name in sorted(own.items())]


def _clocks(found: surveying.Survey, decisions: Rows) -> list[str]:
    """Clocks that a diagram starts, and those that the table of time limits has a limit for."""
    limits: Rows = next((one["outputs"] for one in decisions if one["key"] == "time_limit"), [])
    return sorted(found.clocks | {one["name"].removesuffix("_limit") for one in limits
                                  if one["name"].endswith("_limit") and one["name"] != "time_limit"})


def _connectors(reader: Session, tenant_id: UUID, found: surveying.Survey) -> Rows:
    """Each job type that the code knows, with the headers and inputs that it is given in the diagrams in force."""
    templates = [one.key for one in queries.listing(reader, tenant_id, "message")]
    fixed = {("notify", "template"): templates, ("notify", "to"): list(connectors.notifying.AUDIENCES)}
    rows = []
    for kind in connectors.job_types():
        usage = found.connectors.get(kind, surveying.Usage())
        headers = {**{name: set[str]() for job, name in fixed if job == kind}, **usage.headers}
        rows.append({
            "type": kind, "label": kind, "outputs": sorted(usage.outputs),
            "parameters": [{"name": name, "as": "header", "values": fixed.get((kind, name)) or sorted(words)}
                           for name, words in sorted(headers.items())]
            + [{"name": name, "as": "input", "values": []} for name in sorted(usage.inputs)]})
    return rows


def _properties(found: surveying.Survey) -> Rows:
    """What the office reads on entering and leaving an element; values where they are few."""
    rows = []
    for one in sorted(element_properties.KNOWN, key=lambda each: each.name):
        seen = sorted(found.properties.get(one.name, ()))
        values = list(one.values) or (seen if len(seen) <= surveying.MOST_WORDS else [])
        kind = {"phase": "step", "entry.kind": "entry", "outcome": "outcome"}.get(one.name, "")
        rows.append({"name": one.name, "label": one.name, "of": one.of, "closed": bool(one.values),
                     "values": [{"value": each, "label": _said(kind, each)} for each in values]})
    return rows


def _said(kind: str, value: str) -> str:
    return word(kind, value) if kind and value in WORDS.get(kind, {}) else value


def _variables(found: surveying.Survey, decisions: Rows) -> list[str]:
    return sorted(found.variables | {each["name"] for one in decisions for each in one["inputs"]})
