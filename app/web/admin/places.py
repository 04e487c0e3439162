"""Places of the office: tree, search, one form for new and old ones, import."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.kernel.errors import Conflict, Invalid, NotFound, YikouError, msg
from app.tenancy import queries
from app.tenancy.commands import ImportPlaces, RemovePlace, SavePlace
from app.tenancy.model import PLACE_KINDS
from app.web.access import access
from app.web.admin import blueprint, content
from app.web.admin.sent import exists, expect, text
from app.web.admin.tables import bring_in
from app.web.pages import dispatch, reading
from app.web.texts import t

MOST = 200
Looked = list[content.Changed] | None
FIELDS = ("kind", "name", "parent_code", "lat", "lng")


@blueprint.get("/places")
@access("place.manage")
def places() -> str:
    """The tree with counts; with `q` the first 200 that fit."""
    query = request.args.get("q", "").strip()[:100]
    with reading() as reader:
        tree = queries.place_tree(reader)
        wanted = {place.code for place in queries.places(reader, query, limit=MOST + 1)} if query else set()
    found = [row for row in tree if row[1].code in wanted] if query else tree
    counts = {kind: sum(place.kind == kind for _depth, place, _below in tree) for kind in PLACE_KINDS}
    return render_template("admin/places.html", places=found[:MOST] if query else _upper(found), query=query,
                           more=query and len(found) > MOST, most=MOST, counts=counts,
                           opened=request.args.get("open", "")[:60], tree=_inside(tree, request.args.get("open", "")))


def _upper(tree: list[tuple[int, Any, int]]) -> list[tuple[int, Any, int]]:
    """Of a large tree only the upper two levels; one opens the rest place by place."""
    return tree if len(tree) <= MOST else [row for row in tree if row[0] < 2][:MOST * 5]


def _inside(tree: list[tuple[int, Any, int]], code: str) -> list[tuple[int, Any, int]]:
    """A place and what lies in it."""
    at = next((n for n, (_depth, place, _below) in enumerate(tree) if code and place.code == code), None)
    return [] if at is None else tree[at:at + tree[at][2] + 1][:MOST * 5]


@blueprint.get("/places/new")
@access("place.manage")
def new_place() -> str:
    """An empty form; `parent` fills in what it is part of."""
    return _form("", {"kind": "building", "parent_code": request.args.get("parent", "")[:60]})


@blueprint.get("/places/<code>/edit")
@access("place.manage")
def place(code: str) -> str:
    """One place in the form."""
    with reading() as reader:
        found = queries.place_by_code(reader, code)
    if found is None:
        raise NotFound(msg("There is no such place."))
    return _form(code, found.document())


def _form(code: str, values: Any, error: YikouError | None = None, looked: Looked = None) -> str:
    with reading() as reader:
        tree = queries.place_tree(reader)
    parents = [(one.code, f"{'– ' * depth}{one.name}") for depth, one, _below in tree
               if one.code != code and one.kind != "grid"]
    return render_template("admin/place.html", code=code, values=values, kinds=PLACE_KINDS, parents=parents,
                           inside=_inside(tree, code)[1:], looked=looked, **content.form_state("place", code, error))


@blueprint.post("/places/new")
@access("place.manage")
def add_place() -> str | Response | tuple[str, int]:
    """A code that is taken is refused."""
    return _save(text("code"), new=True)


@blueprint.post("/places/<code>/edit")
@access("place.manage")
def save_place(code: str) -> str | Response | tuple[str, int]:
    """The code stays."""
    return _save(code, new=False)


def _save(code: str, *, new: bool) -> str | Response | tuple[str, int]:
    try:
        expect("begun_from", "reason", *FIELDS, *(["code"] if new else []))
        with reading() as reader:
            known = queries.place_by_code(reader, code) is not None
        if new and known:
            raise exists()
        if not new and not known:
            raise NotFound(msg("There is no such place."))
        looked = content.save("place", code, SavePlace, code=code, begun_from=content.begun(),
                              reason=text("reason"), **{name: text(name) for name in FIELDS})
        if looked is not None:
            return _form("" if new else code, request.form, looked=looked)
    except (Invalid, Conflict) as error:
        return _form("" if new else code, request.form, error), error.status
    flash(t(msg("Saved.")))
    return redirect(url_for("admin.places", q=code), 303)


@blueprint.post("/places/<code>/remove")
@access("place.manage")
def remove_place(code: str) -> Response | tuple[str, int]:
    """Only what nothing refers to; otherwise it says what does."""
    try:
        expect()
        dispatch(RemovePlace, code=code)
    except Invalid as error:
        with reading() as reader:
            found = queries.place_by_code(reader, code)
        return _form(code, found.document() if found is not None else {}, error), 422
    flash(t(msg("The place is removed.")))
    return redirect(url_for("admin.places"), 303)


@blueprint.post("/places/import")
@access("place.manage")
def import_places() -> Response | tuple[str, int]:
    """Columns kind, code, name, parent_code, lat, lng."""
    return bring_in(ImportPlaces, "admin.places", t(msg("Places")))
