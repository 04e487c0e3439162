"""What a reader may do with an open task beside its work, to whom it may go, and what a receiver is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import policy
from app.auth import queries as auth
from app.cases import access, handing
from app.cases.handing import Colleague
from app.cases.model import CaseEntry
from app.engine.model import OpenTaskRow
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, msg


@dataclass(frozen=True)
class Handing:
    """`people` is empty when the reader may neither assign nor delegate."""

    task_id: UUID
    case_id: UUID
    case_number: str
    task_name_zh: str
    task_name_en: str
    may_assign: bool
    is_mine: bool
    follow_up_on: date | None
    people: tuple[Colleague, ...]


@dataclass(frozen=True)
class Handed:
    """A task that somebody got: what to tell them."""

    case_id: UUID
    case_number: str
    person_id: UUID | None
    note: str


def handing_of(session: Session, actor: Actor, task_id: UUID) -> Handing:
    """Raises Conflict, the same for a task that is done, never was, or is not there for the reader."""
    task = session.get(OpenTaskRow, (session.info["tenant_id"], task_id))
    may_assign = task is not None and policy.can(actor, "task.reassign", task)
    if task is None or task.business_key is None or not (may_assign or policy.can(actor, "task.complete", task)):
        raise Conflict(msg("This task is no longer open."))
    case = access.any_case(session, UUID(task.business_key))
    mine = task.claimed_by is not None and task.claimed_by == actor.user_id
    people = handing.receivers(session, actor, task) if may_assign or mine else ()
    return Handing(task.id, case.id, case.number, task.name, task.name_en, may_assign, mine, task.follow_up_on,
                   tuple(one for one in people if one.user_id != task.claimed_by))


def possible_receivers(session: Session, actor: Actor) -> tuple[Colleague, ...]:
    """Whom the reader may give tasks to at all: people of the units they head, or everybody who works on tasks."""
    if not policy.can(actor, "task.reassign"):
        return ()
    everywhere, own = policy.can(actor, "task.read_all"), policy.units_of(actor.groups)
    return handing.colleagues(session, [
        one for one in auth.staff_actors(session) if policy.can(one, "task.complete")
        and (everywhere or not own.isdisjoint(policy.units_of(one.groups)))])


def binding_holders(session: Session, tasks: Iterable[OpenTaskRow]) -> dict[UUID, UUID]:
    """Task id -> who holds it; a hold of somebody who left, or may no longer do it, is none."""
    held = [row for row in tasks if row.claimed_by is not None]
    known = handing.holders(session, (row.claimed_by for row in held if row.claimed_by is not None))
    return {row.id: row.claimed_by for row in held if row.claimed_by is not None and handing.binds(row, known)}


def handed(session: Session, data: dict[str, Any]) -> Handed | None:
    """What an event of a handed task refers to; None when it is gone."""
    case = access.any_case(session, UUID(str(data["case_id"])))
    entry = session.get(CaseEntry, (case.tenant_id, UUID(str(data["entry_id"]))))
    return None if entry is None else Handed(case.id, case.number, case.person_id, entry.body.partition("\n")[2])
