"""Whose orders a reader sees: a supervisor those of the office, a head those of the units they head."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.kernel.commands import Actor
from app.rules.model import SupervisionOrder


def visible(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions on an order. Raises Forbidden."""
    policy.require(actor, "oversight.read")
    units = cases.bound_units(session, actor)
    if units is None and policy.can(actor, "task.read_all"):
        return []
    if units is None:
        may = policy.roles_that_may("oversight.read")
        units = frozenset(policy.units_of(group for group in actor.groups if group.partition("@")[0] in may))
    return [SupervisionOrder.unit.in_(sorted(units)) if units else false()]
