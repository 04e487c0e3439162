"""The staff's two pages: one task with its form, one case with everything."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import catalog
from app.auth import policy
from app.auth import queries as auth
from app.cases import access, drafting, mentioning
from app.cases.casework_views import DraftView
from app.cases.mentioning import Mentionable
from app.cases.model import Case
from app.cases.queries import parts
from app.cases.queries.journal import entries
from app.cases.queries.returned import returns_of
from app.cases.queries.rows import Names, case_values, clocks_of, person_of_case, places_of
from app.cases.queries.veil import Veil, Veils
from app.cases.views import CasePage, CaseView, DiagramView, TaskPage
from app.engine.model import OpenTaskRow
from app.kernel.commands import Actor
from app.kernel.errors import Conflict, msg


def task_page(session: Session, actor: Actor, task_id: UUID) -> TaskPage:
    """Raises Conflict when the task is done or outside the reader's groups, Forbidden without the right."""
    policy.require(actor, "task.read")
    task = session.get(OpenTaskRow, (session.info["tenant_id"], task_id))
    seeing = ("task.complete", "task.reassign", "task.read_all")
    if task is None or not any(policy.can(actor, action, task) for action in seeing):
        raise Conflict(msg("This task is no longer open."))  # the same, so that ids tell nothing
    case = access.any_case(session, UUID(task.business_key))
    names, veil = Names(session), Veils(session, actor).of(case)
    people = auth.names(session, {task.claimed_by} if task.claimed_by else set())
    form = None
    if task.form_hash is not None:
        form = catalog.compiled_by_hash(session, task.tenant_id, task.form_hash)[1]
    return TaskPage(
        task=parts.task_view(task, actor, people), case=case_view(session, actor, case, names, veil),
        entries=entries(session, case.id, names, public_only=False, veil=veil, reader_id=actor.user_id),
        attachments=parts.files(session, case.id, veil), deadlines=parts.deadlines(session, case), form=form,
        form_hash=task.form_hash, values=veil.values(task.variables), groups=tuple(task.groups),
        claimed_by=people.get(task.claimed_by) if task.claimed_by else None, task_id=task.id,
        draft=draft(session, actor, task_id, task.form_hash))


def draft(session: Session, actor: Actor, task_id: UUID, form_hash: str | None = None) -> DraftView | None:
    """The reader's own draft of a task, also of one that is over or with somebody else."""
    row = drafting.own(session, actor.user_id, task_id)
    return None if row is None else DraftView(row.data, row.kept_at, row.form_hash == form_hash)


def colleagues(session: Session, actor: Actor, case_id: UUID) -> list[Mentionable]:
    """Whom the reader may name in a note on the case. Raises as `case_page`."""
    return mentioning.mentionable(session, actor, access.readable(session, actor, case_id))


def case_page(session: Session, actor: Actor, case_id: UUID) -> CasePage:
    """Also of an internal matter. Raises Forbidden without the right, NotFound for what is not the reader's."""
    case = access.readable(session, actor, case_id)
    names, veil = Names(session), Veils(session, actor).of(case)
    return CasePage(
        case=case_view(session, actor, case, names, veil),
        entries=entries(session, case.id, names, public_only=False, veil=veil, reader_id=actor.user_id),
        attachments=parts.files(session, case.id, veil), deadlines=parts.deadlines(session, case),
        tasks=parts.tasks(session, case, actor), events=parts.events(session, case.id),
        diagrams=parts.diagrams(session, case), decisions=parts.decisions(session, case.id, veil),
        incidents=parts.incidents(session, case, veil), returns=returns_of(session, case.id, names))


def case_diagrams(session: Session, actor: Actor, case_id: UUID) -> tuple[DiagramView, ...]:
    """The diagrams of a case alone. Raises as `case_page`."""
    return parts.diagrams(session, access.readable(session, actor, case_id))


def case_view(session: Session, actor: Actor, case: Case, names: Names, veil: Veil) -> CaseView:
    """A case as far as the reader may see it."""
    place = places_of(session, [case])[case.id]
    values = case_values(case, names, place, clocks_of(session, [case.id]).get(case.id, ()), veil)
    exact = "text" not in veil.hidden
    earlier = session.get(Case, (case.tenant_id, case.parent_id)) if case.parent_id else None
    joined = session.scalars(select(Case.number).where(Case.parent_id == case.id).order_by(Case.number))
    return CaseView(
        **values, text=veil.words(case.text), lat=case.lat if exact else None, lng=case.lng if exact else None,
        fields=veil.values(case.fields) if exact else {}, anonymous=case.anonymous,
        rounds=case.rounds, rating=case.rating, solved=case.solved,
        earlier_number=earlier.number if earlier else None, joined_numbers=tuple(joined),
        person=person_of_case(session, actor, case), locale=case.locale, confidential=case.confidential,
        hidden=veil.hidden, subject_id=case.subject_id, first_unit=case.first_unit,
        first_unit_zh=names.unit(case.first_unit)[0], first_unit_en=names.unit(case.first_unit)[1])
