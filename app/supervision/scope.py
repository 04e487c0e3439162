"""Supervision in SQL: which cases the reader oversees, what calls for a look, filters. The database does the work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Text, and_, false, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.model import Case, CaseEntry
from app.deadlines.model import Deadline
from app.engine.model import IncidentRow, OpenTaskRow
from app.kernel.commands import Actor
from app.supervision.asking import PERIODS, OversightFilter
from app.tenancy import queries as tenancy

BAD = 2
"""The two lowest of the five faces count as bad."""
MEMORY = timedelta(days=30)
"""So long a closed case with a bad rating stays in sight."""
RULING = '%"entry.kind":"ruling"%'
"""How a diagram marks the task of a ruling, as the open task's document stores it."""


@dataclass(frozen=True)
class Overseer:
    """Who reads, when, and the units they oversee; None: all of the office."""

    actor: Actor
    now: datetime
    units: frozenset[str] | None


def overseer(session: Session, actor: Actor, now: datetime) -> Overseer:
    """Who reads all tasks oversees the office, a head the units they head, an outside firm's people their own units.

    Raises Forbidden.
    """
    policy.require(actor, "oversight.read")
    bound = cases.bound_units(session, actor)
    if bound is None and not policy.can(actor, "task.read_all"):
        may = policy.roles_that_may("oversight.read")
        bound = frozenset(policy.units_of(group for group in actor.groups if group.partition("@")[0] in may))
    return Overseer(actor, now, bound)


def _nearest(column: InstrumentedAttribute[Any], *conditions: ColumnElement[bool]) -> ScalarSelect[Any]:
    """The smallest value among the case's running clocks: one look into the index for each case."""
    return (select(func.min(column)).where(Deadline.tenant_id == Case.tenant_id, Deadline.case_id == Case.id,
                                           Deadline.state == "running", *conditions).correlate(Case).scalar_subquery())


def _of_clock(wanted: OversightFilter) -> tuple[ColumnElement[bool], ...]:
    return (Deadline.name == wanted.clock,) if wanted.clock else ()


def due(wanted: OversightFilter) -> ScalarSelect[Any]:
    """The date that passes, or passed, first: of all running clocks, or of the one asked for."""
    return _nearest(Deadline.due_at, *_of_clock(wanted))


def reasons(reader: Overseer, wanted: OversightFilter) -> dict[str, ColumnElement[bool]]:
    """What calls for a look, as conditions on a case."""
    is_open, nearest = Case.status == "open", due(wanted)
    warned = _nearest(Deadline.warn_at, *_of_clock(wanted))
    returned = select(CaseEntry.case_id).where(CaseEntry.kind == "return")
    ruling = select(OpenTaskRow.instance_id).where(type_coerce(OpenTaskRow.properties, Text).like(RULING))
    stopped = select(IncidentRow.instance_id).where(IncidentRow.resolved_at.is_(None))
    bad = or_(Case.rating <= BAD, Case.solved == "no", Case.outcome == "unresolved")
    return {
        "late": and_(is_open, nearest < reader.now),
        "soon": and_(is_open, warned < reader.now, nearest >= reader.now),
        "returned": and_(is_open, Case.id.in_(returned)),
        "reopened": and_(is_open, Case.rounds > 1),
        "ruling": and_(is_open, Case.instance_id.in_(ruling)),
        "unhappy": and_(bad, or_(is_open, Case.closed_at >= reader.now - MEMORY)),
        "incident": Case.instance_id.in_(stopped)}


def filtered(session: Session, reader: Overseer, wanted: OversightFilter) -> list[ColumnElement[bool]]:
    """The reader's cases within the filters; nothing a filter names widens what is seen."""
    found: list[ColumnElement[bool]] = []
    if reader.units is not None:
        found.append(Case.unit.in_(sorted(reader.units)) if reader.units else false())
    if wanted.unit:
        found.append(Case.unit == wanted.unit)
    if wanted.service:
        found.append(or_(Case.service == wanted.service, Case.module == wanted.service))
    if wanted.phase:
        found.append(Case.phase == wanted.phase)
    if wanted.place:
        found.append(Case.place_id.in_(tenancy.place_ids_within(session, wanted.place)))
    if wanted.period:
        found.append(Case.submitted_at >= reader.now - timedelta(days=PERIODS[wanted.period]))
    return found
