"""Who may not do a task although they have its group: what `assign.exclude` of its element says, when it opens.

`@UNIT`: everybody who has a group of that unit. `did:NAME`: whoever completed a task of the case in that process or at
that element, or wrote the journal line of that element. What a name says is settled once, when the task opens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases.listener import names
from app.cases.model import Case, CaseEntry
from app.engine.model import OpenTaskRow
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork

PROPERTY, DID, COMPLETED = "assign.exclude", "did:", "case.task_completed"


Done = tuple[str, str | None, str]
"""Who did something: the person, the process where it was a task (None: a line of the journal), the element."""


def bar(uow: UnitOfWork, case: Case, opened: Iterable[OpenTaskRow]) -> None:
    """Write down who is barred from the tasks that have just opened."""
    for row in opened:
        row.barred = written(marks(row.properties, lambda done: _who_did(uow, case, done)))


def marks(properties: Mapping[str, Any], who_did: Callable[[set[str]], Iterable[object]]) -> frozenset[str]:
    """Who may not do a task with these properties: `@UNIT`, and `by:` with each person whom `who_did` finds for the
    names of processes and elements."""
    done, found = deeds_meant(properties), names(properties.get(PROPERTY))
    units = {name for name in found if name.startswith("@") and len(name) > 1}
    return frozenset(units | {f"by:{person}" for person in who_did(done)})


def deeds_meant(properties: Mapping[str, Any]) -> set[str]:
    """Processes and elements whose doers may not do a task with these properties."""
    return {name.removeprefix(DID) for name in names(properties.get(PROPERTY)) if name.startswith(DID)}


def marks_after(properties: Mapping[str, Any], done: Iterable[Done]) -> frozenset[str]:
    """As `marks`, where nothing is stored: by a list of what was done."""
    return marks(properties, lambda meant: {person for person, process, element in done
                                            if not meant.isdisjoint((process, element))})


def written(found: frozenset[str]) -> str | None:
    """As a task's row holds them."""
    return f" {' '.join(sorted(found))} " if found else None


def _who_did(uow: UnitOfWork, case: Case, done: set[str]) -> set[UUID]:
    if not done:
        return set()
    query = select(StoredEvent).where(StoredEvent.case_id == case.id, StoredEvent.type == COMPLETED)
    found = {event.actor_id for event in uow.session.scalars(query)
             if not done.isdisjoint((event.data.get("process_id"), event.data.get("element_id")))}
    wrote = select(CaseEntry.by_user_id).where(CaseEntry.case_id == case.id, CaseEntry.element_id.in_(sorted(done)))
    return {one for one in found | set(uow.session.scalars(wrote)) if one is not None}
