"""From a user's rows to the Actor that commands carry."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth.model import Membership, User
from app.kernel.commands import Actor


def actor_of(session: Session, user_id: UUID) -> Actor:
    """The actor with roles and groups as of now; sqlalchemy's NoResultFound for an unknown user."""
    user = session.scalars(select(User).where(User.id == user_id)).one()
    members = session.scalars(select(Membership).where(Membership.user_id == user_id))
    return actor(user, [(m.role, m.unit_code) for m in members])


def actor(user: User, memberships: Iterable[tuple[str, str | None]]) -> Actor:
    """Pure: residents have the one role `resident`; an inactive user has none."""
    if not user.active:
        return Actor(user_id=user.id, name=user.name)
    if user.kind == "resident":
        only = frozenset({"resident"})
        return Actor(user_id=user.id, name=user.name, roles=only, groups=only)
    roles, groups = set(), set()
    for role, unit in memberships:
        roles.add(role)
        groups.add(role)
        if unit:
            groups.add(f"{role}@{unit}")
            if role == "provider":  # an outside unit is held to the same steps as a department
                groups.add(f"handler@{unit}")
    return Actor(user_id=user.id, name=user.name, roles=frozenset(roles), groups=frozenset(groups))
