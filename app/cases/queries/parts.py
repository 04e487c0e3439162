"""Parts of the staff's pages: files, clocks with reasons, tasks, diagrams, decisions, incidents, events."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog
from app.auth import policy
from app.auth import queries as auth
from app.cases import given
from app.cases.model import Case, CaseStep, DecisionRecord
from app.cases.queries.veil import OPEN, Veil
from app.cases.views import (
    DeadlineView,
    DecisionView,
    DiagramView,
    EventView,
    FileView,
    IncidentView,
    Sentence,
    TaskView,
)
from app.deadlines import DeadlineBook
from app.engine import store
from app.engine.model import IncidentRow, OpenTaskRow, ProcessInstance
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.events import StoredEvent
from app.tenancy import attachments


def files(session: Session, case_id: UUID, veil: Veil = OPEN) -> tuple[FileView, ...]:
    """Files in the order they came; of the resident's only those that the reader may see."""
    return tuple(FileView(row.id, veil.cover(row.file_name), row.size, row.media_type, row.created_at,
                          attachments.shown_scan(row))
                 for row in attachments.of_case(session, case_id)
                 if row.uploader_kind == "staff" or "files" not in veil.hidden)


def deadlines(session: Session, case: Case) -> tuple[DeadlineView, ...]:
    """All clocks of the case with the reasons of their dates."""
    book = DeadlineBook.load(session, case.tenant_id, case.id, clock.now())
    found = []
    for name in book.names():
        state = book.clock(name)
        if state is None:
            continue
        late = state.is_late(book.now)
        shade = "red" if late else "grey"
        if state.state == "running" and not late:
            shade = "yellow" if state.warn_at is not None and state.warn_at < book.now else "green"
        reasons = tuple(Sentence(one.message, one.params) for one in book.explain(name, session))
        found.append(DeadlineView(name, state.state, state.due_at, state.first_due_at, late, shade, reasons))
    return tuple(found)


def task_view(task: OpenTaskRow, actor: Actor, people: dict[UUID, str]) -> TaskView:
    """One open task as the reader stands to it."""
    return TaskView(
        task.id, task.element_id, task.name, task.name_en, tuple(task.groups),
        policy.can(actor, "task.complete", task), task.claimed_by is not None and task.claimed_by == actor.user_id,
        people.get(task.claimed_by) if task.claimed_by else None, task.opened_at, task.due_at)


def tasks(session: Session, case: Case, actor: Actor) -> tuple[TaskView, ...]:
    """Open tasks, the most pressing first."""
    query = select(OpenTaskRow).where(OpenTaskRow.instance_id == case.instance_id)
    rows = list(session.scalars(query.order_by(OpenTaskRow.priority.desc(), OpenTaskRow.id)))
    people = auth.names(session, {row.claimed_by for row in rows if row.claimed_by})
    return tuple(task_view(row, actor, people) for row in rows)


def suspended(session: Session, case: Case) -> bool:
    """Whether somebody has stopped the process for a while."""
    query = select(ProcessInstance.status).where(ProcessInstance.id == case.instance_id)
    return session.scalar(query) == store.SUSPENDED


def diagrams(session: Session, case: Case) -> tuple[DiagramView, ...]:
    """The pinned diagrams with the path of the case, the root first."""
    instance = session.get(ProcessInstance, (case.tenant_id, case.instance_id)) if case.instance_id else None
    if instance is None:
        return ()
    active, visited = _path(session, case.id)
    stopped = {row.element_id for row in _open_incidents(session, case)}
    ids = sorted(instance.pins, key=lambda process_id: (process_id != instance.process_id, process_id))
    found = []
    for process_id in ids:
        published, definition = catalog.compiled_by_hash(session, case.tenant_id, instance.pins[process_id])
        root, here = definition.elements[process_id], active.get(process_id, set())
        found.append(DiagramView(
            process_id, root.name or process_id, root.name_en or process_id, published.data.decode("utf-8-sig"),
            tuple(sorted(here)), tuple(sorted(visited.get(process_id, set()))), tuple(sorted(here & stopped))))
    return tuple(found)


def _path(session: Session, case_id: UUID) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Process id -> elements that are open now, and elements that were completed."""
    open_now: dict[str, tuple[str, str]] = {}
    visited: dict[str, set[str]] = {}
    query = select(CaseStep.task_id, CaseStep.process_id, CaseStep.element_id, CaseStep.how)
    for row in session.execute(query.where(CaseStep.case_id == case_id).order_by(CaseStep.id)):
        if row.how == "entered":
            open_now[row.task_id] = (row.process_id, row.element_id)
            continue
        open_now.pop(row.task_id, None)
        if row.how == "completed":
            visited.setdefault(row.process_id, set()).add(row.element_id)
    active: dict[str, set[str]] = {}
    for process_id, element_id in open_now.values():
        active.setdefault(process_id, set()).add(element_id)
    return active, visited


def decisions(session: Session, case_id: UUID, veil: Veil = OPEN) -> tuple[DecisionView, ...]:
    """Decisions in the order they were made."""
    query = select(DecisionRecord).where(DecisionRecord.case_id == case_id).order_by(DecisionRecord.id)
    shown = partial(veil.values, ours=True)
    return tuple(DecisionView(row.id, row.decision_id, row.version, row.hash, shown(row.value.get("value")),
                              shown(row.inputs), shown(given.without(row.trace)), row.at)
                 for row in session.scalars(query))


def _open_incidents(session: Session, case: Case) -> list[IncidentRow]:
    query = select(IncidentRow).where(IncidentRow.instance_id == case.instance_id, IncidentRow.resolved_at.is_(None))
    return list(session.scalars(query.order_by(IncidentRow.id)))


def incident_view(row: IncidentRow, case_id: UUID | None, number: str, veil: Veil = OPEN) -> IncidentView:
    """One incident."""
    problem = Sentence(row.message, veil.values(row.params))
    return IncidentView(row.id, case_id, number, row.element_id, row.code, problem, row.opened_at, row.resolved_at)


def incidents(session: Session, case: Case, veil: Veil = OPEN) -> tuple[IncidentView, ...]:
    """Open incidents of the case."""
    return tuple(incident_view(row, case.id, case.number, veil) for row in _open_incidents(session, case))


def events(session: Session, case_id: UUID) -> tuple[EventView, ...]:
    """The history by events, with names of staff."""
    rows = list(session.scalars(select(StoredEvent).where(StoredEvent.case_id == case_id).order_by(StoredEvent.id)))
    people = auth.names(session, {row.actor_id for row in rows if row.actor_id})
    return tuple(EventView(row.id, row.type, row.at, _actor(row, people), row.current()) for row in rows)


def _actor(row: StoredEvent, people: dict[UUID, Any]) -> str:
    return str(people.get(row.actor_id, "")) if row.actor_id else row.actor_kind
