"""Handlers: counting the passages of finished days. A day is counted whole, so doing it again changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import delete, func, select

from app.cases.model import Case, every
from app.deadlines import calendar_of
from app.insight import passages
from app.insight.commands import REST, CountPassages, ForgetPassages
from app.insight.model import PassageDay, PassageRun
from app.insight.periods import DAY, Period
from app.kernel.bus import handles
from app.kernel.commands import SYSTEM, Actor
from app.kernel.errors import Forbidden, msg
from app.kernel.ids import new_id
from app.kernel.unit_of_work import UnitOfWork
from app.kernel.upsert import insert_missing
from app.tenancy import zones


@handles(CountPassages)
def count_passages(command: CountPassages, uow: UnitOfWork) -> dict[str, Any]:
    """From the day behind the last one that is counted, else from the office's first request.

    Days on which no case went on hold nothing to count: an office that was closed for long has caught up at once.
    """
    _only_machine(uow.actor)
    run, zone = _lock(uow), zones.zone_of(uow.session, uow.tenant_id)
    last = (uow.now - REST).astimezone(zone).date() - DAY
    first = run.through + DAY if run.through is not None else _first(uow, zone)
    if first is None or first > last:
        run.through = run.through or last
        return {"days": 0, "more": False}
    uow.session.execute(delete(PassageDay).where(PassageDay.day >= first, PassageDay.day <= last))
    begun, goes_on = first, passages.next_step(uow.session, Period(first, first, "day", zone).starts())
    first = max(first, goes_on.astimezone(zone).date()) if goes_on is not None else last + DAY
    end = min(last, first + DAY * (max(1, command.days) - 1))
    calendar = calendar_of(uow.session, uow.tenant_id)
    for number in range((end - first).days + 1):
        day = first + DAY * number
        span = Period(day, day, "day", zone)
        counted = passages.between(uow.session, uow.tenant_id, calendar, span.starts(), span.ends())
        for (process_id, digest), tallies in sorted(counted.items()):
            uow.session.add(PassageDay(
                tenant_id=uow.tenant_id, id=new_id(), process_id=process_id, hash=digest, day=day,
                figures={name: tallies[name].document() for name in sorted(tallies)}))
    run.through = end
    return {"days": (end - begun).days + 1, "more": end < last}


@handles(ForgetPassages)
def forget_passages(command: ForgetPassages, uow: UnitOfWork) -> dict[str, Any]:
    """Pages count the newest days from the steps until the worker has done it."""
    _only_machine(uow.actor)
    _lock(uow).through = None
    uow.session.execute(delete(PassageDay))
    return {}


def _only_machine(actor: Actor) -> None:
    if actor.kind != SYSTEM.kind:
        raise Forbidden(msg("You may not do this."))


def _lock(uow: UnitOfWork) -> PassageRun:
    insert_missing(uow.session, PassageRun, tenant_id=uow.tenant_id, id=uow.tenant_id, through=None)
    query = select(PassageRun).where(PassageRun.id == uow.tenant_id).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def _first(uow: UnitOfWork, zone: Any) -> date | None:
    first = uow.session.scalar(every(select(func.min(Case.submitted_at))))
    return None if first is None else first.astimezone(zone).date()
