"""What the editor's script asks: save this, who else is here, is it sound. JSON in, JSON out, nothing unknown taken."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import jsonify, request
from werkzeug.wrappers import Response

from app import catalog
from app.catalog import queries as published
from app.kernel import clock
from app.kernel.errors import Conflict, Invalid, TooLarge, YikouError, msg
from app.studio import marks, queries
from app.studio.commands import NoteReader, SaveDraft
from app.web import differences
from app.web.access import access
from app.web.errors import told
from app.web.pages import dispatch, reading
from app.web.sessions import actor, the_office
from app.web.studio import blueprint
from app.web.studio.editor import PLACE, Sheet, sheet
from app.web.studio.names import people
from app.web.texts import locale, t, when

MOST_PROBLEMS = 300
_TEXT = rb'"(?:[^"\\]++|\\.)*+"'
_PAIR = _TEXT + rb"\s*+:\s*+(?:" + _TEXT + rb"|-?[0-9]{1,20}|null|true|false)"
FLAT = re.compile(rb"\s*+\{\s*+(?:" + _PAIR + rb"(?:\s*+,\s*+" + _PAIR + rb"){0,9}+)?\s*+\}\s*+", re.DOTALL)
"""An object of texts, whole numbers and the like. 5 MB of nested lists would be some hundred megabytes once read."""
View = Callable[..., Response]


def answers_json(view: View) -> View:
    """Errors of the domain as JSON, whose text the page shows where it stands."""

    @wraps(view)
    def answer(*args: Any, **values: Any) -> Response:
        try:
            return view(*args, **values)
        except YikouError as error:
            return told(error.status, t(error.message, **error.params))

    return answer


@blueprint.post(PLACE + "/draft")
@access("definition.draft")
@answers_json
def autosave(kind: str, key: str) -> Response:
    """{source, revision, based_on} -> {revision, saved}; 409 with what the other person's text is."""
    given = sent_json("source", "revision", "based_on")
    try:
        answer = dispatch(SaveDraft, kind=kind, definition_key=key, data=sent_bytes(kind, given),
                          revision=_whole(given.get("revision")), based_on=_hash(given.get("based_on")))
    except Conflict as error:
        return _theirs(kind, key, given["source"], error)
    return jsonify({**answer, "saved": when(clock.now()), "by": actor().name})


@blueprint.post(PLACE + "/present")
@access("definition.draft")
@answers_json
def present(kind: str, key: str) -> Response:
    """{} -> who else has the page open, and the stored revision with who saved it."""
    sent_json()
    dispatch(NoteReader, kind=kind, definition_key=key)
    tenant_id = the_office().tenant_id
    with reading() as reader:
        found = sheet(reader, kind, key)
        here = queries.readers(reader, tenant_id, kind, key, clock.now())
        who = people(reader, [*here, found.draft.saved_by if found.draft is not None else None])
    others = [who[one] for one in here if one != actor().user_id and one in who]
    return jsonify({"others": others, **_standing(found, who)})


@blueprint.post(PLACE + "/lint")
@access("definition.draft")
@answers_json
def check(kind: str, key: str) -> Response:
    """{source} -> {problems}: what publishing this text would say, with places."""
    data = sent_bytes(kind, sent_json("source"))
    with reading() as reader:
        found = published.verdict(reader, the_office().tenant_id, kind, key, data)
    drawn = kind != "form" and any(one.element for one in found)
    names = marks.names_of(data, english=locale() == "en") if drawn else {}
    return jsonify({"problems": [
        {"severity": one.severity, "code": one.code, "element": one.element, "line": one.line, "column": one.column,
         "name": names.get(one.element or "", ""), "cell": marks.cell(one), "text": marks.told(one, names, t)}
        for one in found[:MOST_PROBLEMS]]})


def _theirs(kind: str, key: str, mine: str, error: Conflict) -> Response:
    """What is stored now, and what differs from it: the person decides with both in sight."""
    with reading() as reader:
        found = sheet(reader, kind, key)
        who = people(reader, [found.draft.saved_by if found.draft is not None else None])
    lines = differences.between("", found.source.encode(), mine.encode()).lines
    answer = jsonify({"error": t(error.message, **error.params), "source": found.source, "based_on": found.based_on,
                      "lines": lines, **_standing(found, who)})
    answer.status_code = error.status
    return answer


def _standing(found: Sheet, who: dict[Any, str]) -> dict[str, Any]:
    draft = found.draft
    return {"revision": found.revision, "open": draft is not None, "behind": found.behind,
            "by": who.get(draft.saved_by, "") if draft is not None else "",
            "at": when(draft.saved_at) if draft is not None else ""}


def sent_json(*names: str) -> dict[str, Any]:
    """The JSON object of a request with only these fields; Invalid for anything else."""
    given = request.get_json(silent=True) if FLAT.fullmatch(request.get_data()) else None
    if not isinstance(given, dict) or not set(given) <= set(names):
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    return given


def sent_bytes(kind: str, given: dict[str, Any]) -> bytes:
    source = given.get("source")
    if not isinstance(source, str):
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    most = catalog.kind_named(kind).max_bytes
    try:
        data = source.encode()
    except UnicodeEncodeError:
        raise Invalid(msg("The text is not UTF-8.")) from None
    if len(data) > most:
        raise TooLarge(msg("The file has more than %(limit)s bytes."), limit=most)
    return data


def _whole(given: Any) -> int:
    if type(given) is not int or not 0 <= given < 10**9:
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    return given


def _hash(given: Any) -> str | None:
    if given is not None and (not isinstance(given, str) or len(given) != 64):
        raise Invalid(msg("The page did not arrive whole. Please open it again."))
    return given
