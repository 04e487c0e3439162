"""What staff do with an open task beside its work: who gets it, and when its holder looks again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.cases.events import CaseEvent, TaskEvent
from app.kernel.events import event


@dataclass(frozen=True, kw_only=True)
class HandedEvent(TaskEvent):
    """A task went from `from_user_id` (None: nobody had it) to `to_user_id`; `entry_id` is its line in the journal."""

    to_user_id: UUID
    from_user_id: UUID | None
    entry_id: UUID


@event("case.task_assigned")
@dataclass(frozen=True, kw_only=True)
class CaseTaskAssigned(HandedEvent):
    """Given to a person by whoever may reassign."""


@event("case.task_delegated")
@dataclass(frozen=True, kw_only=True)
class CaseTaskDelegated(HandedEvent):
    """Handed on by its holder."""


@event("case.task_taken_over")
@dataclass(frozen=True, kw_only=True)
class CaseTaskTakenOver(TaskEvent):
    """The substitute of an absent holder took it."""

    from_user_id: UUID


@event("case.task_follow_up_set")
@dataclass(frozen=True, kw_only=True)
class CaseTaskFollowUpSet(TaskEvent):
    """Its holder looks again at `at` (the first moment of that day); None: the plan is dropped."""

    at: datetime | None


@event("case.instructed")
@dataclass(frozen=True, kw_only=True)
class CaseInstructed(CaseEvent):
    """A supervisor wrote an instruction into the journal; `told`: how many people are told."""

    entry_id: UUID
    told: int


@event("case.person_instructed")
@dataclass(frozen=True, kw_only=True)
class CasePersonInstructed(CaseEvent):
    """Who handles the case, or may take its task, is to be told of an instruction."""

    entry_id: UUID
    user_id: UUID
