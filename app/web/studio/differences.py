"""Two versions of a definition beside each other, or one and the draft: drawn, as a table, as a form, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import jsonify, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app import forms
from app.auth import queries as auth
from app.catalog import queries
from app.catalog.queries import Entry
from app.kernel.differing import ADDED, CHANGED, MOVED, REMOVED, PartChange
from app.kernel.errors import DefinitionError, NotFound, msg
from app.studio import drafts
from app.web import differences
from app.web.access import access
from app.web.admin.definitions import for_viewer, in_force
from app.web.differences import Difference
from app.web.pages import reading
from app.web.sessions import the_office
from app.web.studio import blueprint
from app.web.studio.names import called
from app.web.texts import local_now, locale

DRAFT = "draft"


@dataclass(frozen=True)
class Side:
    """One of the two. `id`: of the version, or "draft"; `by`: who published or saved it."""

    id: str
    number: int | None
    own: bool
    live: bool
    at: datetime
    by: UUID | None
    reason: str


@dataclass(frozen=True)
class Sides:
    """What can be chosen, newest first, and the two that were; `data`: their bytes."""

    all: tuple[Side, ...]
    old: Side
    new: Side
    data: tuple[bytes, bytes]


@blueprint.get("/differences/<kind>/<key>", endpoint="differences")
@access("definition.read")
def difference(kind: str, key: str) -> str:
    """`old` and `new` are ids of versions, `new` or `old` may be "draft"; by default the newest and the one before."""
    with reading() as reader:
        sides = _sides(reader, kind, key)
        people = auth.names(reader, {one.by for one in sides.all if one.by is not None})
    found = differences.between(kind, *sides.data)
    return render_template("studio/differences.html", kind=kind, key=key, title=called(kind, key, sides.data[1]),
                           sides=sides, people=people, found=found, counts=_counts(found),
                           shown=_forms(sides, found) if kind == "form" else None)


@blueprint.get("/differences/<kind>/<key>/diagram")
@access("definition.read")
def difference_diagram(kind: str, key: str) -> Response:
    """A version of a process, or its draft (`at`), for the viewer."""
    at = request.args.get("at", "")
    with reading() as reader:
        data = _bytes(reader, kind, key, _chosen(_choices(reader, kind, key), at))
    return jsonify({"xml": for_viewer(data) if kind == "process" else None})


def _sides(session: Session, kind: str, key: str) -> Sides:
    found = _choices(session, kind, key)
    new = _chosen(found, request.args["new"]) if request.args.get("new") else found[0]
    at = found.index(new)
    before = found[at + 1] if at + 1 < len(found) else found[-1]
    old = _chosen(found, request.args["old"]) if request.args.get("old") else before
    return Sides(tuple(found), old, new, (_bytes(session, kind, key, old), _bytes(session, kind, key, new)))


def _choices(session: Session, kind: str, key: str) -> list[Side]:
    """The draft and all versions. Raises NotFound where there is none."""
    versions = queries.history(session, the_office().tenant_id, kind, key)
    effective = in_force(versions)
    found = [_side(one, effective) for one in versions]
    draft = _draft(session, kind, key)
    if draft is not None:
        found.insert(0, Side(DRAFT, None, True, False, draft.saved_at, draft.saved_by, ""))
    if not found:
        raise NotFound(msg("There is no such version."))
    return found


def _side(one: Entry, effective: Entry | None) -> Side:
    live = effective is not None and effective.id == one.id
    return Side(str(one.id), one.version, one.own, live, one.published_at, one.published_by, one.reason)


def _draft(session: Session, kind: str, key: str) -> drafts.Draft | None:
    """The open draft of the office."""
    return drafts.draft(session, the_office().tenant_id, kind, key)


def _chosen(found: Sequence[Side], name: str) -> Side:
    """Raises NotFound for what is no version of this definition."""
    for one in found:
        if one.id == name:
            return one
    raise NotFound(msg("There is no such version."))


def _bytes(session: Session, kind: str, key: str, side: Side) -> bytes:
    if side.id == DRAFT:
        draft = _draft(session, kind, key)
        return draft.data if draft is not None else b""
    return queries.version(session, the_office().tenant_id, UUID(side.id)).data


def _counts(found: Difference) -> dict[str, int]:
    """Kind of change -> how many, of parts and rows."""
    kinds = [one.kind for one in found.parts] + [row.kind for sheet in found.tables for row in sheet.rows]
    return {kind: kinds.count(kind) for kind in (ADDED, REMOVED, CHANGED, MOVED) if kind in kinds}


def _forms(sides: Sides, found: Difference) -> tuple[Any, Any] | None:
    """Both forms as they are shown to people, with marks; None where one of them cannot be shown."""
    try:
        return (_form(sides.data[0], "old", found.parts, (REMOVED, CHANGED, MOVED)),
                _form(sides.data[1], "new", found.parts, (ADDED, CHANGED, MOVED)))
    except DefinitionError:
        return None


def _form(data: bytes, word: str, parts: Sequence[PartChange], kinds: Sequence[str]) -> forms.RenderModel:
    marks = {one.id: one.kind for one in parts if one.kind in kinds}
    form = forms.load(data, "")
    return forms.beside(forms.render(form, {}, None, locale=locale(), now=local_now(), marks=marks), word)
