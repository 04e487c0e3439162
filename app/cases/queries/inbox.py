"""The inbox: open tasks of the reader's groups, the most pressing first."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.auth import policy
from app.auth import queries as auth
from app.cases import sources
from app.cases.model import Case
from app.cases.queries.rows import Names, clocks_of, colour, places_of
from app.cases.views import InboxRow
from app.deadlines.model import Deadline
from app.engine.model import OpenTaskGroup, OpenTaskRow
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import Invalid, msg

SCOPES = ("mine", "group", "all")
MOST = 500


def inbox(session: Session, actor: Actor, *, scope: str = "group", q: str = "", limit: int = 200) -> list[InboxRow]:
    """`mine`: taken by the reader; `group`: of the reader's groups; `all`: of everybody, by right. Raises Forbidden.

    `q`: number, service or place. Order: priority, then the nearest date, then age.
    """
    policy.require(actor, "task.read_all" if scope == "all" else "task.read")
    query = _search(session, _scoped(actor, scope), q.strip())
    query = query.order_by(OpenTaskRow.priority.desc(), OpenTaskRow.id).limit(MOST)
    found = [(row[0], row[1]) for row in session.execute(query)]
    cases = [case for _, case in found]
    names, places = Names(session), places_of(session, cases)
    clocks = clocks_of(session, [case.id for case in cases])
    people = auth.names(session, {task.claimed_by for task, _ in found if task.claimed_by})
    rows = [_row(task, case, actor, names, places[case.id], clocks.get(case.id, []), people) for task, case in found]
    return sorted(rows, key=_pressing)[:limit]


def _scoped(actor: Actor, scope: str) -> Select[OpenTaskRow, Case]:
    query = select(OpenTaskRow, Case).join(
        Case, (Case.tenant_id == OpenTaskRow.tenant_id) & (Case.instance_id == OpenTaskRow.instance_id))
    if scope not in SCOPES:
        raise Invalid(msg("Please choose one of the options."))
    if scope == "mine":
        return query.where(OpenTaskRow.claimed_by == actor.user_id)
    if scope == "all":
        return query
    own = select(OpenTaskGroup.task_id).where(OpenTaskGroup.tenant_id == OpenTaskRow.tenant_id,
                                              OpenTaskGroup.group_name.in_(sorted(actor.groups)))
    return query.where(OpenTaskRow.id.in_(own))


def _search(session: Session, query: Select[OpenTaskRow, Case], q: str) -> Select[OpenTaskRow, Case]:
    if not q:
        return query
    services = [code for code, names in sources.names(session, "services").items()
                if q.lower() in f"{code} {names[0]} {names[1]}".lower()]
    return query.where(or_(Case.number.contains(q, autoescape=True), Case.place_text.icontains(q, autoescape=True),
                           Case.service.in_(services)))


def _row(task: OpenTaskRow, case: Case, actor: Actor, names: Names, place: str, clocks: list[Deadline],
         people: dict[UUID, str]) -> InboxRow:
    running = [row.due_at for row in clocks if row.state == "running"]
    service = names.service(case.service)
    return InboxRow(
        task_id=task.id, case_id=case.id, case_number=case.number, task_name_zh=task.name, task_name_en=task.name_en,
        service_zh=service[0], service_en=service[1], unit=case.unit, place=place, urgency=case.urgency,
        phase=case.phase, due_at=task.due_at or min(running, default=None), colour=colour(clocks, clock.now()),
        claimed_by_name=people.get(task.claimed_by) if task.claimed_by else None,
        is_mine=task.claimed_by is not None and task.claimed_by == actor.user_id, priority=task.priority,
        created_at=task.opened_at)


def _pressing(row: InboxRow) -> tuple[int, bool, float, str]:
    return (-row.priority, row.due_at is None, row.due_at.timestamp() if row.due_at else 0.0, str(row.task_id))
