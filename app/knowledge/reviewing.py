"""Answers grow old: saying that one is still right, and telling those who answer for it when its time has come."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app import notifications
from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.knowledge import queries
from app.knowledge.commands import ConfirmKnowledgeItem, TellOverdueReviews
from app.knowledge.events import KnowledgeConfirmed, ReviewsOverdue
from app.knowledge.model import KnowledgeItem
from app.tenancy import versions, zones

TEMPLATE = "review_overdue"


@handles(ConfirmKnowledgeItem)
def confirm_item(command: ConfirmKnowledgeItem, uow: UnitOfWork) -> None:
    """The day is the office's. Who may not edit all answers confirms those of the own unit; others are not there."""
    policy.require(uow.actor, "knowledge.review")
    row = uow.session.scalars(select(KnowledgeItem).where(KnowledgeItem.code == command.code)).one_or_none()
    if row is None or not (policy.can(uow.actor, "knowledge.edit") or f"head@{row.owner_unit}" in uow.actor.groups):
        raise NotFound(msg("There is no such question."))
    versions.claim(uow, "knowledge", row.code, None)
    before = row.document()
    row.reviewed_on = zones.local_now(uow).date()
    versions.keep(uow, "knowledge", row.code, before, row.document())
    uow.record(KnowledgeConfirmed(item_id=row.id, code=row.code))


@handles(TellOverdueReviews)
def tell_overdue(command: TellOverdueReviews, uow: UnitOfWork) -> dict[str, Any]:
    """One message for each unit; an item is told again only after it was looked at and fell due once more."""
    policy.require(uow.actor, "knowledge.review")
    today = zones.local_now(uow).date()
    waiting: dict[str, list[KnowledgeItem]] = {}
    for item in queries.due_for_review(uow.session, today):
        due = queries.due_on(item)
        if item.owner_unit and due is not None and (item.told_overdue_on is None or item.told_overdue_on < due):
            waiting.setdefault(item.owner_unit, []).append(item)
    for unit, items in waiting.items():
        codes = ", ".join(sorted(item.code for item in items))
        notifications.queue(uow, TEMPLATE, notifications.Recipient(group=f"head@{unit}"),
                            {"count": len(items), "codes": codes[:300]})
        for item in items:
            item.told_overdue_on = today
        uow.record(ReviewsOverdue(unit=unit, items=len(items)))
    return {"told": sum(len(items) for items in waiting.values())}
