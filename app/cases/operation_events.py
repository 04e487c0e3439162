"""What was done to a running process by hand."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.cases.events import CaseEvent
from app.kernel.events import event


@event("case.modified")
@dataclass(frozen=True, kw_only=True)
class CaseModified(CaseEvent):
    """How many tokens went and came, how many variables were written; entry `entry_id` names them, and the reason."""

    entry_id: UUID
    cancelled: int
    activated: int
    variables: int


@event("case.suspended")
@dataclass(frozen=True, kw_only=True)
class CaseSuspended(CaseEvent):
    """Nothing moves it; the reason is entry `entry_id`."""

    entry_id: UUID


@event("case.resumed")
@dataclass(frozen=True, kw_only=True)
class CaseResumed(CaseEvent):
    """It goes on; the reason is entry `entry_id`."""

    entry_id: UUID


@event("case.anonymised")
@dataclass(frozen=True, kw_only=True)
class CaseAnonymised(CaseEvent):
    """Nobody's name and words are left in it."""
