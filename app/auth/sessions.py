"""Sign-in sessions: begin, look up, end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from app.auth.actors import COLUMNS, FROM, actor_of_rows, from_rows
from app.auth.events import SignedIn, SignedOut
from app.auth.model import SignInSession, User
from app.kernel import clock, database
from app.kernel.commands import Actor
from app.kernel.fixed import TENANT, fixed
from app.kernel.model import UtcDateTime
from app.kernel.unit_of_work import UnitOfWork

_OWN, _USER = SignInSession.__table__.c, User.__table__.c
_FOUND = fixed(
    select(*COLUMNS, _USER.locale, _USER.must_change)
    .select_from(FROM.join(SignInSession.__table__, (_OWN.tenant_id == _USER.tenant_id) & (_OWN.user_id == _USER.id)))
    .where(_OWN.tenant_id == TENANT, _OWN.id == bindparam("session", type_=Uuid), _OWN.ended_at.is_(None),
           _OWN.expires_at > bindparam("now", type_=UtcDateTime), _OWN.epoch == _USER.session_epoch,
           _USER.active.is_(True)))
LIFETIME = {"staff": timedelta(hours=12), "resident": timedelta(days=30)}


@dataclass(frozen=True)
class SignedInUser:
    """Who the browser's session belongs to."""

    session_id: UUID
    user_id: UUID
    kind: str
    locale: str | None
    actor: Actor
    must_change: bool = False


def begin(uow: UnitOfWork, user: User, way: str) -> dict[str, Any]:
    """A new session row; the web puts its id into the cookie."""
    row = SignInSession(tenant_id=uow.tenant_id, user_id=user.id, epoch=user.session_epoch, created_at=uow.now,
                        expires_at=uow.now + LIFETIME.get(user.kind, LIFETIME["staff"]))
    uow.session.add(row)
    uow.session.flush()
    uow.record(SignedIn(user_id=user.id, way=way))
    return {"session_id": str(row.id), "user_id": str(user.id)}


def end(uow: UnitOfWork, session_id: UUID) -> None:
    """End a session; an unknown one is no fault."""
    row = uow.session.get(SignInSession, (uow.tenant_id, session_id))
    if row is not None and row.ended_at is None:
        row.ended_at = uow.now
        uow.record(SignedOut(user_id=row.user_id))


def find(tenant_id: UUID, session_id: UUID) -> SignedInUser | None:
    """The signed-in user, or None when the session is over, revoked or of another office."""
    given = {"tenant": tenant_id, "session": session_id, "now": clock.now()}
    rows = database.current().ask(tenant_id, _FOUND, given)
    if not rows:
        return None
    user = rows[0]
    if user.must_change:  # no right at all until an own password is chosen
        nobody = Actor(user_id=user.id, name=user.name)
        return SignedInUser(session_id, user.id, user.kind, user.locale, nobody, must_change=True)
    return SignedInUser(session_id, user.id, user.kind, user.locale, _actor(tenant_id, rows))


def _actor(tenant_id: UUID, rows: Sequence[Any]) -> Actor:
    if not rows[0].stands_in:
        return actor_of_rows(rows)
    with database.current().read(tenant_id) as reading:
        return from_rows(reading, rows)
