"""What processes begin by, with their next dates; who waits for a message; and sending one by hand, with a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import catalog
from app.auth import policy
from app.auth import queries as auth
from app.cases import starts as room
from app.engine import ProcessDefinition
from app.kernel.errors import Conflict, Invalid, YikouError, msg
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.sent import expect, refused, text
from app.web.element_names import element_name, element_names, process_names
from app.web.pages import dispatch, reading
from app.web.sessions import actor
from app.web.texts import t

MOST_TEXT = 100_000


@blueprint.get("/starts")
@access("definition.read")
def starts() -> str:
    """A link of somebody who waits fills the form in."""
    return _page(None, request.args)


@blueprint.post("/starts/messages")
@access("instance.change")
def send_message() -> Response | tuple[str, int]:
    """It is delivered by a worker, like every message."""
    try:
        expect("name", "key", "variables", "reason")
        answer = dispatch(room.SendMessage, name=text("name")[:120], message_key=text("key")[:200],
                          variables=_variables(), reason=text("reason"))
    except (Invalid, Conflict) as error:
        return _page(error, request.form), error.status
    reached = answer["reached"]
    flash(t(msg("The message is on its way to %(count)s processes that wait for it."), count=reached) if reached else
          t(msg("Nobody waits for this message now. It begins what begins by it, or is kept for 30 days.")),
          "message" if reached else "warn")
    return redirect(url_for("admin.starts"), 303)


def _variables() -> dict[str, Any]:
    """Raises Invalid."""
    given = text("variables")
    try:
        values = json.loads(given) if given and len(given) <= MOST_TEXT else {}
    except ValueError as error:
        raise _wrong(msg("This is no JSON: %(problem)s"), problem=str(error)) from error
    if not isinstance(values, dict) or len(given) > MOST_TEXT:
        raise _wrong(msg("Please write an object, as {\"unit\": \"LRS\"}."))
    return values


def _wrong(message: str, **params: Any) -> Invalid:
    return Invalid(msg("Please check what is marked."), fields={"variables": [(message, params)]})


def _page(error: YikouError | None, given: Mapping[str, str]) -> str:
    may = policy.can(actor(), "instance.change")
    with reading() as reader:
        found = room.beginnings(reader, actor())
        waiting = room.waiting(reader, actor()) if may else []
        sent = room.sent_by_hand(reader, actor()) if may else []
        people = auth.names(reader, {one.by_user_id for one in sent if one.by_user_id is not None})
        titles = process_names(reader, {*(one.process_id for one in found), *(one.process_id for one in waiting)})
        names = {one.process_id: _names(reader, one.process_id) for one in found}
        places = {(one.case_id, one.element_id): element_names(reader, one.process_id, one.pins).get(
            one.element_id, one.element_id) for one in waiting}
    called: dict[str, list[str]] = {}
    for one in found:
        if one.kind == "message":
            called.setdefault(one.name, []).append(names[one.process_id].get(one.element_id) or titles[one.process_id])
    for wait in waiting:
        called.setdefault(wait.name, []).append(places[wait.case_id, wait.element_id])
    if given.get("name"):
        called.setdefault(given["name"], [given["name"]])
    known = [(name, ", ".join(dict.fromkeys(words))) for name, words in sorted(called.items())]
    return render_template("admin/starts.html", found=found, waiting=waiting, sent=sent, people=people, titles=titles,
                           names=names, places=places, known=known, given=given, **refused(error))


def _names(reader: Session, key: str) -> dict[str, str]:
    """Element id -> name, of the version in force."""
    try:
        definition: ProcessDefinition = catalog.compiled(reader, reader.info["tenant_id"], "process", key)[1]
    except YikouError:
        return {}
    return {one.id: element_name(one) for one in definition.elements.values() if one.name or one.name_en}
