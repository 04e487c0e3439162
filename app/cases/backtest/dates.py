"""What other limits would mean in dates: clocks that run or have ended, computed again from the acts they went through.

A decision is taken for the one that set a clock when an output bears the clock's name and gave the very budget that
the clock has, and it was made before the clock began; the last such decision counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.backtest.comparing import key
from app.cases.backtest.views import Moved, Shift
from app.deadlines import Act, WorkCalendar, calendar_of, replay
from app.deadlines.model import Deadline, DeadlineAct
from app.kernel.errors import Invalid

BEGINNING = ("start", "reopen", "interrupt")
"""Acts that give a clock its whole budget."""
OPEN = ("running", "paused")


class Pair(NamedTuple):
    """A past decision, and what it would be. `number`: of the case, for examples; None where it is not shown."""

    case_id: UUID
    at: datetime
    before: Any
    after: Any
    number: str | None = None


class Dates:
    """Collects the shifts of all clocks. Give it the decisions newest first."""

    def __init__(self, session: Session, tenant_id: UUID, now: datetime) -> None:
        self.session, self.tenant_id, self.now = session, tenant_id, now
        self._shifts: dict[tuple[bool, str], Shift] = {}
        self._told: set[UUID] = set()
        self._known: WorkCalendar | None = None

    @property
    def _calendar(self) -> WorkCalendar:
        if self._known is None:
            self._known = calendar_of(self.session, self.tenant_id)
        return self._known

    def add(self, pairs: Sequence[Pair]) -> None:
        """The next part of the decisions."""
        pairs = [pair for pair in pairs if any(_is_limit(value) for _, value in _entries(pair.before))]
        clocks = self._clocks({pair.case_id for pair in pairs})
        moved: list[tuple[Deadline, Any, str | None]] = []
        for pair in pairs:
            for name, limit in _entries(pair.before):
                row = clocks.get((pair.case_id, name))
                if row is None or row.id in self._told or not _is_limit(limit) or pair.at > row.started_at:
                    continue
                if key(_amount(limit)) == key(_amount(row.budget)):
                    self._told.add(row.id)
                    moved.append((row, _entry(pair.after, name), pair.number))
        acts = acts_of(self.session, [row.id for row, limit, _number in moved if _differs(row, limit)])
        for row, limit, number in moved:
            self._count(row, limit, acts.get(row.id, ()), number)

    def shifts(self) -> list[Shift]:
        """One for each clock of which a date would move, or get lost; those that run first."""
        return [one for _, one in sorted(self._shifts.items()) if one.earlier or one.later or one.undated]

    def _clocks(self, case_ids: Collection[UUID]) -> dict[tuple[UUID, str], Deadline]:
        query = select(Deadline).where(Deadline.case_id.in_(case_ids))
        return {(row.case_id, row.name): row for row in self.session.scalars(query)} if case_ids else {}

    def _count(self, row: Deadline, limit: Any, acts: Sequence[Act], number: str | None) -> None:
        past = row.state not in OPEN
        shift = self._shifts.setdefault((past, row.name), Shift(row.name, past))
        until = until_of(row, self.now)
        due = self._due(row, limit, acts) if _differs(row, limit) else row.due_at
        shift.note(row.due_at, due, until, None if number is None else Moved(
            row.case_id, number, row.state, row.due_at, due, (until > row.due_at, due is not None and until > due)))

    def _due(self, row: Deadline, limit: Any, acts: Sequence[Act]) -> datetime | None:
        """The date with another budget, through the same acts; None for what is no limit."""
        first = max((at for at, act in enumerate(acts) if act.kind in BEGINNING), default=None)
        if first is None or not _is_limit(limit):
            return None
        begun = Act("start", acts[first].at, acts[first].due_at, limit)
        try:
            clock = replay(self._calendar, row.name, [begun, *acts[first + 1:]])
        except Invalid:
            return None
        return clock.due_at if clock else None


def until_of(row: Any, now: datetime) -> datetime:
    """Up to when a clock (its row, or columns of it) ran: now while it runs, else its pause or its end."""
    if row.state == "running":
        return now
    return (row.paused_at if row.state in ("paused", "dropped") else None) or row.stopped_at or now


def acts_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[Act]]:
    """The acts of clocks, in their order."""
    found: dict[UUID, list[Act]] = {one: [] for one in ids}
    columns = (DeadlineAct.deadline_id, DeadlineAct.kind, DeadlineAct.at, DeadlineAct.due_at, DeadlineAct.params)
    query = select(*columns).where(DeadlineAct.deadline_id.in_(ids)).order_by(DeadlineAct.id)
    for row in session.execute(query) if ids else ():
        found[row[0]].append(Act(row[1], row[2], row[3], row[4]))
    return found


def _differs(row: Deadline, limit: Any) -> bool:
    return key(_amount(limit)) != key(_amount(row.budget))


def _entries(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, Mapping) else []


def _entry(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _is_limit(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("amount") is not None and value.get("unit") is not None


def _amount(value: Any) -> Any:
    """What a date depends on; not the reminder."""
    return [value.get("amount"), value.get("unit")] if isinstance(value, Mapping) else None
