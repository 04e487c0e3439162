"""Reading offices (over the whole installation), units and places (of one office)."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.kernel import database, pauses
from app.tenancy.documents import document
from app.tenancy.model import Place, Tenant, Unit

EARTH = 6_371_000
"""Metres of its radius."""


def _one(*conditions: object) -> Tenant | None:
    with database.current().claim() as session:
        return session.scalars(select(Tenant).where(*conditions)).one_or_none()  # type: ignore[arg-type]


def tenant_by_slug(slug: str) -> Tenant | None:
    """The office with this path name, detached; None when there is none."""
    return _one(Tenant.slug == slug.lower())


_AT = select(Tenant).where(or_(Tenant.host == bindparam("host"), Tenant.slug == bindparam("slug")))


def tenant_at(host: str, slug: str) -> Tenant | None:
    """The office that has this host name to itself, else the one with this path name; empty texts are nobody's."""
    with database.current().claim() as session:
        found = list(session.scalars(_AT, {"host": host.lower(), "slug": slug.lower()}))
    return next((one for one in found if host and one.host == host.lower()), found[0] if found else None)


def tenant_by_id(tenant_id: UUID) -> Tenant | None:
    """The office with this id."""
    return _one(Tenant.tenant_id == tenant_id)


def tenants() -> list[Tenant]:
    """All offices by path name."""
    with database.current().claim() as session:
        return list(session.scalars(select(Tenant).order_by(Tenant.slug)))


def working_tenants() -> list[Tenant]:
    """Offices that are not suspended: those that background work looks after."""
    with database.current().claim() as session:
        return list(session.scalars(select(Tenant).where(pauses.working(Tenant.tenant_id)).order_by(Tenant.slug)))


def offices(session: Session) -> list[Tenant]:
    """All offices by path name, in a transaction or reading that is open already."""
    return list(session.scalars(select(Tenant).order_by(Tenant.slug)))


def units(session: Session, *, active_only: bool = False) -> list[Unit]:
    """The office's units by code."""
    query = select(Unit).order_by(Unit.code)
    return list(session.scalars(query.where(Unit.active.is_(True)) if active_only else query))


def places(session: Session, q: str = "", limit: int = 200) -> list[Place]:
    """Places whose name or code holds `q` (all words of it), by code."""
    query = select(Place).order_by(Place.code).limit(limit)
    for word in q.split():
        query = query.where(or_(Place.name.icontains(word, autoescape=True),
                                Place.code.icontains(word, autoescape=True)))
    return list(session.scalars(query))


def places_within(session: Session, parent_code: str, limit: int = 1000) -> list[Place]:
    """What belongs to a place, by code."""
    query = select(Place).where(Place.parent_code == parent_code)
    return list(session.scalars(query.order_by(Place.code).limit(limit)))


def place_ids_within(session: Session, code: str) -> list[UUID]:
    """Ids of a place and of all that lies in it, however deep; empty for a code that nobody has."""
    found: list[UUID] = []
    waiting, seen = [code], {code}
    while waiting:
        rows = list(session.execute(select(Place.id, Place.code, Place.code.in_(waiting)).where(
            or_(Place.code.in_(waiting), Place.parent_code.in_(waiting)))))
        found += [place_id for place_id, _code, here in rows if here]
        waiting = [inner for _id, inner, here in rows if not here and inner not in seen]
        seen.update(waiting)
    return found


def places_of_kinds(session: Session, kinds: Collection[str], limit: int = 2000) -> list[Place]:
    """Places of these kinds by code."""
    return list(session.scalars(select(Place).where(Place.kind.in_(kinds)).order_by(Place.code).limit(limit)))


def places_near(session: Session, lat: float, lng: float, within: float, limit: int = 3) -> list[tuple[Place, int]]:
    """Places with coordinates and their distance in metres (at most `within`), the nearest first."""
    high = math.degrees(within / EARTH)
    wide = high / max(0.01, math.cos(math.radians(lat)))
    query = select(Place).where(Place.lat.between(lat - high, lat + high), Place.lng.between(lng - wide, lng + wide))
    found = [(one, _metres(lat, lng, one.lat, one.lng)) for one in session.scalars(query)
             if one.lat is not None and one.lng is not None]
    return sorted((pair for pair in found if pair[1] <= within), key=lambda pair: (pair[1], pair[0].code))[:limit]


def _metres(lat: float, lng: float, other_lat: float, other_lng: float) -> int:
    """Over the few kilometres of an office a plane is exact enough."""
    north = math.radians(other_lat - lat)
    east = math.radians(other_lng - lng) * math.cos(math.radians(lat))
    return round(EARTH * math.hypot(north, east))


def place(session: Session, place_id: UUID) -> Place | None:
    """One place of the session's office."""
    return session.scalars(select(Place).where(Place.id == place_id)).one_or_none()


def place_by_code(session: Session, code: str) -> Place | None:
    """One place by its code."""
    return session.scalars(select(Place).where(Place.code == code)).one_or_none()


def places_named(session: Session, codes: Collection[str]) -> dict[str, Place]:
    """Places by code; codes that are gone are left out."""
    return {place.code: place for place in session.scalars(select(Place).where(Place.code.in_(codes)))}


def slug(session: Session, tenant_id: UUID) -> str:
    """The path name of an office, in a transaction or reading that is open already."""
    return session.get_one(Tenant, tenant_id).slug


def office_document(session: Session, tenant_id: UUID) -> dict[str, Any]:
    """Names, language and settings of the office as its page shows them."""
    return document(session.get_one(Tenant, tenant_id))


def place_tree(session: Session) -> list[tuple[int, Place, int]]:
    """All places as (depth, place, how many lie in it), what belongs together side by side."""
    rows = list(session.scalars(select(Place).order_by(Place.code)))
    known, inside = {row.code for row in rows}, dict[str, list[Place]]()
    for row in rows:
        inside.setdefault(row.parent_code if row.parent_code in known and row.parent_code else "", []).append(row)
    found: list[tuple[int, Place, int]] = []

    def walk(code: str, depth: int) -> int:
        count = 0
        for row in inside.pop(code, []):
            at = len(found)
            found.append((depth, row, 0))
            below = walk(row.code, depth + 1)
            found[at] = (depth, row, below)
            count += below + 1
        return count

    walk("", 0)
    return found
