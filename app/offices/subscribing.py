"""Handlers of an office's subscription: term and limits, warnings before the end, suspension, resumption."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from app import catalog, notifications
from app.auth import policy
from app.cases.commands import GiveTimeBack
from app.kernel import pauses
from app.kernel.bus import handles
from app.kernel.errors import Conflict, Invalid, NotFound, msg
from app.kernel.unit_of_work import UnitOfWork
from app.offices import reading
from app.offices.commands import ResumeOffice, ReviewTerm, SaveTerm, SuspendOffice
from app.offices.events import OfficeResumed, OfficeSuspended, TermEnding, TermSaved
from app.tenancy import terms, zones
from app.tenancy.model import OfficeTerm, Tenant

TEMPLATE = "term_ending"
ENDED, BY_HAND = "ended", "by_hand"
CHECK = msg("Please check the marked fields.")


def put(uow: UnitOfWork, values: dict[str, Any]) -> OfficeTerm:
    """Store term and limits; warnings begin anew."""
    term = terms.of(uow.session, uow.tenant_id, lock=True)
    if term is None:
        term = OfficeTerm(tenant_id=uow.tenant_id, id=uow.tenant_id, **values)
        uow.session.add(term)
    for name, value in values.items():
        setattr(term, name, value)
    term.warned_days = None
    zone = zones.zone_of(uow.session, uow.tenant_id)
    term.due_at = terms.next_due(term, zone)
    uow.session.flush()
    ends_at = datetime.combine(term.ends_on + timedelta(days=1), time(), zone)
    uow.record(TermSaved(ends_at=ends_at, **{name: getattr(term, name) for name in terms.LIMITS}))
    return term


@handles(SaveTerm)
def save_term(command: SaveTerm, uow: UnitOfWork) -> None:
    """A longer term ends the suspension that the end of the old one brought."""
    policy.require(uow.actor, "tenant.manage")
    _office(uow)
    reader = reading.Reader(command.term)
    values = reading.term(reader)
    if reader.faults:
        raise Invalid(CHECK, fields=reader.faults)
    term = put(uow, values)
    if term.suspended_why == ENDED and terms.suspends_on(term) > zones.local_now(uow).date():
        _resume(uow, term)


@handles(SuspendOffice)
def suspend_office(command: SuspendOffice, uow: UnitOfWork) -> None:
    """An office without a term has none to suspend: it gets one first."""
    policy.require(uow.actor, "tenant.manage")
    _office(uow)
    reason = command.reason.strip()
    if not 0 < len(reason) <= 500:
        raise Invalid(CHECK, fields={"reason": [(msg("Please write 1 to %(limit)s characters."), {"limit": 500})]})
    _suspend(uow, _term(uow), BY_HAND, reason)


@handles(ResumeOffice)
def resume_office(command: ResumeOffice, uow: UnitOfWork) -> None:
    """The worker would suspend it again at once while the term is over."""
    policy.require(uow.actor, "tenant.manage")
    term = _term(uow)
    if term.suspended_at is None:
        raise Conflict(msg("This office is not suspended."))
    if terms.suspends_on(term) <= zones.local_now(uow).date():
        raise Invalid(CHECK, fields={"ends_on": [(msg("The term is over. Give it a later last day first."), {})]})
    _resume(uow, term)


@handles(ReviewTerm)
def review_term(command: ReviewTerm, uow: UnitOfWork) -> dict[str, Any]:
    """Dispatched when `due_at` has come; once more is harmless."""
    policy.require(uow.actor, "tenant.manage")
    term, today = terms.of(uow.session, uow.tenant_id, lock=True), zones.local_now(uow).date()
    if term is None or term.due_at is None or term.due_at > uow.now:
        return {"done": False}
    if terms.suspends_on(term) <= today:
        _suspend(uow, term, ENDED, "")
        return {"done": True}
    reached = terms.warning(term, today)
    if reached is not None and (term.warned_days is None or reached < term.warned_days):
        term.warned_days = reached
        _tell(uow, term, (term.ends_on - today).days)
    term.due_at = terms.next_due(term, zones.zone_of(uow.session, uow.tenant_id))
    return {"done": True}


def _tell(uow: UnitOfWork, term: OfficeTerm, left: int) -> None:
    """Without words for it (a base that is older than this code) the trail and the pages still say so."""
    uow.record(TermEnding(days_left=left))
    if catalog.live(uow.session, uow.tenant_id, "message", TEMPLATE) is None:
        return
    office = uow.session.get_one(Tenant, uow.tenant_id)
    notifications.queue(uow, TEMPLATE, notifications.Recipient(group="administrator", locale=office.locale),
                        {"ends_on": term.ends_on.isoformat(), "days": max(left, 0)})


def _suspend(uow: UnitOfWork, term: OfficeTerm, why: str, reason: str) -> None:
    if term.suspended_at is not None:
        raise Conflict(msg("This office is suspended already."))
    term.suspended_at, term.suspended_by, term.suspended_why = uow.now, uow.actor.user_id, why
    term.suspended_reason, term.due_at = reason, None
    pauses.put(uow.session, uow.tenant_id, uow.now)
    uow.record(OfficeSuspended(why=why))


def _resume(uow: UnitOfWork, term: OfficeTerm) -> None:
    """What would have grown too old meanwhile gets the time back. Legal clocks do not: they are the residents'."""
    lost = uow.now - (term.suspended_at or uow.now)
    uow.dispatch_nested(GiveTimeBack(tenant_id=uow.tenant_id, actor=uow.actor, lost=lost))
    term.suspended_at = term.suspended_by = term.suspended_why = None
    term.suspended_reason = ""
    term.due_at = terms.next_due(term, zones.zone_of(uow.session, uow.tenant_id))
    pauses.lift(uow.session, uow.tenant_id)
    uow.record(OfficeResumed(days=lost.days))


def _office(uow: UnitOfWork) -> Tenant:
    found = uow.session.get(Tenant, uow.tenant_id)
    if found is None:
        raise NotFound(msg("There is no such office."))
    return found


def _term(uow: UnitOfWork) -> OfficeTerm:
    term = terms.of(uow.session, uow.tenant_id, lock=True)
    if term is None:
        raise Invalid(CHECK, fields={"ends_on": [(msg("Give this office a term first."), {})]})
    return term
