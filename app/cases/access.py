"""Finding a case for whoever asks: by id for staff, by personal link or account for the resident."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app import auth
from app.auth import policy
from app.cases import outside
from app.cases.model import REQUEST, Case, FormSubmission, Person, every
from app.engine.model import OpenTaskGroup, OpenTaskRow
from app.kernel.commands import Actor, Command
from app.kernel.direct import Ask
from app.kernel.errors import Forbidden, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork

TOKEN_BYTES = 24


def new_token() -> str:
    """A personal link's secret: 192 bits, URL-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored; the token has full entropy, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def missing() -> NotFound:
    """The same answer for what is not there and what is not yours."""
    return NotFound(msg("There is no such request."))


def case_by_token(session: Session, token: str) -> Case:
    """The case of a personal link. Raises NotFound."""
    case = session.scalars(select(Case).where(Case.token_hash == token_hash(token))).one_or_none()
    if case is None:
        raise missing()
    return case


def case_by_id(session: Session, case_id: UUID) -> Case:
    """The case with this id. Raises NotFound."""
    case = session.scalars(select(Case).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise missing()
    return case


def any_case(session: Session, case_id: UUID) -> Case:
    """As `case_by_id`, also an internal matter: for whoever works on tasks of both. Raises NotFound."""
    case = session.scalars(every(select(Case).where(Case.id == case_id))).one_or_none()
    if case is None:
        raise missing()
    return case


def require(uow: UnitOfWork, action: str, resource: Any = None) -> None:
    """The right as it stands inside this transaction: roles taken away a moment ago no longer count.

    Raises Forbidden. The unit of work goes on with the actor as of now.
    """
    actor = uow.actor
    if actor.kind == "user" and actor.user_id is not None:
        try:
            uow.actor = auth.actor_of(uow.session, actor.user_id, uow.now)
        except NoResultFound as error:
            raise Forbidden(msg("You may not do this.")) from error
    policy.require(uow.actor, action, resource)


def asking(command: Command, uow: UnitOfWork) -> Sequence[Ask]:
    """What `require` will ask."""
    actor = command.actor
    if actor.kind != "user" or actor.user_id is None:
        return ()
    return (auth.asking_actor(uow.tenant_id, actor.user_id, uow.now),)


def own_case(session: Session, actor: Actor, token: str | None, case_id: UUID | None) -> Case:
    """The resident's case: whoever has the link, or the signed-in resident who made it. Raises NotFound."""
    if token is not None:
        return case_by_token(session, token)
    if case_id is None or actor.user_id is None:
        raise missing()
    case = case_by_id(session, case_id)
    person = session.get(Person, (case.tenant_id, case.person_id)) if case.person_id else None
    if person is None or person.user_id != actor.user_id:
        raise missing()
    return case


def staff_case(session: Session, actor: Actor, case_id: UUID, action: str = "case.read") -> Case:
    """The case for a member of staff. Raises Forbidden without the right, NotFound outside a provider's unit."""
    policy.require(actor, action)
    case = case_by_id(session, case_id)
    bound = outside.bound_to(actor, outside.provider_units(session))
    if not policy.can(actor, action, case) or (bound is not None and case.unit not in bound):
        raise missing()
    return case


def readable(session: Session, actor: Actor, case_id: UUID) -> Case:
    """As `staff_case`, also an internal matter that the reader has to do with. Raises Forbidden, NotFound."""
    policy.require(actor, "case.read")
    case = any_case(session, case_id)
    if case.nature == REQUEST:
        return staff_case(session, actor, case_id)
    if not may_read_matter(session, actor, case):
        raise missing()
    return case


def may_read_matter(session: Session, actor: Actor, case: Case) -> bool:
    """Supervisors and leaders, the unit concerned, and who has, or has done, a task of it."""
    if concerned(actor, case):
        return True
    tasks = (select(OpenTaskGroup.task_id)
             .join(OpenTaskRow, (OpenTaskRow.tenant_id == OpenTaskGroup.tenant_id)
                   & (OpenTaskRow.id == OpenTaskGroup.task_id))
             .where(OpenTaskRow.instance_id == case.instance_id,
                    OpenTaskGroup.group_name.in_(sorted(actor.groups))))
    done = select(FormSubmission.id).where(FormSubmission.case_id == case.id,
                                           FormSubmission.by_user_id == actor.user_id)
    return any(session.scalars(query.limit(1)).first() is not None for query in (tasks, done))


def concerned(actor: Actor, case: Case) -> bool:
    """Whether an internal matter is the actor's business by what they are, whatever its tasks."""
    if policy.can(actor, "matter.read_all"):
        return True
    return case.unit is not None and case.unit in policy.units_of(actor.groups)


def require_own_or_staff(session: Session, actor: Actor, token: str | None, case_id: UUID | None,
                         action: str) -> Case:
    """The resident by link, else staff by right."""
    if token is not None or "resident" in actor.roles:
        return own_case(session, actor, token, case_id)
    if case_id is None:
        raise Forbidden(msg("You may not do this."))
    if action == "case.read":
        return readable(session, actor, case_id)
    return staff_case(session, actor, case_id, action)
