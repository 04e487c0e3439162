"""The sums, done by the database. Moments are compared, never cut into days: so both databases count alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.cases.model import Case
from app.cases.queries import PROMISE
from app.deadlines.model import Deadline
from app.insight.periods import DAY, Period
from app.insight.views import FACES

NOT_HANDLED = ("not_accepted", "withdrawn", "joined")
"""Cases that ended so were not handled: they tell nothing of how well."""
Inside = Sequence[ColumnElement[bool]]


def summed(condition: Any) -> ColumnElement[int]:
    """How many rows meet the condition; 0 for no rows."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def within(column: InstrumentedAttribute[Any], period: Period) -> ColumnElement[bool]:
    """Whether a moment lies in the period."""
    return and_(column >= period.starts(), column < period.ends())


def by_piece(session: Session, period: Period, inside: Inside, column: InstrumentedAttribute[Any],
             ) -> list[dict[str, int]]:
    """For each piece of the period: module code -> cases whose moment lies in it."""
    cuts = period.cuts()
    piece = case(*((column < period.moment(last + DAY), at) for at, (_first, last) in enumerate(cuts)))
    rows = (select(piece.label("piece"), func.coalesce(Case.module, "").label("module"))
            .where(within(column, period), *inside).subquery())
    found: list[dict[str, int]] = [{} for _ in cuts]
    query = select(rows.c.piece, rows.c.module, func.count()).group_by(rows.c.piece, rows.c.module)
    for at, module, number in session.execute(query):
        found[at][module] = int(number)
    return found


def by_code(session: Session, period: Period, inside: Inside, column: InstrumentedAttribute[Any],
            ) -> dict[Any, tuple[int, int]]:
    """Value of the column -> (cases that came in during the period, during the one before)."""
    start = period.starts()
    query = (select(column, summed(Case.submitted_at >= start), summed(Case.submitted_at < start))
             .where(Case.submitted_at >= period.before().starts(), Case.submitted_at < period.ends(), *inside)
             .group_by(column))
    return {code: (int(now), int(before)) for code, now, before in session.execute(query)}


def closed_by_unit(session: Session, period: Period, inside: Inside) -> dict[str | None, tuple[int, ...]]:
    """Unit -> (closed, of them handled, of these reopened, settled at the first contact, then faces 5 to 1).

    Settled at the first contact: handled, passed to no unit and not opened again.
    """
    handled = or_(Case.outcome.is_(None), Case.outcome.not_in(NOT_HANDLED))
    query = (select(Case.unit, func.count(), summed(handled), summed(and_(handled, Case.rounds > 1)),
                    summed(and_(handled, Case.rounds == 1, Case.unit.is_(None))),
                    *(summed(Case.rating == face) for face in FACES))
             .where(within(Case.closed_at, period), *inside).group_by(Case.unit))
    return {unit: tuple(int(one) for one in sums) for unit, *sums in session.execute(query)}


def clocks_by_unit(session: Session, period: Period, inside: Inside, now: datetime,
                   ) -> dict[str | None, tuple[int, int, int, int]]:
    """Unit -> (clocks, in time, promises, kept).

    Counted are clocks that were met in the period, and those that ran out in it while the case was open and they ran
    (the clock of a request that was taken back is dropped, never met). A promise is kept when the answer came in time,
    at the first go and without an extension.
    """
    met = and_(Deadline.state == "stopped", within(Deadline.stopped_at, period))
    ran = or_(Deadline.state == "running", and_(Deadline.state == "dropped", Deadline.paused_at.is_(None)))
    over = and_(ran, Deadline.due_at >= period.starts(),
                Deadline.due_at < min(period.ends(), now),
                or_(Case.closed_at.is_(None), Deadline.due_at < Case.closed_at))
    in_time = and_(Deadline.state == "stopped", Deadline.stopped_at <= Deadline.due_at)
    promise = Deadline.name == PROMISE
    kept = and_(promise, in_time, Deadline.extensions == 0, Deadline.round == 1)
    query = (select(Case.unit, func.count(), summed(in_time), summed(promise), summed(kept)).select_from(Deadline)
             .join(Case, and_(Case.tenant_id == Deadline.tenant_id, Case.id == Deadline.case_id))
             .where(or_(met, over), *inside).group_by(Case.unit))
    return {unit: (int(all_), int(good), int(said), int(true))
            for unit, all_, good, said, true in session.execute(query)}


def open_by_unit(session: Session, inside: Inside, now: datetime) -> dict[str | None, tuple[int, int]]:
    """Unit -> (cases open now, of them with a clock that has passed)."""
    passed = (select(func.min(Deadline.due_at)).where(
        Deadline.tenant_id == Case.tenant_id, Deadline.case_id == Case.id, Deadline.state == "running")
        .correlate(Case).scalar_subquery())
    query = (select(Case.unit, func.count(), summed(passed < now)).where(Case.status == "open", *inside)
             .group_by(Case.unit))
    return {unit: (int(number), int(late)) for unit, number, late in session.execute(query)}
