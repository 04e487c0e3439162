"""A diagram as a dashboard: what happened at each element in a period, and what stands there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.queries import Standing
from app.deadlines import calendar_of
from app.insight import passages
from app.insight.histogram import percentile
from app.insight.model import PassageDay, PassageRun
from app.insight.passages import Tally
from app.insight.periods import DAY, Period
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import Forbidden, msg

MOST_FRESH = 31
"""Days that a page counts from the steps themselves, where the worker has not come to them yet."""
MEDIAN, MOST = 0.5, 0.9


@dataclass(frozen=True)
class Heat:
    """One element or flow. Times in seconds of working time, None where nothing was timed; flows have passages only.

    `rework`: passages of cases that had been there before; `overdue`: those during which a legal limit ran out.
    """

    live: int = 0
    passages: int = 0
    rework: int = 0
    overdue: int = 0
    median: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class HeatFigures:
    """`elements`: id -> figures. `counted`: False while days of the period wait for the worker."""

    elements: Mapping[str, Heat]
    counted: bool


def heat(session: Session, tenant_id: UUID, actor: Actor, process_id: str, period: Period,
         digest: str = "") -> HeatFigures:
    """Of one version, or of all (empty `digest`). Raises Forbidden, also for people of outside firms: these are figures
    of the whole office."""
    policy.require(actor, "insight.read")
    if cases.bound_units(session, actor) is not None:
        raise Forbidden(msg("You may not do this."))
    tallies = _counted(session, process_id, period, digest)
    whole = _add_fresh(session, tenant_id, process_id, period, digest, tallies)
    live = cases.live_counts(session, Standing(process_id, digest))
    return HeatFigures({name: _heat(tallies.get(name) or Tally(), live.get(name, 0)) for name in {*tallies, *live}},
                       whole)


def _heat(tally: Tally, live: int) -> Heat:
    return Heat(live, tally.passages, tally.rework, tally.overdue, percentile(tally.times, MEDIAN),
                percentile(tally.times, MOST))


def _counted(session: Session, process_id: str, period: Period, digest: str) -> dict[str, Tally]:
    """What the worker has counted."""
    query = select(PassageDay.figures).where(
        PassageDay.process_id == process_id, PassageDay.day >= period.first, PassageDay.day <= period.last)
    found: dict[str, Tally] = {}
    for figures in session.scalars(query.where(PassageDay.hash == digest) if digest else query):
        _add(found, {name: Tally.of(document) for name, document in figures.items()})
    return found


def _add(found: dict[str, Tally], more: Mapping[str, Tally]) -> None:
    for name, tally in more.items():
        found.setdefault(name, Tally()).add(tally)


def _add_fresh(session: Session, tenant_id: UUID, process_id: str, period: Period, digest: str,
               found: dict[str, Tally]) -> bool:
    """Days that are not counted yet, today among them; whether those are all that was missing."""
    today = clock.now().astimezone(period.zone).date()
    through = session.scalar(select(PassageRun.through))
    last = min(period.last, today)
    first = max(period.first, through + DAY) if through is not None else period.first
    if first > last:
        return True
    begin = max(first, last - DAY * (MOST_FRESH - 1))
    span = replace(period, first=begin, last=last)
    calendar = calendar_of(session, tenant_id)
    fresh = passages.between(session, tenant_id, calendar, span.starts(), span.ends(), process_id)
    for (_process, version), tallies in fresh.items():
        if not digest or version == digest:
            _add(found, tallies)
    return begin == first
