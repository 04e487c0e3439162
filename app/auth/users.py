"""Handlers of users and their memberships."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from app.auth import passwords, phones, policy
from app.auth.commands import ChangeDetails, ChangePassword, CreateUser, EraseUser, SetMemberships, SetUserActive
from app.auth.events import DetailsChanged, MembershipsSet, PasswordChanged, UserChanged, UserCreated, UserErased
from app.auth.model import Membership, PhoneCode, User
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import queries as tenancy
from app.tenancy import terms


@handles(CreateUser)
def create_user(command: CreateUser, uow: UnitOfWork) -> dict[str, Any]:
    """Staff only; residents make themselves by confirming a phone."""
    policy.require(uow.actor, "user.manage")
    login = command.login.strip().lower()
    if not re.fullmatch(r"[a-z0-9._@-]{2,80}", login):
        raise Invalid(msg("Please check the marked fields."), fields={
            "login": [(msg("A sign-in name has 2 to 80 small letters, digits and . _ @ -"), {})]})
    passwords.check_strength(command.password)
    if uow.session.scalars(select(User.id).where(User.login == login)).first():
        raise Conflict(msg("There is a user with this sign-in name already."))
    _room_for_one(uow)
    user = User(tenant_id=uow.tenant_id, login=login, name=command.name.strip()[:120] or login, kind="staff",
                password_hash=passwords.hash_secret(command.password), locale=command.locale, active=True,
                phone=phones.normal(command.phone) if command.phone else None, created_at=uow.now, session_epoch=0,
                must_change=command.one_time)
    uow.session.add(user)
    uow.session.flush()
    uow.record(UserCreated(user_id=user.id, kind="staff"))
    _give(uow, user, command.memberships)
    return {"user_id": str(user.id)}


@handles(SetMemberships)
def set_memberships(command: SetMemberships, uow: UnitOfWork) -> None:
    """Ends all sessions of the user: an old session never keeps an old role."""
    policy.require(uow.actor, "user.manage")
    user = _staff(uow, command.user_id)
    _guard_operator(uow, user)
    uow.session.execute(delete(Membership).where(Membership.user_id == user.id))
    user.session_epoch += 1
    _give(uow, user, command.memberships)


@handles(SetUserActive)
def set_user_active(command: SetUserActive, uow: UnitOfWork) -> None:
    """Nobody switches themselves off by mistake."""
    policy.require(uow.actor, "user.manage")
    user = _staff(uow, command.user_id)
    if user.id == uow.actor.user_id and not command.active:
        raise Invalid(msg("You cannot switch yourself off."))
    _guard_operator(uow, user)
    if command.active and not user.active:
        _room_for_one(uow)
    user.active = command.active
    user.session_epoch += 1
    uow.record(UserChanged(user_id=user.id, active=command.active))


@handles(ChangeDetails)
def change_details(command: ChangeDetails, uow: UnitOfWork) -> None:
    """Lines of journals name people by id, so they show the new name too."""
    policy.require(uow.actor, "user.manage")
    user = _staff(uow, command.user_id)
    _guard_operator(uow, user)
    name, phone = command.name.strip()[:120], phones.normal(command.phone) if command.phone else None
    if not name:
        raise Invalid(msg("Please check the marked fields."), fields={"name": [(msg("This field is required."), {})]})
    changed = DetailsChanged(user_id=user.id, name=name != user.name, phone=phone != user.phone)
    if changed.name or changed.phone:
        user.name, user.phone = name, phone
        uow.record(changed)


@handles(EraseUser)
def erase_user(command: EraseUser, uow: UnitOfWork) -> dict[str, Any]:
    """The row stays, empty, because events name its id. Staff keep theirs: their names belong to the office's files."""
    policy.require(uow.actor, "person.erase")
    user = uow.session.get(User, (uow.tenant_id, command.user_id), with_for_update=True)
    if user is None or user.kind != "resident":
        return {"erased": False}
    uow.session.execute(delete(PhoneCode).where(PhoneCode.phone == user.phone))
    user.name, user.phone, user.login, user.password_hash, user.active = "", None, None, None, False
    user.session_epoch += 1
    uow.record(UserChanged(user_id=user.id, active=False))
    uow.record(UserErased(user_id=user.id))
    return {"erased": True}


@handles(ChangePassword)
def change_password(command: ChangePassword, uow: UnitOfWork) -> None:
    """One's own needs the old password; another's needs the right to manage users."""
    own = command.user_id == uow.actor.user_id and command.old is not None
    if not own:
        policy.require(uow.actor, "user.manage")
    user = _staff(uow, command.user_id)
    if not own:
        _guard_operator(uow, user)
    if own and not passwords.matches(user.password_hash, command.old or ""):
        raise Invalid(msg("Please check the marked fields."),
                      fields={"old": [(msg("The old password is not right."), {})]})
    passwords.check_strength(command.new)
    if user.must_change and own and passwords.matches(user.password_hash, command.new):
        raise Invalid(msg("Please check the marked fields."),
                      fields={"password": [(msg("Please choose another password than the one-time one."), {})]})
    user.must_change = user.must_change and not own
    user.password_hash = passwords.hash_secret(command.new)
    user.session_epoch += 1
    uow.record(PasswordChanged(user_id=user.id))


def _room_for_one(uow: UnitOfWork) -> None:
    """Within the office's subscription; its row is locked, so that two at once are not one too many."""
    most = terms.most_staff(uow.session, uow.tenant_id)
    if most is None:
        return
    query = select(func.count()).select_from(User).where(User.kind == "staff", User.active.is_(True))
    if (uow.session.scalar(query) or 0) >= most:
        raise Conflict(msg("The subscription of this office has room for %(limit)s staff accounts, and all are in use. "
                           "Switch one off that nobody needs, or ask the operator for more."), limit=most)


def _staff(uow: UnitOfWork, user_id: UUID) -> User:
    user = uow.session.get(User, (uow.tenant_id, user_id))
    if user is None or user.kind != "staff":
        raise NotFound(msg("There is no such user."))
    return user


def _give(uow: UnitOfWork, user: User, memberships: Iterable[tuple[str, str | None]]) -> None:
    wanted = list(dict.fromkeys(memberships))
    roles = [role for role, _unit in wanted]
    _only_operators_touch_operators(uow, roles)
    units = {unit.code for unit in tenancy.units(uow.session)}
    for role, unit in wanted:
        if role not in policy.STAFF_ROLES:
            raise Invalid(msg("There is no role %(role)s."), role=role[:40])
        if unit is not None and unit not in units:
            raise Invalid(msg("There is no unit %(unit)s."), unit=unit[:40])
        uow.session.add(Membership(tenant_id=uow.tenant_id, user_id=user.id, role=role, unit_code=unit))
    uow.record(MembershipsSet(user_id=user.id, roles=",".join(sorted(set(roles)))[:200]))


def _guard_operator(uow: UnitOfWork, user: User) -> None:
    held = uow.session.scalars(select(Membership.role).where(Membership.user_id == user.id)).all()
    _only_operators_touch_operators(uow, held)


def _only_operators_touch_operators(uow: UnitOfWork, roles: Iterable[str]) -> None:
    if "operator" in roles and uow.actor.kind != "system" and "operator" not in uow.actor.roles:
        raise Forbidden(msg("You may not do this."))
