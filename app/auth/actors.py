"""From a user's rows to the Actor that commands carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.auth import substitution
from app.auth.model import Membership, User
from app.kernel import clock, direct
from app.kernel.commands import Actor
from app.kernel.fixed import TENANT, fixed

_USER, _MEMBER = User.__table__.c, Membership.__table__.c
FROM = User.__table__.outerjoin(Membership.__table__,
                                (_MEMBER.tenant_id == _USER.tenant_id) & (_MEMBER.user_id == _USER.id))
COLUMNS = (_USER.id, _USER.name, _USER.kind, _USER.active, _MEMBER.role, _MEMBER.unit_code,
           substitution.somebody_is_away(_USER.tenant_id, _USER.id).label("stands_in"))
"""A row for each membership, one without for who has none. Parameters: `tenant`, `now` and what the condition has."""
_WHO = fixed(select(*COLUMNS).select_from(FROM).where(_USER.tenant_id == TENANT,
                                                      _USER.id == bindparam("user", type_=Uuid)))


def asking(tenant_id: UUID, user_id: UUID, now: datetime) -> direct.Ask:
    """What `actor_of` asks."""
    return _WHO, {"tenant": tenant_id, "user": user_id, "now": now}


def actor_of(session: Session, user_id: UUID, now: datetime | None = None) -> Actor:
    """The actor with roles and groups as of now; sqlalchemy's NoResultFound for an unknown user."""
    rows = direct.rows(session, *asking(session.info["tenant_id"], user_id, now or clock.now()))
    if not rows:
        raise NoResultFound
    return from_rows(session, rows)


def from_rows(session: Session, rows: Sequence[Any]) -> Actor:
    """The actor of the rows of a statement with `COLUMNS` over `FROM`."""
    own = actor_of_rows(rows)
    return substitution.extended(session, [own])[0] if rows[0].stands_in else own


def actor_of_rows(rows: Sequence[Any]) -> Actor:
    """Pure: as `from_rows`, without what the actor stands in for."""
    return actor(rows[0], [(row.role, row.unit_code) for row in rows if row.role is not None])


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


def actor(user: Any, memberships: Sequence[tuple[str, str | None]]) -> Actor:
    """Pure: residents have the one role `resident`; an inactive user has none."""
    if not user.active:
        return Actor(user_id=user.id, name=user.name)
    if user.kind == "resident":
        only = frozenset({"resident"})
        return Actor(user_id=user.id, name=user.name, roles=only, groups=only)
    roles = {role for role, _unit in memberships}
    groups = {group for role, unit in memberships for group in substitution.groups_of(role, unit)}
    return Actor(user_id=user.id, name=user.name, roles=frozenset(roles), groups=frozenset(groups))
