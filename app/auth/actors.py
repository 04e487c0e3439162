"""From a user's rows to the Actor that commands carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.auth import substitution
from app.auth.model import Membership, User
from app.kernel.commands import Actor


def actor_of(session: Session, user_id: UUID) -> Actor:
    """The actor with roles and groups as of now; sqlalchemy's NoResultFound for an unknown user."""
    query = (select(User, Membership.role, Membership.unit_code)
             .outerjoin(Membership, (Membership.tenant_id == User.tenant_id) & (Membership.user_id == User.id))
             .where(User.id == user_id))
    rows = session.execute(query).all()
    if not rows:
        raise NoResultFound
    own = actor(rows[0][0], [(role, unit) for _user, role, unit in rows if role is not None])
    return substitution.extended(session, [own])[0]


def staff_actors(session: Session, user_ids: Iterable[UUID] | None = None) -> list[Actor]:
    """Active staff by name, all or those named, with roles and groups as of now."""
    query = select(User).where(User.kind == "staff", User.active.is_(True)).order_by(User.name, User.id)
    if user_ids is not None:
        query = query.where(User.id.in_(list(user_ids)))
    users = list(session.scalars(query))
    held: dict[UUID, list[tuple[str, str | None]]] = {}
    for m in session.scalars(select(Membership).where(Membership.user_id.in_([user.id for user in users]))):
        held.setdefault(m.user_id, []).append((m.role, m.unit_code))
    return substitution.extended(session, [actor(user, held.get(user.id, ())) for user in users])


def actor(user: User, memberships: Sequence[tuple[str, str | None]]) -> Actor:
    """Pure: residents have the one role `resident`; an inactive user has none."""
    if not user.active:
        return Actor(user_id=user.id, name=user.name)
    if user.kind == "resident":
        only = frozenset({"resident"})
        return Actor(user_id=user.id, name=user.name, roles=only, groups=only)
    roles = {role for role, _unit in memberships}
    groups = {group for role, unit in memberships for group in substitution.groups_of(role, unit)}
    return Actor(user_id=user.id, name=user.name, roles=frozenset(roles), groups=frozenset(groups))
