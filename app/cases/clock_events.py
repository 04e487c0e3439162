"""What happens to the legal clocks of a case, its decisions and its incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.events import CaseEvent
from app.kernel.events import event


@dataclass(frozen=True, kw_only=True)
class DeadlineEvent(CaseEvent):
    """About one clock; `due_at` is its date after the act."""

    name: str
    due_at: datetime


@event("deadline.started")
@dataclass(frozen=True, kw_only=True)
class DeadlineStarted(DeadlineEvent):
    """A limit begins."""


@event("deadline.paused")
@dataclass(frozen=True, kw_only=True)
class DeadlinePaused(DeadlineEvent):
    """Waiting for somebody outside."""


@event("deadline.resumed")
@dataclass(frozen=True, kw_only=True)
class DeadlineResumed(DeadlineEvent):
    """The wait is over; the date moved by the time waited."""


@event("deadline.extended")
@dataclass(frozen=True, kw_only=True)
class DeadlineExtended(DeadlineEvent):
    """More time."""


@event("deadline.interrupted")
@dataclass(frozen=True, kw_only=True)
class DeadlineInterrupted(DeadlineEvent):
    """The budget began anew."""


@event("deadline.reopened")
@dataclass(frozen=True, kw_only=True)
class DeadlineReopened(DeadlineEvent):
    """A further round."""


@event("deadline.stopped")
@dataclass(frozen=True, kw_only=True)
class DeadlineStopped(DeadlineEvent):
    """The duty is met; `late` tells whether in time."""

    late: bool


@event("deadline.dropped")
@dataclass(frozen=True, kw_only=True)
class DeadlineDropped(DeadlineEvent):
    """The request ended while the clock was open: neither met nor missed."""


@event("deadline.recalculated")
@dataclass(frozen=True, kw_only=True)
class DeadlineRecalculated(DeadlineEvent):
    """The calendar changed and the date moved; `before` is the date so far."""

    before: datetime


@event("deadline.warned")
@dataclass(frozen=True, kw_only=True)
class DeadlineWarned(DeadlineEvent):
    """A reminder came."""


@event("deadline.breached")
@dataclass(frozen=True, kw_only=True)
class DeadlineBreached(DeadlineEvent):
    """The date passed while the clock was running."""


@event("decision.made")
@dataclass(frozen=True, kw_only=True)
class DecisionMade(CaseEvent):
    """A decision was asked; the version that answered stands in the event's definitions too."""

    record_id: UUID
    decision_id: str
    element_id: str
    version: int


@event("incident.opened")
@dataclass(frozen=True, kw_only=True)
class IncidentOpened(CaseEvent):
    """A case does not go on by itself."""

    incident_id: UUID
    code: str
    element_id: str


@event("incident.resolved")
@dataclass(frozen=True, kw_only=True)
class IncidentResolved(CaseEvent):
    """It goes on again."""

    incident_id: UUID
