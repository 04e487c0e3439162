"""What an expression may read at an element of the drawing that lies open: names, types, and who writes them."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from app import catalog, engine
from app.catalog import queries
from app.feel import FeelType
from app.kernel.errors import Invalid, msg
from app.studio import naming
from app.web.access import access
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.studio.data import WHAT, Surroundings
from app.web.studio.names import in_words
from app.web.studio.saving import answers_json, sent_bytes, sent_json
from app.web.texts import t

TYPES = {
    "string": msg("text"), "number": msg("number"), "boolean": msg("yes or no"), "date": msg("date"),
    "time": msg("time of day"), "date and time": msg("date and time"), "list": msg("list"), "context": msg("record"),
    "days and time duration": msg("duration"), "years and months duration": msg("duration"),
    "duration": msg("duration"), "range": msg("range"),
}
"""Types of the language in words; nothing is said of what may be anything."""
MOST_ORIGINS = 3


@blueprint.post("/process/<key>/known")
@access("definition.draft")
@answers_json
def known_variables(key: str) -> Response:
    """{source, element, leaving} -> {variables}: of the text sent along, whatever else is wrong with it. `leaving`:
    asked when the element is left. 422 for a text in which no process can be read."""
    given = sent_json("source", "element", "leaving")
    element, leaving = given.get("element"), given.get("leaving", False)
    if not isinstance(element, str) or not isinstance(leaving, bool):
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    data, tenant_id = sent_bytes("process", given), the_office().tenant_id
    with reading() as reader:
        around = Surroundings(*catalog.surroundings(reader, tenant_id))
        found = engine.known_at(data, key, element, around, leaving=leaving)
        titles = {caller: _title(reader, tenant_id, caller) for one in found for caller in one.callers[:1]}
    return jsonify(variables=[_row(one, element, titles) for one in found])


def _title(reader: Any, tenant_id: Any, key: str) -> str:
    return in_words(naming.title("process", key, queries.effective(reader, tenant_id, "process", key).data), key)


def _row(one: engine.Known, element: str, titles: dict[str, str]) -> dict[str, Any]:
    """As completion lists show it: `detail` beside the name, `info` when it is looked at."""
    return {"name": one.name, "detail": _type(one.type), "info": "\n".join(_where(one, element, titles)),
            "entries": _entries(one.type)}


def _entries(kind: FeelType) -> list[dict[str, Any]]:
    return [{"name": name, "detail": _type(inside), "entries": _entries(inside)}
            for name, inside in engine.dataflow_entries(kind)]


def _type(kind: FeelType) -> str:
    return t(TYPES[kind.name]) if kind.name in TYPES else ""


def _where(one: engine.Known, element: str, titles: dict[str, str]) -> list[str]:
    said = [t(msg("From this element itself (%(how)s)"), how=_how(origin)) if origin.element == element else
            t(msg("Written at %(place)s (%(how)s)"), how=_how(origin),
              place=in_words((origin.name, origin.name_en), origin.element)) for origin in one.origins[:MOST_ORIGINS]]
    if len(one.origins) > MOST_ORIGINS:
        said.append(t(msg("and at %(count)s more"), count=len(one.origins) - MOST_ORIGINS))
    if one.given:
        said.append(t(msg("Known from the start")))
    elif one.callers:
        said.append(t(msg("Brought by the process that calls this one: %(process)s"), process=titles[one.callers[0]]))
    return said


def _how(origin: engine.Origin) -> str:
    return t(WHAT[origin.what]) if origin.what in WHAT else origin.what
