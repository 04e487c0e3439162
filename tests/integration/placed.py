"""That what open tasks bear for lists is what their groups, their cases and the clocks of those say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.cases.model import Case, every
from app.cases.placing import groups_of
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskRow
from app.kernel import database

NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def misplaced(tenant_id: UUID) -> list[tuple[str, str, Any, Any]]:
    """(task, column, value in the row, value of the original) where they differ."""
    found = []
    with database.current().read(tenant_id) as session:
        cases = {case.instance_id: case for case in session.scalars(every(select(Case)))}
        clocks = list(session.scalars(select(Deadline).where(Deadline.state == "running")))
        for row in session.scalars(select(OpenTaskRow)):
            case = cases[row.instance_id]
            mine = [one for one in clocks if one.case_id == case.id]
            due = min((one.due_at for one in mine), default=None)
            wanted: dict[str, Any] = {
                "next_at": row.due_at or due or NEVER,
                "late_at": min([one for one in (row.due_at, due) if one is not None], default=None),
                "warn_at": min((one.warn_at for one in mine if one.warn_at is not None), default=None),
                **{name: getattr(case, name) for name in ("number", "module", "service", "urgency", "unit")}}
            found += [(row.element_id, name, getattr(row, name), value) for name, value in wanted.items()
                      if getattr(row, name) != value]
            if groups_of(row.queue) != set(row.groups) or row.queue.endswith("!") != bool(row.barred):
                found.append((row.element_id, "queue", row.queue, row.groups))
    return found
