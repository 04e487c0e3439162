"""The staff's two pages: one task with its form, one case with everything."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog
from app.auth import policy
from app.auth import queries as auth
from app.cases import access
from app.cases.model import Case
from app.cases.queries import parts
from app.cases.queries.rows import Names, case_values, clocks_of, entries, person_of_case, places_of
from app.cases.views import CasePage, CaseView, TaskPage
from app.engine.model import OpenTaskRow
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, msg


def task_page(session: Session, actor: Actor, task_id: UUID) -> TaskPage:
    """Raises Conflict when the task is done or outside the reader's groups, Forbidden without the right."""
    policy.require(actor, "task.read")
    task = session.get(OpenTaskRow, (session.info["tenant_id"], task_id))
    if task is None or not (policy.can(actor, "task.complete", task) or policy.can(actor, "task.read_all")):
        raise Conflict(msg("This task is no longer open."))  # the same, so that ids tell nothing
    case = access.case_by_id(session, UUID(task.business_key))
    names = Names(session)
    people = auth.names(session, {task.claimed_by} if task.claimed_by else set())
    form = None
    if task.form_hash is not None:
        form = catalog.compiled_by_hash(session, task.tenant_id, task.form_hash)[1]
    return TaskPage(
        task=parts.task_view(task, actor, people), case=case_view(session, actor, case, names),
        entries=entries(session, case.id, names, public_only=False), attachments=parts.files(session, case.id),
        deadlines=parts.deadlines(session, case), form=form, form_hash=task.form_hash, values=task.variables,
        groups=tuple(task.groups), claimed_by=people.get(task.claimed_by) if task.claimed_by else None,
        task_id=task.id)


def case_page(session: Session, actor: Actor, case_id: UUID) -> CasePage:
    """Raises Forbidden without the right, NotFound outside a provider's own unit."""
    case = access.staff_case(session, actor, case_id)
    names = Names(session)
    return CasePage(
        case=case_view(session, actor, case, names), entries=entries(session, case.id, names, public_only=False),
        attachments=parts.files(session, case.id), deadlines=parts.deadlines(session, case),
        tasks=parts.tasks(session, case, actor), events=parts.events(session, case.id),
        diagrams=parts.diagrams(session, case), decisions=parts.decisions(session, case.id),
        incidents=parts.incidents(session, case))


def case_view(session: Session, actor: Actor, case: Case, names: Names) -> CaseView:
    """A case in full."""
    place = places_of(session, [case])[case.id]
    values = case_values(case, names, place, clocks_of(session, [case.id]).get(case.id, ()))
    earlier = session.get(Case, (case.tenant_id, case.parent_id)) if case.parent_id else None
    joined = session.scalars(select(Case.number).where(Case.parent_id == case.id).order_by(Case.number))
    return CaseView(
        **values, text=case.text, lat=case.lat, lng=case.lng, fields=case.fields, anonymous=case.anonymous,
        rounds=case.rounds, rating=case.rating, solved=case.solved,
        earlier_number=earlier.number if earlier else None, joined_numbers=tuple(joined),
        person=person_of_case(session, actor, case))
