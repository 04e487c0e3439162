"""Who belongs to outside units only: their people read what their own units handle, whatever their role is called."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.kernel.commands import Actor
from app.tenancy.model import Unit

PROVIDER = "provider"


def provider_units(session: Session) -> frozenset[str]:
    """Codes of the office's outside units."""
    return frozenset(session.scalars(select(Unit.code).where(Unit.kind == PROVIDER)))


def held_outside(actor: Actor, role: str, outside: frozenset[str]) -> bool:
    """Whether the actor has a role at outside units only. The role `provider` is one of them wherever it is held."""
    units = {group.partition("@")[2] for group in actor.groups if group.startswith(f"{role}@")}
    return role == PROVIDER or (bool(units) and units <= outside)


def bound_to(actor: Actor, outside: frozenset[str]) -> frozenset[str] | None:
    """The units whose cases alone the actor may read; None for whoever belongs to the office itself."""
    reading = actor.roles & policy.roles_that_may("case.read")
    if actor.kind == "system" or not reading or not all(held_outside(actor, role, outside) for role in reading):
        return None
    return frozenset(policy.units_of(actor.groups)) & outside
