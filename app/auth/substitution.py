"""Who stands in for whom now, and which groups that lends. It lends groups only, never a role, and never onwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.auth.model import Absence, Membership, User
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.model import UtcDateTime

OUTSIDE = "provider"


@dataclass(frozen=True)
class Away:
    """An absence that runs now."""

    user_id: UUID
    substitute_id: UUID | None
    until: datetime


def groups_of(role: str, unit: str | None) -> set[str]:
    """The groups that one membership gives."""
    groups = {role}
    if unit:
        groups.add(f"{role}@{unit}")
        if role == OUTSIDE:  # an outside unit is held to the same steps as a department
            groups.add(f"handler@{unit}")
    return groups


def extended(session: Session, own: Sequence[Actor]) -> list[Actor]:
    """The actors with the groups of those for whom they stand in at this moment."""
    known = {one.user_id: one for one in own if one.user_id is not None and one.roles - {"resident"}}
    lent: dict[UUID | None, set[str]] = {}
    for absence, role, unit in _lendable(session, known):
        if absence.substitute_id in known and _may_lend(absence, role, unit, known[absence.substitute_id]):
            lent.setdefault(absence.substitute_id, set()).update(groups_of(role, unit))
    return [replace(one, groups=one.groups | lent[one.user_id]) if one.user_id in lent else one for one in own]


def somebody_is_away(tenant_id: Any, substitute_id: Any) -> Any:
    """Condition: at the moment `now` (a parameter) somebody is absent for whom this user stands in."""
    absent, now = Absence.__table__.c, bindparam("now", type_=UtcDateTime)
    return exists().where(absent.tenant_id == tenant_id, absent.substitute_id == substitute_id,
                          absent.starts_at <= now, absent.ends_at > now)


def _lendable(session: Session, known: Iterable[UUID]) -> list[tuple[Absence, str, str | None]]:
    """(absence, role, unit) of each membership of absent people whose substitute is among `known`."""
    now, wanted = clock.now(), list(known)
    if not wanted:
        return []
    query = (select(Absence, Membership.role, Membership.unit_code)
             .join(User, (User.tenant_id == Absence.tenant_id) & (User.id == Absence.user_id))
             .join(Membership, (Membership.tenant_id == Absence.tenant_id) & (Membership.user_id == Absence.user_id))
             .where(Absence.substitute_id.in_(wanted), Absence.starts_at <= now, Absence.ends_at > now,
                    User.active.is_(True)))
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _may_lend(absence: Absence, role: str, unit: str | None, substitute: Actor) -> bool:
    """A role the substitute holds too, or any that an administrator lent; a firm's people only among themselves.

    Asked anew each time, with the memberships of now: a role that was taken away is neither lent nor a reason to lend.
    """
    if OUTSIDE in substitute.roles:
        return role == OUTSIDE and f"{OUTSIDE}@{unit}" in substitute.groups
    return absence.by_office or (role in substitute.roles and role != OUTSIDE)


def away(session: Session, user_ids: Iterable[UUID] | None = None) -> dict[UUID, Away]:
    """Who is away now (all, or those named); the absence that lasts longest counts."""
    now = clock.now()
    query = select(Absence).where(Absence.starts_at <= now, Absence.ends_at > now).order_by(Absence.ends_at, Absence.id)
    if user_ids is not None:
        query = query.where(Absence.user_id.in_(list(user_ids)))
    return {row.user_id: Away(row.user_id, row.substitute_id, row.ends_at) for row in session.scalars(query)}


def stood_in_for(session: Session, user_id: UUID | None) -> set[UUID]:
    """The absent people for whom somebody stands in now."""
    now = clock.now()
    query = select(Absence.user_id).where(Absence.substitute_id == user_id, Absence.starts_at <= now,
                                          Absence.ends_at > now)
    return set(session.scalars(query)) if user_id is not None else set()


def absences(session: Session, user_id: UUID) -> list[Absence]:
    """A person's absences that are not over, the next one first."""
    query = select(Absence).where(Absence.user_id == user_id, Absence.ends_at > clock.now())
    return list(session.scalars(query.order_by(Absence.starts_at, Absence.id)))
