"""What completion offers while a supervision rule is written, with words in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from app.catalog import queries as published
from app.rules import queries
from app.tenancy import queries as tenancy
from app.web.access import access
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.texts import name_of
from app.web.words import word


@blueprint.get("/rule-language")
@access("definition.draft")
def rule_language() -> Response:
    """Every name comes from what checks the files."""
    with reading() as reader:
        units = [[unit.code, name_of(unit)] for unit in tenancy.units(reader, active_only=True)]
        templates = [one.key for one in published.listing(reader, the_office().tenant_id, "message")]
    found: dict[str, Any] = queries.language()
    keys = {key for names in (*found["shapes"].values(), *found["blocks"].values()) for key in names}
    params = {name for one in found["actions"].values() for name in one}
    found["words"] = {
        "shape": {one: word("rule_shape", one) for one in found["shapes"]},
        "mode": {one: word("rule_mode", one) for one in found["modes"]},
        "event": {one: word("event", one) for one in found["events"]},
        "action": {one: word("rule_deed", one) for one in found["actions"]},
        "role": {one: word("role", one) for one in found["roles"]},
        "key": {one: word("rule_key", one) for one in sorted(keys)},
        "param": {one: word("rule_param", one) for one in sorted(params)},
        "kind": {one: word("field_kind", one) for one in ("id", "code", "integer", "boolean", "number", "time")},
    }
    return jsonify({**found, "units": units, "templates": templates})
