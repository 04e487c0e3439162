"""Staff are told what was handed to them, and administrators what supervision rules cannot do."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.auth import queries as auth
from app.cases import queries as cases
from app.kernel.bus import subscribes
from app.kernel.events import StoredEvent
from app.kernel.unit_of_work import UnitOfWork
from app.notifications.queueing import Recipient, locale_for, queue
from app.tenancy import zones

ASSIGNED, DELEGATED, SUBSTITUTE = "task_assigned", "task_delegated", "substitute_named"
MENTIONED, INSTRUCTED = "person_mentioned", "case_instructed"
PUT_ASIDE, REFUSED, STOPPED = "rule_put_aside", "rules_refused", "rules_stopped"


@subscribes("case.task_assigned", name="notifications.assigned")
def assigned(event: StoredEvent, uow: UnitOfWork) -> None:
    """Whoever gives a task to themselves knows it."""
    _handed(event, uow, ASSIGNED)


@subscribes("case.task_delegated", name="notifications.delegated")
def delegated(event: StoredEvent, uow: UnitOfWork) -> None:
    """A colleague hands a task on."""
    _handed(event, uow, DELEGATED)


def _handed(event: StoredEvent, uow: UnitOfWork, template: str) -> None:
    data = event.current()
    to, told = UUID(str(data["to_user_id"])), cases.handed(uow.session, data)
    if told is None or to == event.actor_id:
        return
    by = auth.names(uow.session, {event.actor_id}).get(event.actor_id, "") if event.actor_id else ""
    queue(uow, template, Recipient(user_id=to, person_id=told.person_id, locale=locale_for(uow, to)),
          {"number": told.case_number, "by": by, "note": told.note or "–"}, told.case_id)


@subscribes("case.person_mentioned", name="notifications.mentioned")
def mentioned(event: StoredEvent, uow: UnitOfWork) -> None:
    """A colleague is named in a note; what it says stands in the case only."""
    _called_to_case(event, uow, MENTIONED)


@subscribes("case.person_instructed", name="notifications.instructed")
def instructed(event: StoredEvent, uow: UnitOfWork) -> None:
    """A supervisor steps in; the words stand in the case only."""
    _called_to_case(event, uow, INSTRUCTED)


def _called_to_case(event: StoredEvent, uow: UnitOfWork, template: str) -> None:
    data = event.current()
    to, told = UUID(str(data["user_id"])), cases.handed(uow.session, data)
    if told is None:
        return
    by = auth.names(uow.session, {event.actor_id}).get(event.actor_id, "") if event.actor_id else ""
    queue(uow, template, Recipient(user_id=to, person_id=told.person_id, locale=locale_for(uow, to)),
          {"number": told.case_number, "by": by}, told.case_id)


@subscribes("auth.absence_entered", name="notifications.substitute")
def substitute(event: StoredEvent, uow: UnitOfWork) -> None:
    """The substitute learns from when to when."""
    data = event.current()
    if not data["substitute_id"]:
        return
    to, absent = UUID(str(data["substitute_id"])), UUID(str(data["user_id"]))
    queue(uow, SUBSTITUTE, Recipient(user_id=to, locale=locale_for(uow, to)),
          {"name": auth.names(uow.session, {absent}).get(absent, ""), "starts": _day(uow, data["starts_at"]),
           "ends": _day(uow, data["ends_at"], timedelta(seconds=1))})


def _day(uow: UnitOfWork, at: str, before: timedelta = timedelta(0)) -> str:
    """A moment's day in the office's zone; `before`: an end is the first moment that no longer belongs to it."""
    return f"{(datetime.fromisoformat(at) - before).astimezone(zones.zone_of(uow.session, uow.tenant_id)):%Y-%m-%d}"


@subscribes("supervision.quarantined", name="notifications.rule_put_aside")
def rule_put_aside(event: StoredEvent, uow: UnitOfWork) -> None:
    """Administrators: a supervision rule no longer sees an event, or stands still."""
    queue(uow, PUT_ASIDE, Recipient(group="administrator"), {"rule": event.current()["rule"]})


@subscribes("supervision.reload_refused", name="notifications.rules_refused")
def rules_refused(event: StoredEvent, uow: UnitOfWork) -> None:
    """Administrators: what was published does not work yet, and why stands on the page of rules."""
    queue(uow, REFUSED, Recipient(group="administrator"), {"rules": event.current()["rules"]})


@subscribes("supervision.office_failed", name="notifications.rules_stopped")
def rules_stopped(_event: StoredEvent, uow: UnitOfWork) -> None:
    """Administrators: nothing is noticed by itself until this is mended; why stands on the page of rules."""
    queue(uow, STOPPED, Recipient(group="administrator"), {})
