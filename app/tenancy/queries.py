"""Reading offices (over the whole installation), units and places (of one office)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.kernel import database
from app.tenancy.model import Place, Tenant, Unit


def _one(*conditions: object) -> Tenant | None:
    with database.current().claim() as session:
        return session.scalars(select(Tenant).where(*conditions)).one_or_none()  # type: ignore[arg-type]


def tenant_by_slug(slug: str) -> Tenant | None:
    """The office with this path name, detached; None when there is none."""
    return _one(Tenant.slug == slug.lower())


def tenant_by_host(host: str) -> Tenant | None:
    """The office that has this host name (without port) to itself."""
    return _one(Tenant.host == host.lower())


def tenant_by_id(tenant_id: UUID) -> Tenant | None:
    """The office with this id."""
    return _one(Tenant.tenant_id == tenant_id)


def tenants() -> list[Tenant]:
    """All offices by path name."""
    with database.current().claim() as session:
        return list(session.scalars(select(Tenant).order_by(Tenant.slug)))


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


def place(session: Session, place_id: UUID) -> Place | None:
    """One place of the session's office."""
    return session.scalars(select(Place).where(Place.id == place_id)).one_or_none()


def place_by_code(session: Session, code: str) -> Place | None:
    """One place by its code."""
    return session.scalars(select(Place).where(Place.code == code)).one_or_none()
