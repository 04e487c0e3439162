"""The legal clocks of one case, as a book: acts go in, dates and reasons come out, and rows are saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from app.deadlines import acts, reasons, replaying
from app.deadlines.acts import Act, ClockState
from app.deadlines.budgets import Budget
from app.deadlines.calendars import calendar_of, calendar_to_act_on
from app.deadlines.model import Deadline, DeadlineAct
from app.deadlines.reasons import Reason
from app.deadlines.working_time import WorkCalendar
from app.kernel.ids import new_id

Answer = tuple[ClockState, Act]
_NONE = "cases_without_clocks"
OPEN = ("running", "paused")
"""States of a clock whose date still counts."""


@dataclass(frozen=True)
class Change:
    """One act that was entered in the book since it was loaded."""

    name: str
    act: Act
    late: bool


class DeadlineBook:
    """Give it acts by clock name; each answers the change, or None when the act means nothing now."""

    def __init__(self, case_id: UUID, now: datetime, rows: Mapping[str, Deadline],
                 calendar: Callable[[], WorkCalendar]) -> None:
        self.case_id, self.now = case_id, now
        self.changes: list[Change] = []
        self._rows = dict(rows)
        self._calendar = calendar
        self._known: WorkCalendar | None = None
        self._acts: dict[UUID, list[Act]] | None = None
        self._clocks = {name: _state(row) for name, row in rows.items()}

    @staticmethod
    def load(session: Session, tenant_id: UUID, case_id: UUID, now: datetime, *, acting: bool = False) -> DeadlineBook:
        """The book of a case; the calendar is read only when a date must be computed.

        `acting`: acts will be entered and saved, so the calendar must stay in force until the commit.
        """
        rows: Iterable[Deadline] = () if case_id in session.info.get(_NONE, ()) else session.scalars(
            select(Deadline).where(Deadline.tenant_id == tenant_id, Deadline.case_id == case_id))
        read = calendar_to_act_on if acting else calendar_of
        return DeadlineBook(case_id, now, {row.name: row for row in rows}, lambda: read(session, tenant_id))

    @staticmethod
    def load_open(session: Session, tenant_id: UUID, case_ids: Sequence[UUID], now: datetime,
                  calendar: WorkCalendar) -> dict[UUID, DeadlineBook]:
        """The books of many cases on one calendar, with the acts of the clocks that are open; by case."""
        rows: dict[UUID, dict[str, Deadline]] = {}
        query = select(Deadline).where(Deadline.tenant_id == tenant_id, Deadline.case_id.in_(case_ids))
        for row in session.scalars(query.execution_options(populate_existing=True)):
            rows.setdefault(row.case_id, {})[row.name] = row
        known = _acts_of(session, [row.id for clocks in rows.values() for row in clocks.values() if row.state in OPEN])
        books = {case_id: DeadlineBook(case_id, now, clocks, lambda: calendar) for case_id, clocks in rows.items()}
        for book in books.values():
            book._acts = known
        return books

    def copied(self) -> DeadlineBook:
        """The book as it stands, to go back to; it must never have been saved."""
        other = DeadlineBook(self.case_id, self.now, {}, lambda: self.calendar)
        other.changes, other._clocks = list(self.changes), dict(self._clocks)
        return other

    @property
    def calendar(self) -> WorkCalendar:
        """The office's working calendar."""
        if self._known is None:
            self._known = self._calendar()  # no cached_property: one lock of all books was held while this one waited
        return self._known

    def start(self, name: str, budget: Mapping[str, Any] | Budget) -> Change | None:
        """Start a clock. A running or paused one is left alone (a hand-over never replaces a limit);
        a stopped one is reopened with this budget. Raises Invalid for a budget that cannot be.
        """
        limit = budget if isinstance(budget, Budget) else Budget.parse(budget)
        clock = self._clocks.get(name)
        if clock is None:
            return self._enter(name, acts.start(self.calendar, name, limit, self.now))
        return self.reopen(name, limit)

    def reopen(self, name: str, budget: Budget) -> Change | None:
        """A further round of a clock that has ended."""
        return self._when(name, ("stopped", "dropped"), lambda c: acts.reopen(self.calendar, c, budget, self.now))

    def pause(self, name: str) -> Change | None:
        """Wait for somebody outside."""
        return self._when(name, ("running",), lambda c: acts.pause(c, self.now))

    def resume(self, name: str) -> Change | None:
        """End of a wait."""
        return self._when(name, ("paused",), lambda c: acts.resume(self.calendar, c, self.now))

    def extend(self, name: str, by: Mapping[str, Any] | Budget) -> Change | None:
        """More time for a running or paused clock."""
        more = by if isinstance(by, Budget) else Budget.parse(by)
        return self._when(name, OPEN, lambda c: acts.extend(self.calendar, c, more, self.now))

    def interrupt(self, name: str) -> Change | None:
        """The whole budget anew."""
        return self._when(name, OPEN, lambda c: acts.interrupt(self.calendar, c, self.now))

    def stop(self, name: str) -> Change | None:
        """The duty is met."""
        return self._when(name, OPEN, lambda c: acts.stop(c, self.now))

    def drop_open(self) -> None:
        """The case has ended, and with it every duty that is still open: neither met nor missed."""
        for name in self.names():
            self._when(name, OPEN, lambda c: acts.drop(c, self.now))

    def recalculate(self) -> list[Change]:
        """Replay every open clock on the book's calendar; the changes of those whose date moved.

        A clock without a stored start is left as it is. What has happened stays: the first promise, and that a limit
        was passed. A reminder moves along without an act of its own. Raises Invalid where the calendar cannot meet a
        limit. The book must have been loaded by `load_open`.
        """
        moved = []
        for name in self.names():
            clock, row = self._clocks[name], self._rows[name]
            again = replaying.replay(self.calendar, name, (self._acts or {}).get(row.id, ()))
            if clock.state not in OPEN or again is None:
                continue
            if again.due_at == clock.due_at:
                row.warn_at = again.warn_at
                self._clocks[name] = replace(clock, warn_at=again.warn_at)
                continue
            act = Act(replaying.CALENDAR, self.now, again.due_at, {"before": clock.due_at.isoformat()})
            moved.append(self._enter(name, (replace(clock, due_at=again.due_at, warn_at=again.warn_at), act)))
        return moved

    def names(self) -> list[str]:
        """All clocks, in the order they were started."""
        return sorted(self._clocks, key=lambda name: self._clocks[name].started_at)

    def clock(self, name: str) -> ClockState | None:
        """The present state."""
        return self._clocks.get(name)

    def view(self, name: str) -> dict[str, Any] | None:
        """`{"due_at", "warn_at", "first_due_at", "state"}` (aware times); None for a clock that never started."""
        clock = self._clocks.get(name)
        if clock is None:
            return None
        return {"due_at": clock.due_at, "warn_at": clock.warn_at, "first_due_at": clock.first_due_at,
                "state": clock.state, "late": clock.is_late(self.now)}

    def fires_at(self, clock_field: str) -> datetime | None:
        """When a timer owned by `reply.due_at` or `reply.warn_at` fires; None while the clock does not run."""
        name, _, part = clock_field.partition(".")
        clock = self._clocks.get(name)
        if clock is None or clock.state != "running":
            return None
        return clock.warn_at if part == "warn_at" else clock.due_at

    def nearest(self) -> tuple[datetime | None, datetime | None]:
        """The first date and the first reminder of all clocks that run."""
        running = [clock for clock in self._clocks.values() if clock.state == "running"]
        return (min((clock.due_at for clock in running), default=None),
                min((clock.warn_at for clock in running if clock.warn_at is not None), default=None))

    def explain(self, name: str, session: Session | None = None) -> list[Reason]:
        """Why the date is what it is; with a session also the acts of earlier days."""
        clock, row = self._clocks.get(name), self._rows.get(name)
        if clock is None:
            return []
        stored = self._stored(session).get(row.id, []) if session is not None and row is not None else []
        fresh = [change.act for change in self.changes if change.name == name]
        return reasons.explain(self.calendar, clock, stored + fresh)

    def _stored(self, session: Session) -> dict[UUID, list[Act]]:
        """The acts of all clocks by clock, read at once: who asks for one reason asks for the others too."""
        if self._acts is None:
            self._acts = _acts_of(session, [row.id for row in self._rows.values()])
        return self._acts

    def mark_breached(self, name: str) -> bool:
        """Note that the limit passed; False when it was known (a further round may be breached again)."""
        row = self._rows.get(name)
        if row is None or (row.breached_at is not None and row.breached_at >= row.started_at):
            return False
        row.breached_at = self.now
        return True

    def save(self, session: Session, tenant_id: UUID, by: UUID | None = None) -> list[Change]:
        """Write changed clocks and their acts to the session; the changes written."""
        began = {change.name for change in self.changes} - self._rows.keys()
        for name in {change.name for change in self.changes}:
            row = self._rows.get(name)
            if row is None:
                row = self._rows[name] = Deadline(tenant_id=tenant_id, id=new_id(), case_id=self.case_id, name=name)
                session.add(row)
            _write(row, self._clocks[name])
        if began:
            session.info.get(_NONE, set()).discard(self.case_id)
        for change in self.changes:
            session.add(DeadlineAct(
                tenant_id=tenant_id, id=new_id(), deadline_id=self._rows[change.name].id, kind=change.act.kind,
                at=change.act.at, due_at=change.act.due_at, by_user_id=by, params=change.act.params))
        written, self.changes, self._acts = self.changes, [], None
        return written

    def _when(self, name: str, states: tuple[str, ...], act: Callable[[ClockState], Answer]) -> Change | None:
        clock = self._clocks.get(name)
        return self._enter(name, act(clock)) if clock is not None and clock.state in states else None

    def _enter(self, name: str, answer: Answer) -> Change:
        clock, act = answer
        self._clocks[name] = clock
        change = Change(name, act, clock.is_late(self.now))
        self.changes.append(change)
        return change


def _acts_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Act]]:
    """The stored acts of clocks, in their order."""
    found: dict[UUID, list[Act]] = {row_id: [] for row_id in ids}
    query = (select(DeadlineAct.deadline_id, DeadlineAct.kind, DeadlineAct.at, DeadlineAct.due_at, DeadlineAct.params)
             .where(DeadlineAct.deadline_id.in_(ids)).order_by(DeadlineAct.id))
    for row_id, *parts in session.execute(query):
        found[row_id].append(Act(*parts))
    return found


def no_clocks(session: Session, case_id: UUID) -> None:
    """Note that a case has no clock, as was read behind the lock under which its clocks are written."""
    session.info.setdefault(_NONE, set()).add(case_id)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """The lock ends with the transaction; what a savepoint undid is read anew."""
    session.info.pop(_NONE, None)


_PLAIN = [f.name for f in fields(ClockState) if f.name != "budget"]


def _state(row: Deadline) -> ClockState:
    return ClockState(budget=Budget.parse(row.budget), **{name: getattr(row, name) for name in _PLAIN})


def _write(row: Deadline, clock: ClockState) -> None:
    for name in _PLAIN:
        setattr(row, name, getattr(clock, name))
    row.budget = clock.budget.document()
