"""Handlers of sign-in, codes, limits and denials."""

from __future__ import annotations

import math
from typing import Any

from sqlalchemy import select

from app.auth import absences as absences  # registers the handlers of absences
from app.auth import codes, limits, locks, passwords, phones, sessions
from app.auth import demo as demo  # registers the handler of the demonstration's door
from app.auth import users as users  # registers the handlers of users
from app.auth.commands import (
    ConfirmCode,
    RecordDenial,
    RequestCode,
    SetLocale,
    SetName,
    SignIn,
    SignOut,
    UseAllowance,
)
from app.auth.events import AccessDenied, LockedOut, SignInFailed, UserCreated
from app.auth.model import SignInLock, User
from app.kernel.bus import handles
from app.kernel.errors import TooMany
from app.kernel.unit_of_work import UnitOfWork

CODES_PER_PHONE = ((1, 1), (60, 5), (1440, 10))
"""(minutes, codes): how often one phone gets a code."""


@handles(SignIn)
def sign_in(command: SignIn, uow: UnitOfWork) -> dict[str, Any]:
    """A failure is an answer, not an error: an error would roll the count back."""
    login = command.login.strip().lower()[:80]
    lock = locks.row(uow, login)
    if locks.locked(lock, uow.now):
        return {"error": "locked"}
    user = uow.session.scalars(select(User).where(User.login == login)).one_or_none()
    good = passwords.matches(user.password_hash if user else None, command.password[:passwords.MAX_LENGTH])
    if user is None or not good or not user.active:
        user_id = user.id if user else None
        until = locks.fail(lock, uow.now)
        uow.record(SignInFailed(user_id=user_id, way="password"))
        if until is not None:
            uow.record(LockedOut(user_id=user_id, until=until))
        return {"error": "wrong"}
    locks.succeed(lock, uow.now)
    return sessions.begin(uow, user, "password")


@handles(SignOut)
def sign_out(command: SignOut, uow: UnitOfWork) -> None:
    """The holder of a session id may end it."""
    sessions.end(uow, command.session_id)


@handles(RequestCode)
def request_code(command: RequestCode, uow: UnitOfWork) -> dict[str, Any]:
    """Known or not, the phone gets a code, and the answer is the same. Not while it must wait."""
    phone = phones.normal(command.phone)
    wait = _minutes(locks.row(uow, _code_lock(phone)), uow)
    if wait:
        raise TooMany(codes.WAIT, minutes=wait)
    for minutes, limit in CODES_PER_PHONE:
        limits.hit(uow, f"code:{phone}", minutes, limit)
    codes.request(uow, phone, command.purpose, command.locale)
    return {"phone": phone}


@handles(ConfirmCode)
def confirm_code(command: ConfirmCode, uow: UnitOfWork) -> dict[str, Any]:
    """A resident's first confirmed code makes the user. Five wrong ones, and the phone must wait.

    A failure is an answer, not an error: {"error": "wrong", "left"} or {"error": "wait", "minutes"}.
    """
    phone = phones.normal(command.phone)
    lock = locks.row(uow, _code_lock(phone))
    if locks.locked(lock, uow.now):
        return {"error": "wait", "minutes": _minutes(lock, uow)}
    user = uow.session.scalars(select(User).where(User.kind == "resident", User.phone == phone)).first()
    if not codes.confirm(uow, phone, command.purpose, command.code):
        uow.record(SignInFailed(user_id=user.id if user else None, way="code"))
        until = locks.fail(lock, uow.now)
        if until is None:
            return {"error": "wrong", "left": locks.FREE_FAILURES - lock.failures}
        uow.record(LockedOut(user_id=user.id if user else None, until=until))
        return {"error": "wait", "minutes": _minutes(lock, uow)}
    locks.succeed(lock, uow.now)
    if command.purpose != "sign_in":
        return {"confirmed": phone}
    if user is None:
        user = User(tenant_id=uow.tenant_id, kind="resident", phone=phone, name="", created_at=uow.now,
                    session_epoch=0, active=True)
        uow.session.add(user)
        uow.session.flush()
        uow.record(UserCreated(user_id=user.id, kind="resident"))
    return sessions.begin(uow, user, "code") if user.active else {"error": "wrong"}


def _code_lock(phone: str) -> str:
    """Beside the locks of sign-in names, none of which holds a space."""
    return f"code {phone}"


def _minutes(lock: SignInLock, uow: UnitOfWork) -> int:
    """Whole minutes that are left of a lock; 0 when there is none."""
    left = (lock.locked_until - uow.now).total_seconds() if lock.locked_until is not None else 0
    return max(0, math.ceil(left / 60))


@handles(SetLocale)
def set_locale(command: SetLocale, uow: UnitOfWork) -> None:
    """Only for somebody signed in."""
    user = uow.session.get(User, (uow.tenant_id, uow.actor.user_id)) if uow.actor.user_id else None
    if user is not None:
        user.locale = command.locale[:10]


@handles(SetName)
def set_name(command: SetName, uow: UnitOfWork) -> None:
    """Residents only; the names of staff belong to the office."""
    user = uow.session.get(User, (uow.tenant_id, uow.actor.user_id)) if uow.actor.user_id else None
    if user is not None and user.kind == "resident":
        user.name = " ".join(command.name.split())[:120]


@handles(UseAllowance)
def use_allowance(command: UseAllowance, uow: UnitOfWork) -> None:
    """Raises TooMany."""
    limits.hit(uow, command.bucket, command.per_minutes, command.limit)


@handles(RecordDenial)
def record_denial(command: RecordDenial, uow: UnitOfWork) -> None:
    """The actor's id comes with the unit of work."""
    uow.record(AccessDenied(place=command.place[:120]))
