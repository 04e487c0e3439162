"""Orders from above: internal matters of the process `supervision_order`; how one begins, and whose a reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, false, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.commands import NoteSupervision, OpenMatter
from app.cases.model import Case
from app.deadlines.model import Deadline
from app.kernel.commands import Actor
from app.kernel.unit_of_work import UnitOfWork
from app.rules.events import OrderOpened

NATURE, PROCESS, CLOCK = "order", "supervision_order", "order"
USUAL, LISTED = "order", "listed"
"""Levels. Their limits stand in the table `time_limit`."""
LEVELS = (USUAL, LISTED)


@dataclass(frozen=True)
class Wanted:
    """An order to be opened. `case` None: about the unit as such. `rule` and `firing_id` None: by a person."""

    unit: str
    title: str
    case: Case | None
    level: str = USUAL
    rule: str | None = None
    firing_id: UUID | None = None


def open_one(uow: UnitOfWork, wanted: Wanted) -> UUID:
    """Start its process, and say so in the journal of the case. By the machine."""
    case = wanted.case
    answer = uow.dispatch_nested(OpenMatter(
        tenant_id=uow.tenant_id, actor=uow.actor, nature=NATURE, process_id=PROCESS, title=wanted.title,
        unit=wanted.unit, kind=wanted.level,
        subject_id=case.id if case else None, module=case.module if case else None,
        service=case.service if case else None, place_id=case.place_id if case else None,
        fields={"rule": wanted.rule, "firing_id": str(wanted.firing_id) if wanted.firing_id else None},
        variables={"order_level": wanted.level, "order_title": wanted.title,
                   "about_number": case.number if case else None}))
    order_id = UUID(answer["matter_id"])
    due_at = uow.session.scalars(select(Deadline.due_at).where(
        Deadline.case_id == order_id, Deadline.name == CLOCK)).one_or_none()
    uow.record(OrderOpened(order_id=order_id, case_id=case.id if case else None, rule=wanted.rule or "",
                           unit=wanted.unit, due_at=due_at))
    if case is not None:
        uow.dispatch_nested(NoteSupervision(
            tenant_id=uow.tenant_id, actor=uow.actor, case_id=case.id, text=wanted.title))
    return order_id


def waiting(session: Session, rule: str, unit: str, case: Case | None) -> UUID | None:
    """The open order of a rule about a case, or about a unit."""
    about = Case.subject_id == case.id if case is not None else Case.subject_id.is_(None)
    found = cases.matters(session, NATURE, Case.unit == unit, Case.status == "open", about)
    return next((one.id for one in found if one.fields.get("rule") == rule), None)


def visible(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    """Conditions on a `Case` that is an order: a supervisor sees those of the office, a head those of the units they
    head. Raises Forbidden."""
    policy.require(actor, "oversight.read")
    units = cases.bound_units(session, actor)
    if units is None and policy.can(actor, "task.read_all"):
        return []
    if units is None:
        may = policy.roles_that_may("oversight.read")
        units = frozenset(policy.units_of(group for group in actor.groups if group.partition("@")[0] in may))
    return [Case.unit.in_(sorted(units)) if units else false()]
