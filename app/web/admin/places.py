"""Places of the office: search and import."""

from __future__ import annotations

from flask import render_template, request
from werkzeug.wrappers import Response

from app.kernel.errors import msg
from app.tenancy import queries
from app.tenancy.commands import ImportPlaces
from app.web.access import access
from app.web.admin import blueprint
from app.web.admin.tables import bring_in
from app.web.pages import reading
from app.web.texts import t

MOST = 200


@blueprint.get("/places")
@access("place.manage")
def places() -> str:
    """The first 200 that fit the search."""
    query = request.args.get("q", "").strip()[:100]
    with reading() as reader:
        found = queries.places(reader, query, limit=MOST + 1)
    return render_template("admin/places.html", places=found[:MOST], query=query, more=len(found) > MOST, most=MOST)


@blueprint.post("/places/import")
@access("place.manage")
def import_places() -> Response | tuple[str, int]:
    """Columns kind, code, name, parent_code, lat, lng."""
    return bring_in(ImportPlaces, "admin.places", t(msg("Places")))
