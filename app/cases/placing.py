"""Where open tasks stand in lists: each row bears what the inbox chooses and orders by, so that an index answers it.

What a row bears is a copy: of its groups, of the nearest date of the case's clocks, of columns of the case. It is made
where those change, under the instance's lock, in the transaction of the change. Pages show the originals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from app.cases.locking import lock
from app.cases.model import Case
from app.deadlines import DeadlineBook
from app.engine import store
from app.engine.model import NO_QUEUE, OpenTaskRow
from app.kernel import documents
from app.kernel.unit_of_work import UnitOfWork

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""The date of a task without one: a date, so that it is ordered and compared as the others are."""
BARRED, LONGEST = "!", 100
"""What ends the name of a queue of tasks from which somebody is barred; how long a name may be."""
OF_CASE = ("number", "module", "service", "urgency", "unit")


def queue_of(groups: Iterable[str], barred: str | None) -> str:
    """The name of all tasks that the same groups may do; apart from them those from which somebody is barred."""
    name = documents.dump(sorted(set(groups))) + (BARRED if barred else "")
    return name if len(name) <= LONGEST else NO_QUEUE


@lru_cache(maxsize=4_096)
def groups_of(queue: str) -> frozenset[str]:
    """The groups of a queue; none of one whose name does not say them."""
    return frozenset() if queue == NO_QUEUE else frozenset(documents.load(queue.removesuffix(BARRED)))


def place(uow: UnitOfWork, case: Case, book: DeadlineBook) -> None:
    """Let the open tasks of a case stand where the case and its clocks say."""
    tasks = lock(uow, case).rows(OpenTaskRow)
    if not tasks:
        return
    due_at, warn_at = book.nearest()
    for row in tasks.values():
        _put(row, {"queue": queue_of(row.groups, row.barred), **dates(row.due_at, due_at, warn_at), **_of_case(case)})


def dates(own: datetime | None, due_at: datetime | None, warn_at: datetime | None) -> dict[str, Any]:
    """Of a task with a date of its own, or none, whose case's clocks have these: its own goes before theirs."""
    return {"next_at": own or due_at or NEVER, "warn_at": warn_at,
            "late_at": min((one for one in (own, due_at) if one is not None), default=None)}


def reclassify(uow: UnitOfWork, case: Case) -> None:
    """Columns of the case have changed beside a step."""
    for row in lock(uow, case).rows(OpenTaskRow).values():
        _put(row, _of_case(case))


def read(uow: UnitOfWork, cases: Iterable[Case]) -> None:
    """The open tasks of many cases that are held, at once, for who places them one by one."""
    found: dict[UUID, list[OpenTaskRow]] = {one.instance_id: [] for one in cases if one.instance_id is not None}
    query = (select(OpenTaskRow).where(OpenTaskRow.tenant_id == uow.tenant_id, OpenTaskRow.instance_id.in_(found))
             .order_by(OpenTaskRow.id).options(defer(OpenTaskRow.variables), defer(OpenTaskRow.properties)))
    for row in uow.session.scalars(query.execution_options(populate_existing=True)):
        found[row.instance_id].append(row)
    for instance_id, rows in found.items():
        held = store.holding(uow, instance_id)
        if held is not None:
            held.give(OpenTaskRow, rows)


def _of_case(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in OF_CASE}


def _put(row: OpenTaskRow, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
