"""Open clocks of cases follow the office's calendar."""

from __future__ import annotations

from app.cases import recalculating
from app.deadlines import following
from app.kernel.unit_of_work import UnitOfWork


@following.follower("cases")
def follow_calendar(uow: UnitOfWork) -> int:
    """In the transaction of the change."""
    return recalculating.recalculate(uow)
