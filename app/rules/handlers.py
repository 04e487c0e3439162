"""Orders from above: answered by the head of the unit, verified and scored by the supervisor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth import policy
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.rules import orders
from app.rules.commands import AnswerOrder, VerifyOrder
from app.rules.events import OrderAnswered, OrderVerified
from app.rules.model import SupervisionOrder

MAX_TEXT, SCORES = 2_000, range(1, 6)


@handles(AnswerOrder)
def answer_order(command: AnswerOrder, uow: UnitOfWork) -> dict[str, Any]:
    """By heads for the units they head."""
    policy.require(uow.actor, "order.answer")
    order = _locked(uow, command.order_id)
    if order.state != "open":
        raise Conflict(msg("This order was answered already."))
    order.answer = _text(command.text, "text", needed=True)
    order.state, order.answered_at, order.answered_by = "answered", uow.now, uow.actor.user_id
    uow.record(OrderAnswered(order_id=order.id, case_id=order.case_id, rule=order.rule, unit=order.unit,
                             late=uow.now > order.due_at))
    return {"order_id": str(order.id)}


@handles(VerifyOrder)
def verify_order(command: VerifyOrder, uow: UnitOfWork) -> dict[str, Any]:
    """By supervisors, once it is answered."""
    policy.require(uow.actor, "order.verify")
    order = _locked(uow, command.order_id)
    if order.state != "answered":
        raise Conflict(msg("This order is not answered yet, or was looked at already."))
    if command.score not in SCORES:
        raise Invalid(msg("Please check what is marked."), fields={"score": [(msg("Please give 1 to 5 points."), {})]})
    order.remark, order.score = _text(command.remark, "remark"), command.score
    order.state, order.verified_at, order.verified_by = "verified", uow.now, uow.actor.user_id
    uow.record(OrderVerified(order_id=order.id, case_id=order.case_id, rule=order.rule, unit=order.unit,
                             score=command.score))
    return {"order_id": str(order.id)}


def _locked(uow: UnitOfWork, order_id: UUID) -> SupervisionOrder:
    """Of those the actor sees. Raises NotFound."""
    seen = orders.visible(uow.session, uow.actor)
    query = select(SupervisionOrder).where(SupervisionOrder.id == order_id, *seen).with_for_update()
    order = uow.session.scalars(query).one_or_none()
    if order is None:
        raise NotFound(msg("There is no such order."))
    return order


def _text(text: str, field: str, *, needed: bool = False) -> str:
    text = text.strip()
    if needed and not text:
        raise Invalid(msg("Please check what is marked."), fields={field: [(msg("Please write something."), {})]})
    if len(text) > MAX_TEXT:
        raise Invalid(msg("Please check what is marked."),
                      fields={field: [(msg("At most %(limit)s characters."), {"limit": MAX_TEXT})]})
    return text
