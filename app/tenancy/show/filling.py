"""Reading how far it is, and taking a part in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import Conflict, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy.show.model import DemoFilling


@dataclass(frozen=True)
class Progress:
    """How far the filling of an office is; `done` once all parts are there."""

    seed: int
    wanted: int
    last_day: date
    parts: int
    parts_done: int
    cases: int
    done: bool


def progress(session: Session) -> Progress | None:
    """Of the session's office; None for one that is not filled."""
    row = session.scalars(select(DemoFilling)).one_or_none()
    return None if row is None else Progress(
        row.seed, row.wanted, row.last_day, row.parts, row.parts_done, row.cases, row.ended_at is not None)


def take_part(uow: UnitOfWork, number: int, cases: int) -> None:
    """In the transaction that brings the rows of part `number` (from 0). Conflict when another process was faster."""
    row = uow.session.scalars(select(DemoFilling).with_for_update()).one()
    if row.parts_done != number:
        raise Conflict(msg("This part of the year is there already."))
    row.parts_done, row.cases = number + 1, row.cases + cases
    if row.parts_done == row.parts:
        row.ended_at = uow.now
