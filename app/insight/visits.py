"""How the residents of ended cases were asked and what they said, by unit, module and piece of a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.model import Case
from app.insight.counting import Inside, summed, within
from app.insight.periods import DAY, Period
from app.kernel.commands import Actor

ASKED, INVITED, AT_ONCE = ("phone", "on_site"), "invite", "at_once"


@dataclass(frozen=True)
class VisitFigures:
    """Cases that ended in `first` to `last`, of one unit and module (None: none). Each number counts cases.

    By the visit decision: `visited` (a caller was to ask), `invited`, `at_once` (said it during the call), `nobody`;
    together `ended`. `answered`: a face, or whether it is solved. What counts as satisfied or solved is said by the
    tables of the three rates (`app.insight.rates`).
    """

    first: date
    last: date
    unit: str | None
    module: str | None
    ended: int
    visited: int
    invited: int
    at_once: int
    nobody: int
    answered: int


def visit_figures(session: Session, actor: Actor, period: Period) -> tuple[VisitFigures, ...]:
    """One statement. `period.by` month gives months. Raises Forbidden; outside firms' people see their units only."""
    policy.require(actor, "insight.read")
    bound = cases.bound_units(session, actor)
    inside: Inside = () if bound is None else (Case.unit.in_(sorted(bound)),)
    cuts = period.cuts()
    piece = case(*((Case.closed_at < period.moment(last + DAY), at) for at, (_first, last) in enumerate(cuts)))
    answered = (Case.rating.is_not(None)) | (Case.solved.is_not(None))
    counted = (Case.visit.in_(ASKED), Case.visit == INVITED, Case.visit == AT_ONCE, answered)
    sums = (func.count(), *map(summed, counted))
    rows = (select(piece.label("piece"), Case.id).where(within(Case.closed_at, period), *inside)).subquery()
    query = (select(rows.c.piece, Case.unit, Case.module, *sums).join(rows, rows.c.id == Case.id)
             .group_by(rows.c.piece, Case.unit, Case.module))
    found = [_row(cuts[at], unit, module, [int(one) for one in numbers])
             for at, unit, module, *numbers in session.execute(query)]
    return tuple(sorted(found, key=lambda one: (one.first, one.unit or "", one.module or "")))


def _row(cut: tuple[date, date], unit: str | None, module: str | None, numbers: list[int]) -> VisitFigures:
    ended, visited, invited, at_once, answered = numbers
    nobody = ended - visited - invited - at_once
    return VisitFigures(*cut, unit, module, ended, visited, invited, at_once, nobody, answered)
