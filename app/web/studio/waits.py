"""Drafts that wait for the reader's look: counted on every page, listed in the Studio, fresh without a reload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.studio import queries
from app.web.access import access
from app.web.pages import reading
from app.web.sessions import actor, signed_in, the_office
from app.web.studio import blueprint
from app.web.studio.names import called, naming_diagrams, people


@dataclass(frozen=True)
class Wait:
    """A draft that somebody else asks the reader to look at."""

    kind: str
    key: str
    name: str
    by: str
    said: queries.Said


def waiting(reader: Session) -> list[Wait]:
    """The longest waiting first; none for who may not publish."""
    if not policy.can(actor(), "definition.publish"):
        return []
    found = queries.waiting_for(reader, actor().user_id)
    who = people(reader, (said.by_user_id for said in found.values()))
    diagrams = naming_diagrams(reader, *(kind for kind, _ in found))
    waits = []
    for (kind, key), said in found.items():
        draft = queries.draft(reader, the_office().tenant_id, kind, key)
        waits.append(Wait(kind, key, called(kind, key, draft.data if draft is not None else b"", diagrams),
                          who.get(said.by_user_id, ""), said))
    return sorted(waits, key=lambda one: one.said.at)


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"reviews_waiting": count}


def count() -> int:
    """How many wait for the reader."""
    if signed_in() is None or not policy.can(actor(), "definition.publish"):
        return 0
    with reading() as reader:
        return len(queries.waiting_for(reader, actor().user_id))


@blueprint.get("/waits")
@access("definition.draft")
def waits_live() -> Response:
    """304 while nothing happened in the office; else the parts of pages that may have changed."""
    with reading() as reader:
        mark = cases.inbox_mark(reader)
        if request.if_none_match.contains(mark):
            answer = make_response("", 304)
        else:
            answer = make_response(render_template("studio/waits_live.html", waiting=waiting(reader)))
    answer.set_etag(mark)
    return answer
