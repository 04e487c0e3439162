"""Who holds an open task, whether that still binds, and who else may have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import policy
from app.auth import queries as auth
from app.cases import history
from app.cases.journal import record, write_entry
from app.cases.model import Case
from app.cases.task_events import HandedEvent
from app.engine.model import OpenTaskRow
from app.kernel.commands import Actor
from app.kernel.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Colleague:
    """Somebody who may have a task. `substitute`: who stands in while they are away, if that person may have it too."""

    user_id: UUID
    name: str
    away_until: datetime | None = None
    substitute_id: UUID | None = None
    substitute: str = ""


def holders(session: Session, user_ids: Iterable[UUID]) -> Mapping[UUID, Actor]:
    """The people who hold tasks, as of now; who may no longer sign in is missing."""
    wanted = set(user_ids)
    return {one.user_id: one for one in auth.staff_actors(session, wanted) if one.user_id} if wanted else {}


def binds(row: OpenTaskRow, known: Mapping[UUID, Actor]) -> bool:
    """Whether the hold counts: not of people who left, or who may no longer do such a task, so none is ever stuck."""
    holder = known.get(row.claimed_by) if row.claimed_by else None
    return holder is not None and policy.can(holder, "task.complete", row)


def stands_in(session: Session, actor: Actor, row: OpenTaskRow) -> bool:
    """Whether the holder is away and the actor, who may do the task, is the substitute."""
    return (row.claimed_by is not None and policy.can(actor, "task.complete", row)
            and row.claimed_by in auth.stood_in_for(session, actor.user_id))


def may_have(receiver: Actor, row: OpenTaskRow, giver: Actor) -> bool:
    """People of the task's groups; from a giver who reads all tasks also others of the unit that has it."""
    if policy.barred(receiver, row):
        return False
    if policy.can(receiver, "task.complete", tuple(row.groups)):
        return True
    if not (policy.can(giver, "task.read_all") and policy.can(receiver, "task.complete")):
        return False
    return not policy.units_of(row.groups).isdisjoint(policy.units_of(receiver.groups))


def colleagues(session: Session, people: Iterable[Actor]) -> tuple[Colleague, ...]:
    """People with their absences, by name."""
    known = {one.user_id: one for one in people if one.user_id is not None}
    away = auth.away(session)
    return tuple(_colleague(user_id, one, known, away) for user_id, one in known.items())


def _colleague(user_id: UUID, one: Actor, known: Mapping[UUID, Actor], away: Mapping[UUID, auth.Away]) -> Colleague:
    gone = away.get(user_id)
    if gone is None:
        return Colleague(user_id, one.name)
    instead = known.get(gone.substitute_id) if gone.substitute_id and gone.substitute_id not in away else None
    return Colleague(user_id, one.name, gone.until, instead.user_id if instead else None,
                     instead.name if instead else "")


def receivers(session: Session, giver: Actor, row: OpenTaskRow) -> tuple[Colleague, ...]:
    """Who may have a task from this giver."""
    return colleagues(session, [one for one in auth.staff_actors(session) if may_have(one, row, giver)])


def give(uow: UnitOfWork, row: OpenTaskRow, case: Case, kind: type[HandedEvent], receiver: Colleague,
         text: str) -> None:
    """The receiver holds the task now; the holder's own plan for it ends, and the journal says why."""
    before, row.claimed_by, row.claimed_at = row.claimed_by, receiver.user_id, uow.now
    row.assigned_by, row.follow_up_on = uow.actor.user_id, None
    entry = write_entry(uow, case, "handed", f"→ {receiver.name}" + (f"\n{text}" if text else ""), "staff",
                        element_id=row.element_id)
    record(uow, case, kind, to_user_id=receiver.user_id, from_user_id=before, entry_id=entry.id,
           **history.task_codes(row))
