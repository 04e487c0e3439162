"""The inbox in SQL: which tasks a reader sees in each tab, and filters. Everything is done by the database.

Conditions are on the columns that an open task bears for lists (`cases.placing`), so that an index alone answers them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.auth import policy
from app.auth import queries as auth
from app.cases import placing, sources
from app.cases.inbox_filter import InboxFilter
from app.cases.model import REQUEST, Case, every
from app.cases.queries.veil import Veils
from app.deadlines.model import Deadline
from app.engine.model import NO_QUEUE, OpenTaskGroup, OpenTaskRow
from app.kernel.commands import Actor
from app.kernel.errors import Forbidden, msg
from app.kernel.fixed import SCOPED
from app.tenancy import search
from app.tenancy.model import Place

MOST_FOUND, MUCH = 500, 0.5
"""How many cases the words may name, and how much of what was asked a request must hold."""
TASK = OpenTaskRow.__table__.c
Condition = ColumnElement[bool]


def _nearest(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """The smallest value among the case's running clocks: one look into the index for each row of the page."""
    return (select(func.min(column)).where(Deadline.tenant_id == Case.tenant_id, Deadline.case_id == Case.id,
                                           Deadline.state == "running").correlate(Case).scalar_subquery())


CLOCK_DUE, WARN = _nearest(Deadline.due_at), _nearest(Deadline.warn_at)
BY_DATE = func.coalesce(OpenTaskRow.due_at, CLOCK_DUE).label("due")
TITLE = case((Case.nature == REQUEST, ""), else_=func.substr(Case.text, 1, 80)).label("title")
"""What an internal matter is called; a request is called by its service."""


@dataclass(frozen=True)
class Reader:
    """Who reads, at which moment, for whom they stand in, and the queues in which the office's tasks lie now."""

    actor: Actor
    tenant_id: UUID
    now: datetime
    today: date
    absent: frozenset[UUID]
    queues: tuple[str, ...]

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

    @property
    def here(self) -> Condition:
        """The tasks of the office: in front of every condition, as in the indexes."""
        return TASK.tenant_id == self.tenant_id


def reader_of(session: Session, actor: Actor, now: datetime, today: date) -> Reader:
    """Raises Forbidden for whoever works on no tasks."""
    policy.require(actor, "task.read")
    tenant_id = session.info["tenant_id"]
    queues = tuple(session.scalars(scoped(_queues(tenant_id))))
    return Reader(actor, tenant_id, now, today, frozenset(auth.stood_in_for(session, actor.user_id)), queues)


def scoped(statement: Select[Any]) -> Select[Any]:
    """A statement on columns that says itself whose rows it means."""
    return statement.execution_options(**{SCOPED: True})


def _queues(tenant_id: UUID) -> Select[Any]:
    """The names of all queues: from each one look into the index for the next, however many tasks lie in them."""
    here = TASK.tenant_id == tenant_id
    known = select(func.min(TASK.queue).label("queue")).where(here).cte("known", recursive=True)
    after = select(func.min(TASK.queue)).where(here, TASK.queue > known.c.queue).scalar_subquery()
    known = known.union_all(select(after).where(known.c.queue.is_not(None)))
    return select(known.c.queue).where(known.c.queue.is_not(None))


def joined(columns: tuple[Any, ...]) -> Select[Any]:
    """Open tasks with their cases, or internal matters."""
    return every(select(*columns).select_from(OpenTaskRow)
                 .join(Case, (Case.tenant_id == OpenTaskRow.tenant_id) & (Case.instance_id == OpenTaskRow.instance_id)
                       & (Case.status == "open")))


@dataclass(frozen=True)
class Lanes:
    """The tasks of some groups: whole queues, and queues of whose tasks only those count that meet a condition."""

    whole: tuple[str, ...]
    sifted: tuple[tuple[str, Condition], ...]

    def condition(self, *, beside: bool = False) -> Condition:
        """That a task is one of them. `beside`: another condition finds the rows, and no index of queues is wanted."""
        queue = TASK.queue.concat("") if beside else TASK.queue
        if not self.sifted:
            return queue.in_(self.whole)
        names = [*self.whole, *(name for name, _condition in self.sifted)]
        alike: dict[int, tuple[Condition, list[str]]] = {}
        for name, condition in self.sifted:
            alike.setdefault(id(condition), (condition, []))[1].append(name)
        return and_(queue.in_(names), or_(queue.in_(self.whole), *(
            and_(queue.in_(some), condition) for condition, some in alike.values())))

    def arms(self) -> dict[str, tuple[Condition, ...]]:
        """Each queue, with what its tasks must meet."""
        return {**dict.fromkeys(self.whole, ()), **{name: (condition,) for name, condition in self.sifted}}


def lanes(reader: Reader, fits: Callable[[str], bool], named: Condition, allowed: Condition | None) -> Lanes:
    """The queues of groups that fit. `named`: the same of a row of groups; `allowed`: who of the barred may see it."""
    whole, sifted = [], []
    for name in reader.queues:
        if name == NO_QUEUE:
            of_groups = exists().where(OpenTaskGroup.tenant_id == TASK.tenant_id,
                                       OpenTaskGroup.task_id == TASK.id, named)
            sifted.append((name, of_groups if allowed is None else and_(of_groups, allowed)))
        elif not any(fits(group) for group in placing.groups_of(name)):
            continue
        elif allowed is not None and name.endswith(placing.BARRED):
            sifted.append((name, allowed))
        else:
            whole.append(name)
    return Lanes(tuple(whole), tuple(sifted))


def lanes_of(reader: Reader, scope: str) -> Lanes | None:
    """The queues of a tab; None for one that is not of queues alone."""
    if scope == "group":
        return _own(reader)
    if scope == "unit":
        ends = tuple(f"@{unit}" for unit in sorted(reader.headed()))
        named = or_(false(), *(OpenTaskGroup.group_name.endswith(end, autoescape=True) for end in ends))
        return lanes(reader, lambda group: group.endswith(ends), named, None)
    return None


def _own(reader: Reader) -> Lanes:
    mine = reader.actor.groups
    return lanes(reader, lambda group: group in mine, OpenTaskGroup.group_name.in_(sorted(mine)), _not_barred(reader))


def in_scope(reader: Reader, scope: str) -> Condition:
    """The tasks of a tab. Raises Forbidden for a tab the reader does not have."""
    if scope not in reader.scopes():
        if scope == "standin":
            return and_(reader.here, TASK.id.is_(None))  # the absence is over: an old link shows an empty tab
        raise Forbidden(msg("You may not do this."))
    found = lanes_of(reader, scope)
    if found is not None:
        return and_(reader.here, found.condition())
    if scope == "all":
        return reader.here
    own = _own(reader).condition(beside=True)
    if scope == "standin":
        return and_(reader.here, TASK.claimed_by.in_(reader.absent), own)
    given = and_(TASK.assigned_by.is_not(None), _not_barred(reader))
    return and_(reader.here, TASK.claimed_by == reader.actor.user_id, or_(own, given))


def _not_barred(reader: Reader) -> Condition:
    named = [TASK.barred.contains(f" {mark} ", autoescape=True) for mark in sorted(policy.marks(reader.actor))]
    return or_(TASK.barred.is_(None), ~or_(*named)) if named else TASK.id.is_not(None)


def filtered(session: Session, reader: Reader, wanted: InboxFilter) -> list[Condition]:
    """The conditions of the filters alone: the tab goes beside them, and nothing a filter names widens what is seen."""
    late = TASK.late_at < reader.now
    soon = and_(TASK.warn_at < reader.now, ~_late(reader))
    parts: dict[str, dict[str, Condition]] = {
        "due": {"late": late, "soon": soon, "none": TASK.next_at == placing.NEVER},
        "taken": {"yes": TASK.claimed_by.is_not(None), "no": TASK.claimed_by.is_(None)},
        "follow_up": {"now": TASK.follow_up_on <= reader.today, "later": TASK.follow_up_on > reader.today}}
    found = [choices[getattr(wanted, name)] for name, choices in parts.items() if getattr(wanted, name)]
    if wanted.group:
        found.append(lanes(reader, lambda group: group == wanted.group, OpenTaskGroup.group_name == wanted.group,
                           None).condition())
    if wanted.unit:
        found.append(TASK.unit == wanted.unit)
    if wanted.service:
        found.append(or_(TASK.service == wanted.service, TASK.module == wanted.service))
    if wanted.urgency:
        found.append(TASK.urgency == wanted.urgency)
    if wanted.q:
        found.append(_said(session, reader, wanted.q))
    return found


def _late(reader: Reader) -> Condition:
    return func.coalesce(TASK.late_at < reader.now, False)


def parked(reader: Reader) -> Condition:
    """What is planned for a later day, unless it is late."""
    return func.coalesce(and_(TASK.follow_up_on > reader.today, ~_late(reader)), False)


def _said(session: Session, reader: Reader, q: str) -> Condition:
    """Number, place, service, or words of the resident."""
    services = [code for code, names in sources.names(session, "services").items()
                if q.lower() in f"{code} {names[0]} {names[1]}".lower()]
    refs = [UUID(one.ref) for one in search.find(session, q, ("case",), MOST_FOUND, least=MUCH)]
    veils = Veils(session, reader.actor)  # words that a reader may not see find nothing either
    said = [one.instance_id for one in session.scalars(select(Case).where(Case.id.in_(refs)))
            if not veils.of(one).hidden]
    case = Case.__table__.c
    places = select(Place.id).where(Place.tenant_id == reader.tenant_id, Place.name.icontains(q, autoescape=True))
    there = select(case.instance_id).where(case.tenant_id == reader.tenant_id, case.status == "open", or_(
        case.place_text.icontains(q, autoescape=True), case.place_id.in_(places)))
    return or_(TASK.number.contains(q, autoescape=True), TASK.service.in_(services), TASK.instance_id.in_(said),
               TASK.instance_id.in_(there))
