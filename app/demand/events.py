"""What happened to topics of demand: ids, codes, numbers and times only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("demand.computed")
@dataclass(frozen=True, kw_only=True)
class DemandComputed:
    """The cells of an office were compared; `cells`: how many, `raised`, `joined`: topics."""

    day: str
    cases: int
    cells: int
    raised: int
    joined: int


@dataclass(frozen=True, kw_only=True)
class TopicEvent:
    """About one topic."""

    topic_id: UUID
    level: str
    code: str
    place: str


@event("demand.topic_raised")
@dataclass(frozen=True, kw_only=True)
class TopicRaised(TopicEvent):
    """By the model, a rule or a person; `reason` is a code of the decision table, or `rule`, `hand`."""

    source: str
    reason: str
    count: int


@event("demand.topic_joined")
@dataclass(frozen=True, kw_only=True)
class TopicJoined(TopicEvent):
    """What was found belongs to a topic that is there already."""

    source: str


@event("demand.topic_dropped")
@dataclass(frozen=True, kw_only=True)
class TopicDropped(TopicEvent):
    """Put aside by a person."""


@event("demand.topic_taken")
@dataclass(frozen=True, kw_only=True)
class TopicTaken(TopicEvent):
    """It has an internal matter now; `unit` is to look at it."""

    case_id: UUID
    unit: str


@event("demand.topic_closed")
@dataclass(frozen=True, kw_only=True)
class TopicClosed(TopicEvent):
    """Its matter ended; `outcome` as the diagram says."""

    case_id: UUID
    outcome: str


@event("demand.change_noted")
@dataclass(frozen=True, kw_only=True)
class ChangeNoted(TopicEvent):
    """What was changed because of it, and in which version."""

    what: str
    key: str
    version: int


@event("demand.measured")
@dataclass(frozen=True, kw_only=True)
class TopicMeasured(TopicEvent):
    """Requests in the same number of `days` before and after a change."""

    round: int
    days: int
    before: int
    after: int
    effective: bool


@event("demand.month_chosen")
@dataclass(frozen=True, kw_only=True)
class MonthChosen:
    """The theme and questions of a month were written; `published`: residents see them."""

    month: str
    questions: int
    published: bool


@event("demand.progress_noted")
@dataclass(frozen=True, kw_only=True)
class ProgressNoted:
    """How far a question of a month is."""

    month: str
    question_id: UUID
