"""Saved views of the inbox: each person's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.cases import access
from app.cases.commands import ChangeInboxView, DeleteInboxView, SaveInboxView
from app.cases.inbox_filter import InboxFilter
from app.cases.inbox_model import InboxView
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork

MOST, LONGEST = 12, 40


@handles(SaveInboxView)
def save_inbox_view(command: SaveInboxView, uow: UnitOfWork) -> dict[str, Any]:
    """What is stored went through the filter: only fields and values that it knows."""
    access.require(uow, "task.read")
    name, wanted = _name(command.name), InboxFilter.parse(command.wanted).document()
    own = InboxView.user_id == uow.actor.user_id
    row = uow.session.scalars(select(InboxView).where(own, InboxView.name == name)).one_or_none()
    if row is None:
        if (uow.session.scalar(select(func.count()).select_from(InboxView).where(own)) or 0) >= MOST:
            raise Conflict(msg("At most %(limit)s views are kept. Delete one first."), limit=MOST)
        row = InboxView(tenant_id=uow.tenant_id, user_id=uow.actor.user_id, name=name, wanted=wanted)
        uow.session.add(row)
        uow.session.flush()
    row.wanted = wanted
    return {"view_id": str(row.id)}


@handles(ChangeInboxView)
def change_inbox_view(command: ChangeInboxView, uow: UnitOfWork) -> dict[str, Any]:
    """At most one view is the default."""
    row = _own(uow, command.view_id)
    if command.name is not None and _name(command.name) != row.name:
        taken = select(InboxView.id).where(InboxView.user_id == row.user_id, InboxView.name == _name(command.name))
        if uow.session.scalars(taken).first() is not None:
            raise Invalid(msg("Please check what is marked."),
                          fields={"name": [(msg("There is a view with this name already."), {})]})
        row.name = _name(command.name)
    if command.is_default is not None:
        uow.session.execute(update(InboxView).where(InboxView.user_id == row.user_id).values(is_default=False))
        row.is_default = command.is_default
    return {"view_id": str(row.id)}


@handles(DeleteInboxView)
def delete_inbox_view(command: DeleteInboxView, uow: UnitOfWork) -> None:
    """Another's view answers as one that never was."""
    uow.session.delete(_own(uow, command.view_id))


def _own(uow: UnitOfWork, view_id: UUID) -> InboxView:
    access.require(uow, "task.read")
    row = uow.session.get(InboxView, (uow.tenant_id, view_id))
    if row is None or row.user_id != uow.actor.user_id:
        raise NotFound(msg("There is no such view."))
    return row


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST:
        raise Invalid(msg("Please check what is marked."), fields={
            "name": [(msg("Please give a name of at most %(limit)s characters."), {"limit": LONGEST})]})
    return name
