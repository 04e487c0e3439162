"""Cases that belong together: followers, the one that is followed, the same call; and two that may be joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import access, outside
from app.cases.handlers.joining import UNDONE, WANTED
from app.cases.model import Case
from app.cases.queries.desk import same_call
from app.cases.queries.rows import case_rows
from app.cases.queries.similar import similar_for_staff
from app.cases.queries.veil import Veils
from app.cases.views import CaseRow
from app.engine.model import SubscriptionRow
from app.kernel.commands import Actor


@dataclass(frozen=True)
class Linked:
    """`may_join`, `may_undo`: the reader may, and the process waits for it."""

    earlier: CaseRow | None
    followers: tuple[CaseRow, ...]
    same_call: tuple[CaseRow, ...]
    may_join: bool
    may_undo: bool


@dataclass(frozen=True)
class Pair:
    """A case and another one that was asked for. The last two: whether the step of each allows that it follows."""

    case: CaseRow
    other: CaseRow | None
    similar: tuple[CaseRow, ...]
    case_can: bool
    other_can: bool


def linked(session: Session, actor: Actor, case_id: UUID) -> Linked:
    """Those that the reader may read, with what the reader may see of them. Raises Forbidden, NotFound."""
    case = access.staff_case(session, actor, case_id)
    earlier = session.get(Case, (case.tenant_id, case.parent_id)) if case.parent_id else None
    followers = session.scalars(select(Case).where(Case.parent_id == case.id).order_by(Case.id))
    may = policy.can(actor, "case.join") and case.status == "open"
    bound, veils = outside.bound_to(actor, outside.provider_units(session)), Veils(session, actor)

    def rows(found: Iterable[Case]) -> tuple[CaseRow, ...]:
        return tuple(case_rows(session, [one for one in found if bound is None or one.unit in bound], veils))

    return Linked(
        next(iter(rows([earlier] if earlier is not None else [])), None), rows(followers),
        rows(same_call(session, case.id)), may, may and earlier is not None and _waits(session, case, UNDONE))


def pair(session: Session, actor: Actor, case_id: UUID, number: str) -> Pair:
    """`other` is None for a number that nobody has, and for a closed case. Raises Forbidden, NotFound."""
    case = access.staff_case(session, actor, case_id, "case.join")
    query = select(Case).where(Case.number == number, Case.id != case.id, Case.status == "open")
    other = session.scalars(query).one_or_none() if number else None
    alike = similar_for_staff(session, actor, case.text, but=case.id)
    veils = Veils(session, actor)
    return Pair(
        case_rows(session, [case], veils)[0],
        case_rows(session, [other], veils)[0] if other is not None else None, tuple(alike),
        _can_follow(session, case, other), _can_follow(session, other, case))


def _can_follow(session: Session, case: Case | None, other: Case | None) -> bool:
    return case is not None and other is not None and case.parent_id is None and other.parent_id != case.id \
        and _waits(session, case, WANTED)


def _waits(session: Session, case: Case, name: str) -> bool:
    query = select(SubscriptionRow.id).where(SubscriptionRow.instance_id == case.instance_id,
                                             SubscriptionRow.name == name)
    return session.scalars(query).first() is not None
