"""What other limits would mean in dates: running clocks of open cases, computed again from the acts they went through.

A decision is taken for the one that set a clock when an output bears the clock's name and gave the very budget that
the clock has, and it was made before the clock began; the last such decision counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.backtest.comparing import key
from app.cases.backtest.views import Shift
from app.deadlines import Act, WorkCalendar, calendar_of, replay
from app.deadlines.model import Deadline, DeadlineAct
from app.kernel.errors import Invalid

BEGINNING = ("start", "reopen", "interrupt")
"""Acts that give a clock its whole budget."""


class Pair(NamedTuple):
    """A past decision of an open case, and what it would be."""

    case_id: UUID
    at: datetime
    before: Any
    after: Any


class Dates:
    """Collects the shifts of all clocks. Give it the decisions newest first."""

    def __init__(self, session: Session, tenant_id: UUID, now: datetime) -> None:
        self.session, self.tenant_id, self.now = session, tenant_id, now
        self._shifts: dict[str, Shift] = {}
        self._told: set[UUID] = set()

    @cached_property
    def _calendar(self) -> WorkCalendar:
        return calendar_of(self.session, self.tenant_id)

    def add(self, pairs: Sequence[Pair]) -> None:
        """The next part of the decisions."""
        pairs = [pair for pair in pairs if any(_is_limit(value) for _, value in _entries(pair.before))]
        clocks = self._running({pair.case_id for pair in pairs})
        moved: list[tuple[Deadline, Any]] = []
        for pair in pairs:
            for name, limit in _entries(pair.before):
                row = clocks.get((pair.case_id, name))
                if row is None or row.id in self._told or not _is_limit(limit) or pair.at > row.started_at:
                    continue
                if key(_amount(limit)) == key(_amount(row.budget)):
                    self._told.add(row.id)
                    moved.append((row, _entry(pair.after, name)))
        acts = self._acts([row.id for row, _limit in moved])
        for row, limit in moved:
            self._count(row, limit, acts[row.id])

    def shifts(self) -> list[Shift]:
        """One for each clock of which a date would move, or get lost."""
        return [one for _, one in sorted(self._shifts.items()) if one.earlier or one.later or one.undated]

    def _running(self, case_ids: Collection[UUID]) -> dict[tuple[UUID, str], Deadline]:
        query = select(Deadline).where(Deadline.case_id.in_(case_ids), Deadline.state.in_(("running", "paused")))
        return {(row.case_id, row.name): row for row in self.session.scalars(query)} if case_ids else {}

    def _acts(self, ids: Collection[UUID]) -> dict[UUID, list[DeadlineAct]]:
        found: dict[UUID, list[DeadlineAct]] = {one: [] for one in ids}
        query = select(DeadlineAct).where(DeadlineAct.deadline_id.in_(ids)).order_by(DeadlineAct.id)
        for act in self.session.scalars(query) if ids else ():
            found[act.deadline_id].append(act)
        return found

    def _count(self, row: Deadline, limit: Any, acts: Sequence[DeadlineAct]) -> None:
        shift = self._shifts.setdefault(row.name, Shift(row.name))
        until = self.now if row.state == "running" else row.paused_at or self.now
        due = row.due_at
        if key(_amount(limit)) != key(_amount(row.budget)):
            found = self._due(row, limit, acts)
            if found is None:
                shift.undated += 1
                return
            due = found
        shift.cases += 1
        shift.earlier += due < row.due_at
        shift.later += due > row.due_at
        shift.overdue_before += until > row.due_at
        shift.overdue_after += until > due

    def _due(self, row: Deadline, limit: Any, acts: Sequence[DeadlineAct]) -> datetime | None:
        """The date with another budget, through the same acts; None for what is no limit."""
        first = max((at for at, act in enumerate(acts) if act.kind in BEGINNING), default=None)
        if first is None or not _is_limit(limit):
            return None
        begun = Act("start", acts[first].at, acts[first].due_at, limit)
        later = [Act(act.kind, act.at, act.due_at, act.params) for act in acts[first + 1:]]
        try:
            clock = replay(self._calendar, row.name, [begun, *later])
        except Invalid:
            return None
        return clock.due_at if clock else None


def _entries(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _entry(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _is_limit(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("amount") is not None and value.get("unit") is not None


def _amount(value: Any) -> Any:
    """What a date depends on; not the reminder."""
    return [value.get("amount"), value.get("unit")] if isinstance(value, Mapping) else None
