"""Reading people of an office."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.auth.actors import staff_actors
from app.auth.demo import open_roles
from app.auth.model import Membership, User
from app.auth.sessions import SignedInUser
from app.auth.sessions import find as signed_in_user
from app.auth.substitution import Away, absences, away, stood_in_for
from app.kernel.commands import Actor

__all__ = ["Away", "SignedInUser", "StaffRow", "absences", "away", "locale_of", "names", "open_roles",
           "possible_substitutes", "resident_by_phone", "signed_in_user", "staff", "staff_actors", "stood_in_for",
           "user_by_login", "users"]


@dataclass(frozen=True)
class StaffRow:
    """One member of staff with all memberships."""

    user_id: UUID
    login: str
    name: str
    active: bool
    memberships: tuple[tuple[str, str | None], ...]
    phone: str = ""


def staff(session: Session) -> list[StaffRow]:
    """All staff by sign-in name."""
    held: dict[UUID, list[tuple[str, str | None]]] = {}
    for member in session.scalars(select(Membership).order_by(Membership.role, Membership.unit_code)):
        held.setdefault(member.user_id, []).append((member.role, member.unit_code))
    users = session.scalars(select(User).where(User.kind == "staff").order_by(User.login))
    return [StaffRow(u.id, u.login or "", u.name, u.active, tuple(held.get(u.id, ())), u.phone or "")
            for u in users]


def user_by_login(session: Session, login: str) -> User | None:
    """A member of staff by sign-in name."""
    return session.scalars(select(User).where(User.login == login.strip().lower())).one_or_none()


def resident_by_phone(session: Session, phone: str) -> User | None:
    """The resident who confirmed this phone; the number in its normal form."""
    return session.scalars(select(User).where(User.kind == "resident", User.phone == phone)).first()


def names(session: Session, user_ids: set[UUID]) -> dict[UUID, str]:
    """Names of users by id; unknown ids are left out."""
    if not user_ids:
        return {}
    return {u.id: u.name for u in session.scalars(select(User).where(User.id.in_(user_ids)))}


def possible_substitutes(session: Session, user_id: UUID, *, by_office: bool) -> list[Actor]:
    """Who may stand in for a person: whoever works on tasks; by the person's own word only who shares a role."""
    people = staff_actors(session)
    person = next((one for one in people if one.user_id == user_id), None)
    if person is None:
        return []
    return [one for one in people if one is not person and policy.can(one, "task.complete")
            and (by_office or one.roles & person.roles)]


def locale_of(session: Session, user_id: UUID) -> str | None:
    """The language a user chose; None when they chose none."""
    return session.scalars(select(User.locale).where(User.id == user_id)).one_or_none()


def users(session: Session, user_ids: Collection[UUID]) -> dict[UUID, User]:
    """Active accounts by id."""
    query = select(User).where(User.id.in_(user_ids), User.active.is_(True))
    return {user.id: user for user in session.scalars(query)}
