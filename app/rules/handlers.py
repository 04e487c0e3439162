"""An order from above that a supervisor opens by hand; answering and verifying are tasks of its process."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.auth import policy
from app.cases.model import Case
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Invalid, msg
from app.kernel.unit_of_work import UnitOfWork
from app.rules import orders
from app.rules.commands import OpenOrder
from app.tenancy import queries as tenancy

MAX_TEXT = 200


@handles(OpenOrder)
def open_order(command: OpenOrder, uow: UnitOfWork) -> dict[str, Any]:
    """By supervisors; the process goes on as the machine's."""
    policy.require(uow.actor, "order.open")
    number, text = command.number.strip(), command.text.strip()
    case = uow.session.scalars(select(Case).where(Case.number == number)).one_or_none() if number else None
    unit = command.unit or (case.unit if case is not None else None)
    errors: FieldErrors = {}
    if number and case is None:
        errors["number"] = [(msg("There is no such request."), {})]
    if not text or len(text) > MAX_TEXT:
        errors["text"] = [(msg("Please write something."), {}) if not text
                          else (msg("At most %(limit)s characters."), {"limit": MAX_TEXT})]
    if unit not in {one.code for one in tenancy.units(uow.session, active_only=True)}:
        errors["unit"] = [(msg("Please choose one of the options."), {})]
    if command.level not in orders.LEVELS:
        errors["level"] = [(msg("Please choose one of the options."), {})]
    if errors:
        raise Invalid(msg("Please check what is marked."), fields=errors)
    with uow.as_machine():
        return {"order_id": str(orders.open_one(uow, orders.Wanted(str(unit), text, case, command.level)))}
