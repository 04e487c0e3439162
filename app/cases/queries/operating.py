"""What can be done to the process of a case by hand, and what it would come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app import catalog
from app.auth import policy
from app.cases import access
from app.cases.model import Case, every
from app.cases.queries.veil import Veils
from app.deadlines.model import Deadline
from app.engine import Element, changeable, store
from app.engine.model import IncidentRow, JobRow, OpenTaskRow, ProcessInstance, TimerRow
from app.kernel import clock
from app.kernel.commands import Actor

OF_CASE = (ProcessInstance.tenant_id == Case.tenant_id) & (ProcessInstance.id == Case.instance_id)
PLACES: tuple[Any, ...] = (OpenTaskRow, JobRow, TimerRow, IncidentRow)


@dataclass(frozen=True)
class TokenAt:
    """A token: `task_id` for the command, the element it stands on."""

    task_id: str
    element: Element


@dataclass(frozen=True)
class ProcessPage:
    """One running process. `variables` are covered as the reader's veil says."""

    case_id: UUID
    number: str
    process_id: str
    suspended: bool
    tokens: tuple[TokenAt, ...]
    places: tuple[Element, ...]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """Where a process stands: names of open tasks, elements of timers, running clocks with dates, incidents."""

    tasks: tuple[tuple[str, str], ...]
    timers: tuple[str, ...]
    clocks: tuple[tuple[str, Any], ...]
    incidents: tuple[str, ...]
    closed: bool


def process_page(session: Session, actor: Actor, case_id: UUID) -> ProcessPage:
    """Raises Forbidden, NotFound; a case without a running process has neither tokens nor places."""
    if actor.kind != "system":
        policy.require(actor, "instance.change")
    case = access.any_case(session, case_id)
    instance = _instance(session, case)
    if instance is None or case.status != "open":
        return ProcessPage(case.id, case.number, instance.process_id if instance else "", False, (), (), {})
    found = changeable(instance.state, clock.now(),
                       lambda digest: catalog.compiled_by_hash(session, case.tenant_id, digest)[1])
    return ProcessPage(
        case.id, case.number, instance.process_id, instance.status == store.SUSPENDED,
        tuple(TokenAt(*one) for one in found.tokens), found.places,
        Veils(session, actor).of(case).values(dict(found.variables)))


@dataclass(frozen=True)
class Running:
    """A process that has not ended. `elements`: of its open tasks, jobs, timers and incidents; `pins`: process id ->
    hash of the version it runs, of itself and of what it calls."""

    case_id: UUID
    number: str
    process_id: str
    suspended: bool
    incidents: int
    elements: tuple[str, ...]
    pins: Mapping[str, str] = field(default_factory=dict)


def running(session: Session, *, numbers: Collection[str] = (), process: str = "", at: str = "",
            suspended: bool | None = None, stopped: bool = False, limit: int = 1_000) -> list[Running]:
    """Processes of open cases, the oldest first; each argument that is given narrows them."""
    query = (select(Case.id, Case.number, ProcessInstance.id, ProcessInstance.process_id, ProcessInstance.status,
                    ProcessInstance.pins)
             .join(ProcessInstance, OF_CASE)
             .where(Case.status == "open").order_by(Case.id).limit(limit))
    if numbers:
        query = query.where(Case.number.in_(numbers))
    if process:
        query = query.where(ProcessInstance.process_id == process)
    if suspended is not None:
        query = query.where((ProcessInstance.status == store.SUSPENDED) == suspended)
    if stopped:
        query = query.where(ProcessInstance.id.in_(select(IncidentRow.instance_id)
                                                   .where(IncidentRow.resolved_at.is_(None))))
    if at:
        query = query.where(or_(*(ProcessInstance.id.in_(select(kind.instance_id).where(kind.element_id == at))
                                  for kind in PLACES)))
    rows = session.execute(every(query)).all()
    places = _places(session, [row[2] for row in rows])
    return [Running(case_id, number, process_id, status == store.SUSPENDED, places.get(instance, (0, ()))[0],
                    places.get(instance, (0, ()))[1], pins)
            for case_id, number, instance, process_id, status, pins in rows]


def processes_running(session: Session) -> dict[str, int]:
    """Process id -> how many of it have not ended, by id; only what a case runs itself."""
    query = (select(ProcessInstance.process_id, func.count()).select_from(Case).join(ProcessInstance, OF_CASE)
             .where(Case.status == "open").group_by(ProcessInstance.process_id).order_by(ProcessInstance.process_id))
    return {process_id: int(number) for process_id, number in session.execute(every(query))}


def elements_running(session: Session, process: str) -> tuple[list[str], list[dict[str, str]]]:
    """Elements where something of a process waits or has stopped, by id, and the pins of the instances."""
    mine = every(select(ProcessInstance.id).select_from(Case).join(ProcessInstance, OF_CASE).where(
        Case.status == "open", ProcessInstance.process_id == process))
    found: set[str] = set()
    for kind in PLACES:
        query = select(kind.element_id).where(kind.instance_id.in_(mine)).distinct()
        found.update(session.scalars(query.where(IncidentRow.resolved_at.is_(None)) if kind is IncidentRow else query))
    pins = session.scalars(select(ProcessInstance.pins).where(ProcessInstance.id.in_(mine)).group_by(
        ProcessInstance.pins))
    return sorted(found), list(pins)


def _places(session: Session, ids: list[UUID]) -> dict[UUID, tuple[int, tuple[str, ...]]]:
    found: dict[UUID, set[str]] = {}
    incidents: Counter[UUID] = Counter()
    for kind in PLACES:
        query = select(kind.instance_id, kind.element_id).where(kind.instance_id.in_(ids))
        if kind is IncidentRow:
            query = query.where(IncidentRow.resolved_at.is_(None))
        for instance_id, element_id in session.execute(query):
            found.setdefault(instance_id, set()).add(element_id)
            incidents[instance_id] += kind is IncidentRow
    return {one: (incidents[one], tuple(sorted(elements))) for one, elements in found.items()}


def standing_of(session: Session, case_id: UUID) -> Effect:
    """For a look at what a command would leave behind."""
    case = access.any_case(session, case_id)
    mine = OpenTaskRow.instance_id == case.instance_id
    tasks = session.scalars(select(OpenTaskRow).where(mine).order_by(OpenTaskRow.id))
    timers = session.scalars(select(TimerRow.element_id).where(TimerRow.instance_id == case.instance_id))
    clocks = session.execute(select(Deadline.name, Deadline.due_at).where(
        Deadline.case_id == case.id, Deadline.state == "running").order_by(Deadline.due_at))
    stopped = session.scalars(select(IncidentRow.element_id).where(
        IncidentRow.instance_id == case.instance_id, IncidentRow.resolved_at.is_(None)))
    return Effect(tuple((row.name, row.name_en) for row in tasks), tuple(sorted(timers)),
                    tuple((name, at) for name, at in clocks), tuple(sorted(stopped)), case.status != "open")


def _instance(session: Session, case: Case) -> ProcessInstance | None:
    return session.get(ProcessInstance, (case.tenant_id, case.instance_id)) if case.instance_id else None
