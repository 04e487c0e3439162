"""Saying where it is without a map: places of before, compounds with their buildings, where the device is now."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from flask import jsonify, request, session
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.cases import queries as cases
from app.kernel.errors import Invalid, msg
from app.tenancy import queries as tenancy
from app.tenancy.model import Place
from app.web.access import PUBLIC, access
from app.web.pages import allow, reading
from app.web.resident import blueprint
from app.web.sessions import signed_in

MOST = 400
"""Places that a page lists at once. An office with more lists the buildings of a compound when it is chosen."""
FIRST, WALK = 3, 1500
"""How many places of before are offered, and metres beyond which no place is where the device is."""
REMEMBERED = "places"


@dataclass
class Group:
    """A compound or committee with what belongs to it. `more`: its buildings are asked for when it is chosen."""

    name: str
    code: str
    places: list[Place] = field(default_factory=list)
    more: bool = False


def groups(reader: Session) -> list[Group]:
    """Compounds with their buildings, committees, and the cells of the grid."""
    found = tenancy.places(reader, limit=MOST + 1)
    more = len(found) > MOST
    if more:
        found = tenancy.places_of_kinds(reader, ("committee", "compound", "grid"))
    known = {place.code: place for place in found}
    made: dict[str, Group] = {}
    for place in sorted(found, key=lambda place: place.kind != "compound"):
        parent = known.get(place.parent_code or "") if place.kind == "building" else place
        if place.kind in ("committee", "grid") or parent is None:
            made.setdefault(place.kind, Group("", place.kind)).places.append(place)
        else:
            made.setdefault(parent.code, Group(parent.name, parent.code, more=more)).places.append(place)
    return list(made.values())


def before(reader: Session) -> list[Place]:
    """Places of the account's earlier requests, else those this browser sent from."""
    user = signed_in()
    ids = cases.places_of_user(reader, user.user_id, FIRST) if user is not None and user.kind == "resident" else []
    ids += [UUID(one) for one in session.get(REMEMBERED, ()) if UUID(one) not in ids]
    return [place for one in ids[:FIRST] if (place := tenancy.place(reader, one)) is not None]


def usual(reader: Session) -> UUID | None:
    """Where the reader's last request was."""
    found = before(reader)
    return found[0].id if found else None


def remember(place_id: UUID | None) -> None:
    """For this browser, until it is closed or somebody signs in or out."""
    if place_id is not None:
        others = [one for one in session.get(REMEMBERED, ()) if one != str(place_id)]
        session[REMEMBERED] = [str(place_id), *others][:FIRST]


def chosen(reader: Session, values: Mapping[str, str]) -> Place | None:
    """The place of a form: one of before, else the list's. Invalid for an id that is no place of this office."""
    text = values.get("near") if values.get("near") not in (None, "", "other") else values.get("place")
    if not text:
        return None
    try:
        found = tenancy.place(reader, UUID(text))
    except ValueError:
        found = None
    if found is None:
        unknown = msg("Please choose from the list.")
        raise Invalid(unknown, fields={"place_id": [(unknown, {})]})
    return found


def point(values: Mapping[str, str]) -> dict[str, float]:
    """The exact position, if the resident wants it sent: both coordinates, or nothing."""
    if not values.get("exact"):
        return {}
    try:
        lat, lng = float(values.get("lat", "")), float(values.get("lng", ""))
    except ValueError:
        return {}
    return {"lat": lat, "lng": lng} if math.isfinite(lat) and math.isfinite(lng) else {}


@blueprint.get("/places/<code>")
@access(PUBLIC)
def buildings(code: str) -> Response:
    """What belongs to a compound, for the second of the two lists."""
    with reading() as reader:
        found = tenancy.places_within(reader, code)
    return jsonify(_listed(found))


@blueprint.post("/places/near")
@access(PUBLIC)
def near() -> Response:
    """The places nearest to the device. The position comes by POST, is compared, and is not kept."""
    allow("near", per_minutes=10, limit=60)
    at = point({**request.form, "exact": "on"})
    if not at or abs(at["lat"]) > 90 or abs(at["lng"]) > 180:
        return jsonify([])
    with reading() as reader:
        found = tenancy.places_near(reader, at["lat"], at["lng"], WALK)
    return jsonify([{**one, "metres": metres} for one, (_place, metres) in
                    zip(_listed(place for place, _ in found), found, strict=True)])


def _listed(found: Iterable[Place]) -> list[dict[str, str]]:
    return [{"id": str(place.id), "name": place.name, "code": place.code, "within": place.parent_code or ""}
            for place in found]
