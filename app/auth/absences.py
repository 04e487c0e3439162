"""Handlers of absences: one's own, and by an administrator for others."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.auth import actors, policy
from app.auth.commands import EndAbsence, EnterAbsence
from app.auth.events import AbsenceEnded, AbsenceEntered
from app.auth.model import Absence, Membership, User
from app.kernel.bus import handles
from app.kernel.errors import FieldErrors, Forbidden, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.tenancy import zones

LONGEST = timedelta(days=366)
OVERLAP = msg("There is an absence in this time already. End it first.")


@handles(EnterAbsence)
def enter_absence(command: EnterAbsence, uow: UnitOfWork) -> dict[str, Any]:
    """`by_office` is decided here, from the right of now, and never taken from a form."""
    by_office = _may_enter(uow, command.user_id)
    starts_at, ends_at = _span(uow, command.from_on, command.until_on)
    clash = select(Absence.id).where(Absence.user_id == command.user_id, Absence.starts_at < ends_at,
                                     Absence.ends_at > max(starts_at, uow.now))
    if uow.session.scalars(clash).first() is not None:
        raise _invalid("from_on", OVERLAP)
    if command.substitute_id is not None:
        _check_substitute(uow, command.user_id, command.substitute_id)
    row = Absence(tenant_id=uow.tenant_id, user_id=command.user_id, substitute_id=command.substitute_id,
                  starts_at=starts_at, ends_at=ends_at, by_office=by_office, entered_by=uow.actor.user_id,
                  entered_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    uow.record(AbsenceEntered(user_id=row.user_id, absence_id=row.id, substitute_id=row.substitute_id,
                              starts_at=starts_at, ends_at=ends_at, by_office=by_office))
    return {"absence_id": str(row.id)}


@handles(EndAbsence)
def end_absence(command: EndAbsence, uow: UnitOfWork) -> None:
    """From now on the person is there; one that never began goes. Another's answers as an unknown one."""
    row = uow.session.get(Absence, (uow.tenant_id, command.absence_id), with_for_update=True)
    if row is None or (row.user_id != uow.actor.user_id and not policy.can(_as_of_now(uow), "user.manage")):
        raise NotFound(msg("There is no such absence."))
    _may_enter(uow, row.user_id)
    if row.ends_at <= uow.now:
        return
    row.ends_at = max(uow.now, row.starts_at)
    uow.record(AbsenceEnded(user_id=row.user_id, absence_id=row.id))


def _as_of_now(uow: UnitOfWork) -> Any:
    if uow.actor.kind == "user" and uow.actor.user_id is not None:
        uow.actor = actors.actor_of(uow.session, uow.actor.user_id)
    return uow.actor


def _may_enter(uow: UnitOfWork, user_id: UUID) -> bool:
    """Whether the absence counts as the office's. Raises Forbidden and NotFound."""
    actor = _as_of_now(uow)
    if user_id != actor.user_id:
        policy.require(actor, "user.manage")
    else:
        policy.require(actor, "staff.enter")
    user = uow.session.get(User, (uow.tenant_id, user_id))
    if user is None or user.kind != "staff":
        raise NotFound(msg("There is no such user."))
    held = set(uow.session.scalars(select(Membership.role).where(Membership.user_id == user_id)))
    if "operator" in held and user_id != actor.user_id and actor.kind != "system" and "operator" not in actor.roles:
        raise Forbidden(msg("You may not do this."))
    return policy.can(actor, "user.manage")


def _check_substitute(uow: UnitOfWork, user_id: UUID, substitute_id: UUID) -> None:
    found = actors.staff_actors(uow.session, [substitute_id])
    if not found or substitute_id == user_id:
        raise _invalid("substitute_id", msg("Please choose from the list."))
    if not policy.can(found[0], "task.complete"):
        raise _invalid("substitute_id", msg("This person works on no tasks and cannot stand in."))


def _span(uow: UnitOfWork, from_on: date | None, until_on: date | None) -> tuple[datetime, datetime]:
    """From the first moment of the first day to the last of the last, in the office's zone."""
    errors: FieldErrors = {name: [(msg("Please choose a date."), {})]
                           for name, on in (("from_on", from_on), ("until_on", until_on)) if on is None}
    if from_on is None or until_on is None:
        raise Invalid(msg("Please check the marked fields."), fields=errors)
    today = zones.local_now(uow).date()
    if until_on < max(from_on, today):
        raise _invalid("until_on", msg("The last day lies before the first, or is over."))
    if until_on - from_on > LONGEST or from_on - today > LONGEST:
        raise _invalid("until_on", msg("An absence lasts at most a year and begins within one."))
    zone = zones.zone_of(uow.session, uow.tenant_id)
    begin = datetime.combine(from_on, time(), zone)
    return begin, datetime.combine(until_on + timedelta(days=1), time(), zone)


def _invalid(field: str, text: str) -> Invalid:
    return Invalid(msg("Please check the marked fields."), fields={field: [(text, {})]})
