"""Who may not do a task although they have its group: what `assign.exclude` of its element says, when it opens.

`@UNIT`: everybody who has a group of that unit. `did:NAME`: whoever completed a task of the case in that process or at
that element, or wrote the journal line of that element. What a name says is settled once, when the task opens.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from app.cases.listener import names
from app.cases.model import Case, CaseEntry
from app.engine.model import OpenTaskRow
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork

PROPERTY, DID, COMPLETED = "assign.exclude", "did:", "case.task_completed"


def bar(uow: UnitOfWork, case: Case, opened: Iterable[OpenTaskRow]) -> None:
    """Write down who is barred from the tasks that have just opened."""
    for row in opened:
        said = names(row.properties.get(PROPERTY))
        done = {name.removeprefix(DID) for name in said if name.startswith(DID)}
        marks = {name for name in said if name.startswith("@") and len(name) > 1}
        marks |= {f"by:{user_id}" for user_id in _who_did(uow, case, done)}
        row.barred = f" {' '.join(sorted(marks))} " if marks else None


def _who_did(uow: UnitOfWork, case: Case, done: set[str]) -> set[UUID]:
    if not done:
        return set()
    query = select(StoredEvent).where(StoredEvent.case_id == case.id, StoredEvent.type == COMPLETED)
    found = {event.actor_id for event in uow.session.scalars(query)
             if not done.isdisjoint((event.data.get("process_id"), event.data.get("element_id")))}
    wrote = select(CaseEntry.by_user_id).where(CaseEntry.case_id == case.id, CaseEntry.element_id.in_(sorted(done)))
    return {one for one in found | set(uow.session.scalars(wrote)) if one is not None}
