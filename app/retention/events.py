"""What was taken, in numbers, and which cases are kept whole."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.kernel.events import event


@event("retention.applied")
@dataclass(frozen=True)
class RetentionApplied:
    """A batch: `what` of so many cases or rows, kept for `days` by version `version` of the table."""

    what: str
    days: int
    count: int
    version: int
    table_hash: str


@event("retention.held")
@dataclass(frozen=True)
class RetentionHeld:
    """A case is kept whole."""

    case_id: UUID


@event("retention.lifted")
@dataclass(frozen=True)
class RetentionLifted:
    """The table counts for it again."""

    case_id: UUID
