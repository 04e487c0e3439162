"""A changed calendar over the clocks of an office: what their dates would be, of those that run and those that ended.

Each clock is replayed from its acts on the calendar in force and on the changed one, so that what differs comes from
the change and not from what changed before. A clock that no changed day touches is not replayed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import outside
from app.cases.backtest.dates import OPEN, acts_of, until_of
from app.cases.backtest.views import Backtest, Moved, Shift, Trouble
from app.cases.model import Case
from app.deadlines import Act, WorkCalendar, replay
from app.deadlines.model import Deadline
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import Invalid, msg

KIND = "calendar"
LONGEST, CHUNK = 3660, 1_000
DAY = timedelta(days=1)
NO_DATE = msg("A limit cannot be met on the changed calendar: %(clock)s")
BARE = msg("What happened to the clock was not kept.")


def over_calendar(session: Session, key: str, before: WorkCalendar, after: WorkCalendar, *, days: int, actor: Actor,
                  most: int | None = None, seconds: float | None = None,
                  progress: Callable[[int, int], None] | None = None) -> Backtest:
    """The clocks that run, and those that ended in the last `days` days, on both calendars; see `views`.

    It ends after `most` clocks or `seconds`, and says so. `progress` hears (asked, in all). Only the session's office
    counts, nothing is stored. Raises Invalid for a number of days out of range.
    """
    if not 1 <= days <= LONGEST:
        raise Invalid(msg("Between 1 and %(most)s days, not %(days)s."), most=LONGEST, days=days)
    now = clock.now()
    since = now - timedelta(days=days)
    found = Backtest(key, days, since, _count(session, since), kind=KIND)
    found.samples_shown = policy.can(actor, "case.read")
    run = _Run(session, found, before, after, now, outside.bound_to(actor, outside.provider_units(session)))
    until = None if seconds is None else time.monotonic() + seconds
    for part in _parts(session, since):
        if most is not None and found.asked + len(part) > most:
            part, found.cut = part[:most - found.asked], "most"
        run.part(part)
        if until is not None and time.monotonic() > until and found.asked < found.records:
            found.cut = "time"
        if progress is not None:
            progress(found.asked, found.records)
        if found.cut:
            break
    run.finish()
    return found


COLUMNS = (Deadline.id, Deadline.case_id, Deadline.name, Deadline.state, Deadline.started_at, Deadline.due_at,
           Deadline.warn_at, Deadline.first_due_at, Deadline.paused_at, Deadline.stopped_at, Deadline.round,
           Case.number, Case.unit)
"""Of a clock and its case."""


class _Run:
    """One comparison under way."""

    def __init__(self, session: Session, found: Backtest, before: WorkCalendar, after: WorkCalendar, now: datetime,
                 bound: frozenset[str] | None) -> None:
        self.session, self.found, self.before, self.after, self.now, self._bound = (
            session, found, before, after, now, bound)
        self._changed = changed_days(before, after)
        self._shifts: dict[tuple[bool, str], Shift] = {}
        self._troubles: dict[tuple[bool, str], Trouble] = {}

    def part(self, part: Sequence[Any]) -> None:
        """Some clocks."""
        acts = acts_of(self.session, [row.id for row in part if self._touched(row)])
        for row in part:
            self.found.asked += 1
            self._count(row, acts.get(row.id), self.found.samples_shown and (
                self._bound is None or row.unit in self._bound))

    def _touched(self, row: Any) -> bool:
        """Whether a changed day may lie between its start and the last date that it had or ran to."""
        if not self._changed:
            return False
        latest = max(one for one in (row.due_at, row.first_due_at, row.stopped_at, row.paused_at, row.warn_at) if one)
        latest = max(latest, self.now) if row.state in OPEN else latest
        first = min(row.started_at, row.first_due_at)
        zone = self.before.zone
        meets = (first.astimezone(zone).date() - DAY <= self._changed[-1]
                 and latest.astimezone(zone).date() + DAY >= self._changed[0])
        return meets or bool(row.round > 1)

    def _count(self, row: Any, acts: Sequence[Act] | None, shown: bool) -> None:
        past = row.state not in OPEN
        shift = self._shifts.setdefault((past, row.name), Shift(row.name, past))
        until = until_of(row, self.now)
        was = would = row.due_at
        if acts is not None:
            dates = self._replayed(row, acts)
            if dates is None:
                return
            was, would = dates
        shift.note(was, would, until, Moved(
            row.case_id, row.number, row.state, was, would, (until > was, until > would)) if shown else None)
        self.found.same += was == would
        self.found.different += was != would

    def _replayed(self, row: Any, acts: Sequence[Act]) -> tuple[datetime, datetime] | None:
        try:
            was, would = replay(self.before, row.name, acts), replay(self.after, row.name, acts)
        except Invalid:
            self._trouble(True, NO_DATE, row.name)
            return None
        if was is None or would is None:
            self._trouble(False, BARE, row.name)
            return None
        return was.due_at, would.due_at

    def _trouble(self, fails: bool, message: str, name: str) -> None:
        params = {"clock": name} if fails else {}
        self._troubles.setdefault((fails, name if fails else ""), Trouble(message, params)).count += 1

    def finish(self) -> None:
        """Order what was counted; clocks of which nothing moves and none is late are left out."""
        self.found.dates = [one for _, one in sorted(self._shifts.items()) if one.earlier or one.later]
        self.found.failures = [one for (fails, _), one in self._troubles.items() if fails]
        self.found.not_judged = [one for (fails, _), one in self._troubles.items() if not fails]


def changed_days(before: WorkCalendar, after: WorkCalendar) -> list[date]:
    """The days on which one calendar works and the other does not; every day where the hours differ."""
    if before.shifts != after.shifts or before.zone != after.zone:
        return [date.min + DAY, date.max - DAY]
    return sorted(on for on in {*before.entries, *after.entries}
                  if before.is_working_day(on) != after.is_working_day(on))


def _which(since: datetime) -> ColumnElement[bool]:
    return or_(Deadline.state.in_(OPEN), Deadline.stopped_at >= since)


def _count(session: Session, since: datetime) -> int:
    return session.scalar(select(func.count()).select_from(Deadline).where(_which(since))) or 0


def _parts(session: Session, since: datetime) -> Iterator[Sequence[Any]]:
    """All clocks, those that began last first."""
    query = (select(*COLUMNS)
             .join(Case, and_(Case.tenant_id == Deadline.tenant_id, Case.id == Deadline.case_id))
             .where(_which(since)).order_by(Deadline.id.desc()).limit(CHUNK))
    last: UUID | None = None
    while True:
        found = session.execute(query if last is None else query.where(Deadline.id < last)).all()
        if found:
            yield found
        if len(found) < CHUNK:
            return
        last = found[-1].id
