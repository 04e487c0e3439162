"""The inbox in SQL: which tasks a reader sees in each tab, filters, orders. Everything is done by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.auth import policy
from app.auth import queries as auth
from app.cases import sources
from app.cases.inbox_filter import InboxFilter
from app.cases.model import REQUEST, Case, every
from app.cases.queries.veil import Veils
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskGroup, OpenTaskRow
from app.kernel.commands import Actor
from app.kernel.errors import Forbidden, msg
from app.tenancy import search
from app.tenancy.model import Place

MOST_FOUND, MUCH = 500, 0.5
"""How many cases the words may name, and how much of what was asked a request must hold."""


def _nearest(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """The smallest value among the case's running clocks: one look into the index of each case, however many there are.

    A grouped join over all clocks is faster on paper, but without statistics planners make it quadratic.
    """
    return (select(func.min(column)).where(Deadline.tenant_id == Case.tenant_id, Deadline.case_id == Case.id,
                                           Deadline.state == "running").correlate(Case).scalar_subquery())


CLOCK_DUE, WARN = _nearest(Deadline.due_at), _nearest(Deadline.warn_at)
DUE = func.coalesce(OpenTaskRow.due_at, CLOCK_DUE)
BY_DATE = DUE.label("due")
TITLE = case((Case.nature == REQUEST, ""), else_=func.substr(Case.text, 1, 80)).label("title")
"""What an internal matter is called; a request is called by its service."""


@dataclass(frozen=True)
class Reader:
    """Who reads, at which moment, and for whom they stand in."""

    actor: Actor
    now: datetime
    today: date
    absent: frozenset[UUID]

    def scopes(self) -> tuple[str, ...]:
        """The tabs this reader has."""
        found = ["group", "mine"]
        if self.absent:
            found.append("standin")
        if self.headed() and not policy.can(self.actor, "task.read_all"):
            found.append("unit")
        if policy.can(self.actor, "task.read_all"):
            found.append("all")
        return tuple(found)

    def headed(self) -> set[str]:
        """The units whose tasks the reader may reassign."""
        if not policy.can(self.actor, "task.reassign"):
            return set()
        may = policy.roles_that_may("task.reassign")
        return policy.units_of(group for group in self.actor.groups if group.partition("@")[0] in may)


def reader_of(session: Session, actor: Actor, now: datetime, today: date) -> Reader:
    """Raises Forbidden for whoever works on no tasks."""
    policy.require(actor, "task.read")
    return Reader(actor, now, today, frozenset(auth.stood_in_for(session, actor.user_id)))


def joined(columns: tuple[Any, ...]) -> Select[Any]:
    """Open tasks with their cases, or internal matters; that these are open too lets the index leave out the many that
    are closed.
    """
    return every(select(*columns).select_from(OpenTaskRow)
                 .join(Case, (Case.tenant_id == OpenTaskRow.tenant_id) & (Case.instance_id == OpenTaskRow.instance_id)
                       & (Case.status == "open")))


def in_scope(reader: Reader, scope: str) -> ColumnElement[bool]:
    """The tasks of a tab. Raises Forbidden for a tab the reader does not have."""
    if scope not in reader.scopes():
        if scope == "standin":
            return OpenTaskRow.id.is_(None)  # the absence is over: an old link shows an empty tab
        raise Forbidden(msg("You may not do this."))
    own = _of_groups(OpenTaskGroup.group_name.in_(sorted(reader.actor.groups)))
    if scope == "group":
        return own
    if scope == "mine":
        given = OpenTaskRow.assigned_by.is_not(None)
        return and_(OpenTaskRow.claimed_by == reader.actor.user_id, or_(own, given))
    if scope == "standin":
        return and_(OpenTaskRow.claimed_by.in_(reader.absent), own)
    if scope == "unit":
        ends = [OpenTaskGroup.group_name.endswith(f"@{unit}", autoescape=True) for unit in sorted(reader.headed())]
        return _of_groups(or_(*ends))
    return OpenTaskRow.id.is_not(None)


def _of_groups(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return OpenTaskRow.id.in_(select(OpenTaskGroup.task_id).where(condition))


def filtered(session: Session, reader: Reader, wanted: InboxFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter, within the tab: nothing a filter names widens what is seen."""
    late = _late(reader)
    soon = and_(reader.now > WARN, ~late)
    parts: dict[str, dict[str, ColumnElement[bool]]] = {
        "due": {"late": late, "soon": soon, "none": DUE.is_(None)},
        "taken": {"yes": OpenTaskRow.claimed_by.is_not(None), "no": OpenTaskRow.claimed_by.is_(None)},
        "follow_up": {"now": OpenTaskRow.follow_up_on <= reader.today,
                      "later": OpenTaskRow.follow_up_on > reader.today}}
    found = [in_scope(reader, wanted.scope)]
    found += [choices[getattr(wanted, name)] for name, choices in parts.items() if getattr(wanted, name)]
    if wanted.group:
        found.append(_of_groups(OpenTaskGroup.group_name == wanted.group))
    if wanted.unit:
        found.append(Case.unit == wanted.unit)
    if wanted.service:
        found.append(or_(Case.service == wanted.service, Case.module == wanted.service))
    if wanted.urgency:
        found.append(Case.urgency == wanted.urgency)
    if wanted.q:
        found.append(_said(session, reader, wanted.q))
    return found


def _late(reader: Reader) -> ColumnElement[bool]:
    return func.coalesce(or_(reader.now > DUE, reader.now > CLOCK_DUE), False)


def _said(session: Session, reader: Reader, q: str) -> ColumnElement[bool]:
    """Number, place, service, or words of the resident."""
    services = [code for code, names in sources.names(session, "services").items()
                if q.lower() in f"{code} {names[0]} {names[1]}".lower()]
    refs = [UUID(one.ref) for one in search.find(session, q, ("case",), MOST_FOUND, least=MUCH)]
    veils = Veils(session, reader.actor)  # words that a reader may not see find nothing either
    said = [one.id for one in session.scalars(select(Case).where(Case.id.in_(refs))) if not veils.of(one).hidden]
    places = select(Place.id).where(Place.name.icontains(q, autoescape=True))
    return or_(Case.number.contains(q, autoescape=True), Case.place_text.icontains(q, autoescape=True),
               Case.place_id.in_(places), Case.service.in_(services), Case.id.in_(said))


def ordered(reader: Reader, sort: str) -> list[ColumnElement[Any]]:
    """Pressing: what is planned for later goes last unless it is late; then priority, the nearest date, age.

    The number is joined with nothing so that no planner walks the index of all numbers ever given.
    """
    later = and_(OpenTaskRow.follow_up_on > reader.today, ~_late(reader))
    parked = case((func.coalesce(later, False), 1), else_=0)
    age = [OpenTaskRow.opened_at, OpenTaskRow.id]  # the id alone is random
    by_date = [BY_DATE.asc().nulls_last()]
    pressing = [parked, OpenTaskRow.priority.desc(), *by_date, *age]
    orders: dict[str, list[Any]] = {
        "pressing": pressing, "due": [*by_date, *age],
        "age": age, "number": [Case.number.concat(""), *age],
        "service": [Case.service.is_(None), Case.service, *pressing],
        "follow_up": [OpenTaskRow.follow_up_on.is_(None), OpenTaskRow.follow_up_on, *pressing]}
    return orders[sort]
