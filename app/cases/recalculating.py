"""Open clocks follow the calendar: replayed on the new one, with their timers and the promised date.

What has happened stays: the first promise, reminders and escalations that came, that a limit was passed
(`breached_at`). The date itself moves, also back before now or after it, and whether a case is late is read from it.
Clocks that were met or ended are not touched. No instance is stepped and no state is read: a timer that belongs to a
clock has only the clock's name in the state, and its date in its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.cases import applying, placing, stepping
from app.cases.model import Case, every
from app.deadlines import Change, DeadlineBook, WorkCalendar, calendar_of, calendars
from app.deadlines.model import Deadline
from app.engine import store
from app.kernel.errors import Invalid, msg
from app.kernel.unit_of_work import UnitOfWork

MOST_SAMPLES = 20
_KEPT = "recalculated"


@dataclass(frozen=True)
class MovedClock:
    """One clock whose date moved. `late`: as (before, now), whether the date has passed while it runs."""

    case_id: UUID
    number: str
    name: str
    paused: bool
    before: datetime
    after: datetime
    late: tuple[bool, bool]


@dataclass(frozen=True)
class Recalculated:
    """What a change of the calendar does to `cases` open requests with `clocks` open clocks.

    `samples`: those that become late or no longer are, then those that move farthest. `shortest`, `farthest`: of all
    moves, negative towards the earlier.
    """

    cases: int
    clocks: int
    moved: int
    later: int
    earlier: int
    now_late: int
    no_longer_late: int
    shortest: timedelta
    farthest: timedelta
    samples: tuple[MovedClock, ...]


def recalculate(uow: UnitOfWork) -> int:
    """Move every open clock to where the calendar in the session's rows puts it; how many moved. Raises Invalid."""
    found = _lock(uow, set())
    calendars.hold_back(uow.session, uow.tenant_id)
    found |= _lock(uow, found)
    ids = sorted(found)
    calendar = calendar_of(uow.session, uow.tenant_id)
    moved: list[MovedClock] = []
    clocks = 0
    for at in range(0, len(ids), store.AT_ONCE):
        some = ids[at:at + store.AT_ONCE]
        clocks += _move(uow, some, calendar, moved)
    uow.session.info[_KEPT] = _told(len(ids), clocks, moved)
    return len(moved)


def told(session: Session) -> Recalculated | None:
    """What the change that was made in this session did, for whoever only rehearses it."""
    found: Recalculated | None = session.info.get(_KEPT)
    return found


def _lock(uow: UnitOfWork, known: set[UUID]) -> set[UUID]:
    """The open cases with open clocks beside `known`, their instances held. Those that began meanwhile are found by
    asking once more when nobody computes on the calendar so far."""
    query = (select(Case.id, Case.instance_id).distinct()
             .join(Deadline, (Deadline.tenant_id == Case.tenant_id) & (Deadline.case_id == Case.id))
             .where(Case.tenant_id == uow.tenant_id, Deadline.state.in_(("running", "paused")),
                    Case.status == "open", Case.instance_id.is_not(None)))
    rows: Iterable[Row[UUID, UUID | None]] = uow.session.execute(every(query))
    new = {case_id: instance_id for case_id, instance_id in rows if case_id not in known and instance_id is not None}
    store.lock_all(uow, set(new.values()))
    return set(new)


def _move(uow: UnitOfWork, ids: list[UUID], calendar: WorkCalendar, moved: list[MovedClock]) -> int:
    """Recalculate some cases; how many open clocks they have."""
    clocks = 0
    query = select(Case).where(Case.tenant_id == uow.tenant_id, Case.id.in_(ids)).order_by(Case.id)
    cases = list(uow.session.scalars(every(query.execution_options(populate_existing=True))))
    books = DeadlineBook.load_open(uow.session, uow.tenant_id, ids, uow.now, calendar)
    placing.read(uow, cases)
    for case in (one for one in cases if one.status == "open"):
        book = books[case.id]
        clocks += sum(state.state in ("running", "paused") for name in book.names() if (state := book.clock(name)))
        for change in _changes(case, book):
            moved.append(_moved(case, book, change))
        applying.save_clocks(uow, case, book)
        stepping.set_timers(uow, case, book)
        placing.place(uow, case, book)
    uow.session.flush()
    return clocks


def _changes(case: Case, book: DeadlineBook) -> list[Change]:
    try:
        return book.recalculate()
    except Invalid as error:
        raise Invalid(msg("A limit of request %(number)s cannot be met on this calendar. Please leave more working "
                          "time."), number=case.number) from error


def _moved(case: Case, book: DeadlineBook, change: Change) -> MovedClock:
    before, clock = datetime.fromisoformat(change.act.params["before"]), book.clock(change.name)
    runs = clock is not None and clock.state == "running"
    return MovedClock(case.id, case.number, change.name, not runs, before, change.act.due_at,
                      (runs and before < book.now, runs and change.act.due_at < book.now))


def _told(cases: int, clocks: int, moved: list[MovedClock]) -> Recalculated:
    spans = [one.after - one.before for one in moved] or [timedelta(0)]
    samples = sorted(moved, key=lambda one: (one.late[0] == one.late[1], -abs(one.after - one.before), one.number))
    return Recalculated(
        cases, clocks, len(moved), sum(one.after > one.before for one in moved),
        sum(one.after < one.before for one in moved), sum(one.late == (False, True) for one in moved),
        sum(one.late == (True, False) for one in moved), min(spans, key=abs), max(spans, key=abs),
        tuple(samples[:MOST_SAMPLES]))
