"""What supervision rules and orders leave in the trail: ids, codes, numbers and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.events import event


@event("supervision.fired")
@dataclass(frozen=True, kw_only=True)
class RuleFired:
    """A rule fired and its actions were done; `version` is the hash of its file."""

    case_id: UUID | None
    rule: str
    version: str
    firing_id: UUID


@event("supervision.missed")
@dataclass(frozen=True, kw_only=True)
class ExpectationMissed:
    """What a rule of absence awaited did not come by `due_at`; other rules may build on it. `unit`: the case's."""

    case_id: UUID | None
    rule: str
    unit: str | None
    after_event_id: UUID
    due_at: datetime


@event("supervision.quarantined")
@dataclass(frozen=True, kw_only=True)
class RuleQuarantined:
    """The engine died of an event twice: the rule no longer sees it. Without an event: the whole rule stands still."""

    rule: str
    version: str
    event_id: UUID | None


@event("supervision.reload_refused")
@dataclass(frozen=True, kw_only=True)
class ReloadRefused:
    """New rules could not take over; those before them work on. `rules`: how many there would be."""

    rules: int


@event("supervision.case_tagged")
@dataclass(frozen=True, kw_only=True)
class CaseTagged:
    """A rule put a mark on a case."""

    case_id: UUID
    rule: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class OrderEvent:
    """About one order from above. `case_id` None: about a unit as such; an empty `rule`: opened by a person."""

    order_id: UUID
    case_id: UUID | None
    rule: str
    unit: str | None


@event("supervision.order_opened")
@dataclass(frozen=True, kw_only=True)
class OrderOpened(OrderEvent):
    """A unit is to answer by `due_at`; None where its process sets no limit."""

    due_at: datetime | None


@event("supervision.order_answered")
@dataclass(frozen=True, kw_only=True)
class OrderAnswered(OrderEvent):
    """The head of the unit answered; `late`: after its time. Recorded until orders had a process of their own."""

    late: bool


@event("supervision.order_verified")
@dataclass(frozen=True, kw_only=True)
class OrderVerified(OrderEvent):
    """The supervisor gave 1 to 5 points. Recorded until orders had a process of their own."""

    score: int
