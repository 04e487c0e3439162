"""Reading for supervisors: counts of what calls for a look, one page of it, and one case of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, defer

from app.auth import queries as auth
from app.cases import queries as cases
from app.cases.model import Case, CaseEntry
from app.deadlines import Countdown, calendar_of
from app.deadlines.model import Deadline
from app.engine.model import IncidentRow, OpenTaskRow
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import NotFound, msg
from app.supervision import scope
from app.supervision.asking import CHOICES, PERIODS, REASONS, OversightFilter
from app.supervision.views import ClockAt, OversightPage, OversightRow, TaskAt, Today

__all__ = ["CHOICES", "PERIODS", "REASONS", "OversightFilter", "OversightPage", "OversightRow", "Today", "needs_today",
           "oversight_case", "oversight_page"]

SIZE = 50
TODAY = ("incident", "ruling", "late", "soon", "returned", "unhappy")
"""Reasons that cannot wait, the most pressing first."""


def oversight_page(session: Session, actor: Actor, wanted: OversightFilter | None = None, page: int = 1,
                   size: int = SIZE) -> OversightPage:
    """What is asked for, the longest overdue first; a page beyond the last is the last. Raises Forbidden.

    The order by date is that of the working time that passed since: it only grows, however the calendar lies.
    """
    wanted, reader = wanted or OversightFilter(), scope.overseer(session, actor, clock.now())
    inside, why = scope.filtered(session, reader, wanted), scope.reasons(reader, wanted)
    counts = _counts(session, inside, why)
    total = counts[wanted.reason]
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    rows = _rows(session, reader, _first(session, wanted.reason, [*inside, why[wanted.reason]], size, page, wanted))
    return OversightPage(rows, total, page, pages, counts, _by_clock(session, reader, inside))


def needs_today(session: Session, actor: Actor, most: int = 5) -> Today:
    """What calls for a look now: all counts, clocks by colour, the first cases of each reason. Raises Forbidden."""
    reader = scope.overseer(session, actor, clock.now())
    inside, why = scope.filtered(session, reader, OversightFilter()), scope.reasons(reader, OversightFilter())
    counts, parts = _counts(session, inside, why), {}
    for reason in TODAY:
        if counts[reason]:
            parts[reason] = _rows(session, reader, _first(session, reason, [*inside, why[reason]], most, 1))
    running = session.scalar(select(func.count()).select_from(Case).where(Case.status == "open", *inside)) or 0
    colours = {"red": counts["late"], "yellow": counts["soon"], "green": running - counts["late"] - counts["soon"]}
    return Today(counts, colours, parts)


def oversight_case(session: Session, actor: Actor, case_id: UUID) -> OversightRow:
    """One case of those the reader oversees. Raises Forbidden, NotFound."""
    reader = scope.overseer(session, actor, clock.now())
    inside = scope.filtered(session, reader, OversightFilter())
    found = session.scalars(select(Case).where(Case.id == case_id, *inside)).one_or_none()
    if found is None:
        raise NotFound(msg("There is no such request."))
    return _rows(session, reader, [found])[0]


def _first(session: Session, reason: str, conditions: list[ColumnElement[bool]], size: int, page: int,
           wanted: OversightFilter | None = None) -> list[Case]:
    """A page of cases: the worst rated, or those whose date passes first."""
    order: Sequence[Any] = ([scope.due(wanted or OversightFilter()).asc().nulls_last(), Case.id] if reason != "unhappy"
                            else [Case.status.desc(), Case.rating.asc().nulls_last(), Case.id.desc()])
    query = (select(Case).where(*conditions).order_by(*order).limit(size).offset((page - 1) * size)
             .options(defer(Case.text), defer(Case.fields)))
    return list(session.scalars(query))


def _counts(session: Session, inside: list[ColumnElement[bool]], why: Mapping[str, ColumnElement[bool]],
            ) -> dict[str, int]:
    """All reasons in one pass over the cases that are open or were closed a short while ago."""
    columns = [func.sum(case((why[name], 1), else_=0)) for name in REASONS]
    query = select(*columns).select_from(Case).where(*inside, or_(
        Case.status == "open", why["unhappy"], why["incident"]))
    found = session.execute(query).one()
    return {name: int(number or 0) for name, number in zip(REASONS, found, strict=True)}


def _by_clock(session: Session, reader: scope.Overseer, inside: list[ColumnElement[bool]]) -> dict[str, int]:
    query = (select(Deadline.name, func.count()).select_from(Deadline)
             .join(Case, and_(Case.tenant_id == Deadline.tenant_id, Case.id == Deadline.case_id))
             .where(Deadline.state == "running", Deadline.due_at < reader.now, Case.status == "open", *inside)
             .group_by(Deadline.name).order_by(Deadline.name))
    return {str(name): int(number) for name, number in session.execute(query)}


def _rows(session: Session, reader: scope.Overseer, found: list[Case]) -> tuple[OversightRow, ...]:
    """A fixed number of look-ups, however many cases stand on the page."""
    ids, names, veils = [one.id for one in found], cases.Names(session), cases.Veils(session, reader.actor)
    places, clocks = cases.places_of(session, found), _clocks(session, reader.now, ids)
    tasks, stopped = _tasks(session, found), _count(session, IncidentRow.instance_id, [
        IncidentRow.instance_id.in_([one.instance_id for one in found]), IncidentRow.resolved_at.is_(None)])
    returned = _count(session, CaseEntry.case_id, [CaseEntry.case_id.in_(ids), CaseEntry.kind == "return"])
    return tuple(OversightRow(
        case_id=one.id, number=one.number, service_zh=names.service(one.service)[0],
        service_en=names.service(one.service)[1], module=one.module, unit=one.unit, unit_zh=names.unit(one.unit)[0],
        unit_en=names.unit(one.unit)[1], place=veils.of(one).cover(places[one.id]), urgency=one.urgency,
        phase=one.phase, status=one.status, outcome=one.outcome, rating=one.rating, solved=one.solved,
        submitted_at=one.submitted_at, clocks=clocks.get(one.id, ()), tasks=tasks.get(one.instance_id, ()),
        returned=returned.get(one.id, 0), reopened=one.rounds - 1, stopped=stopped.get(one.instance_id, 0))
        for one in found)


def _count(session: Session, column: Any, conditions: Iterable[ColumnElement[bool]]) -> dict[UUID | None, int]:
    query = select(column, func.count()).where(*conditions).group_by(column)
    return {key: int(number) for key, number in session.execute(query)}


def _clocks(session: Session, now: datetime, case_ids: list[UUID]) -> dict[UUID, tuple[ClockAt, ...]]:
    """The running clocks of cases, the nearest date first."""
    countdown = Countdown(calendar_of(session, session.info["tenant_id"]), now)
    found: dict[UUID, list[ClockAt]] = {}
    query = select(Deadline).where(Deadline.case_id.in_(case_ids), Deadline.state == "running")
    for row in session.scalars(query.order_by(Deadline.due_at)):
        state = "late" if row.due_at < now else "soon" if row.warn_at is not None and row.warn_at < now else "running"
        left = countdown.to(row.due_at, str(row.budget["unit"]))
        found.setdefault(row.case_id, []).append(ClockAt(row.name, row.due_at, left, state))
    return {case_id: tuple(rows) for case_id, rows in found.items()}


def _tasks(session: Session, found: list[Case]) -> dict[UUID | None, tuple[TaskAt, ...]]:
    """The open tasks of cases by instance; a hold that no longer binds counts as none."""
    query = (select(OpenTaskRow).where(OpenTaskRow.instance_id.in_([one.instance_id for one in found]))
             .order_by(OpenTaskRow.opened_at, OpenTaskRow.id)
             .options(defer(OpenTaskRow.variables), defer(OpenTaskRow.properties)))
    rows = list(session.scalars(query))
    holders = cases.binding_holders(session, rows)
    names = auth.names(session, set(holders.values()))
    made: dict[UUID | None, list[TaskAt]] = {}
    for row in rows:
        holder = names.get(holders[row.id], "") if row.id in holders else ""
        made.setdefault(row.instance_id, []).append(
            TaskAt(row.id, row.name, row.name_en, holder, tuple(str(group) for group in row.groups)))
    return {instance: tuple(tasks) for instance, tasks in made.items()}
