"""The open door of a demonstration: entering as a role without a password."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import sessions
from app.auth.commands import EnterDemo
from app.auth.model import Membership, User
from app.kernel.bus import handles
from app.kernel.errors import NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import queries as tenancy

ROLES = ("resident", "intake_clerk", "dispatcher", "handler", "provider", "follow_up_caller", "supervisor", "analyst",
         "administrator", "leader", "operator")
"""In the order in which a case meets them."""


@handles(EnterDemo)
def enter_demo(command: EnterDemo, uow: UnitOfWork) -> dict[str, Any]:
    """Asked inside the transaction, so that no page can open another office."""
    user = _first(command.role, uow) if command.role in open_roles(uow.session, uow.tenant_id) else None
    if user is None:
        raise NotFound(msg("This page is not there."))
    return sessions.begin(uow, user, "demo")


def open_roles(session: Session, tenant_id: UUID) -> tuple[str, ...]:
    """The roles that anybody may enter as in an office: none outside a demonstration."""
    offices = tenancy.offices(session)
    if not any(one.tenant_id == tenant_id and one.is_demo for one in offices):
        return ()
    return ROLES if all(one.is_demo for one in offices) else tuple(role for role in ROLES if role != "operator")


def _first(role: str, uow: UnitOfWork) -> User | None:
    if role == "resident":
        query = select(User).where(User.kind == "resident")
    else:
        query = select(User).join(Membership, (Membership.tenant_id == User.tenant_id)
                                  & (Membership.user_id == User.id)).where(Membership.role == role)
    return uow.session.scalars(query.where(User.active.is_(True)).order_by(User.id).limit(1)).one_or_none()
