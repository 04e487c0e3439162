"""What a change did: the topic's requests as many days before and after it, beside everything else that was asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.demand import reading, statistic
from app.demand.cells import Cell, Row
from app.demand.looking import DAY, start_of
from app.kernel.errors import Conflict, msg

CONTROL = 30
"""Other requests in each half from which on they tell how the office as a whole went up or down."""
CONTENT = 3
"""Ratings from this on are satisfied (好差评, 国办发〔2019〕51号)."""


@dataclass(frozen=True)
class Side:
    """One half: its days (ISO), requests of the topic, all `others`, and how they ended, of those who answered."""

    first: str
    last: str
    count: int
    others: int
    solved: int
    solved_of: int
    satisfied: int
    satisfied_of: int

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Side:
        """From a stored document."""
        return cls(**document)

    def document(self) -> dict[str, Any]:
        """As stored."""
        return asdict(self)


@dataclass(frozen=True)
class Effect:
    """The rate after by the rate before with its bounds, and how certain it is that it fell."""

    days: int
    before: Side
    after: Side
    ratio: statistic.Interval
    sure: float


def effect(session: Session, zone: ZoneInfo, cell: Cell, changed_at: datetime, now: datetime, days: int) -> Effect:
    """`days` after the day of the change, as far as they are over, against as many before it. Conflict when no day is.

    Where enough else was asked in both halves, rates are taken by that instead of by days: then a quiet season or a
    new channel of the whole office is no effect of the change.
    """
    changed, today = changed_at.astimezone(zone).date(), now.astimezone(zone).date()
    days = min(days, (today - changed).days - 1)
    if days < 1:
        raise Conflict(msg("No full day has passed since the change: there is nothing to measure yet."))
    first, end = changed - DAY * days, changed + DAY * (days + 1)
    rows = reading.rows(session, zone, start_of(first, zone), start_of(end, zone))
    before = _side(cell, [row for row in rows if row.day < changed], first, days)
    after = _side(cell, [row for row in rows if row.day > changed], changed + DAY, days)
    fair = min(before.others, after.others) >= CONTROL
    lengths = (float(after.others), float(before.others)) if fair else (float(days), float(days))
    return Effect(days, before, after, statistic.ratio(after.count, lengths[0], before.count, lengths[1]),
                  statistic.less_than(after.count, lengths[0], before.count, lengths[1]))


def _side(cell: Cell, rows: Collection[Row], first: date, days: int) -> Side:
    inside = reading.in_cell(cell, rows)
    named = {row.person for row in inside if row.person is not None}
    count = len(named) + sum(row.person is None for row in inside)
    told = [row.solved for row in inside if row.solved is not None]
    rated = [row.rating for row in inside if row.rating is not None]
    return Side(first.isoformat(), (first + timedelta(days=days - 1)).isoformat(), count, len(rows) - len(inside),
                sum(one == "yes" for one in told), len(told), sum(one >= CONTENT for one in rated), len(rated))
