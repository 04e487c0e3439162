"""What was moved to another version, and by which run."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.cases.events import CaseEvent
from app.kernel.events import event


@event("case.migrated")
@dataclass(frozen=True, kw_only=True)
class CaseMigrated(CaseEvent):
    """A process of the case goes on by another version of its diagram; entry `entry_id` holds the reason."""

    entry_id: UUID
    process_id: str
    from_version: int
    to_version: int
    run_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class _RunEvent:
    run_id: UUID
    process_id: str
    from_version: int
    to_version: int


@event("migration.planned")
@dataclass(frozen=True, kw_only=True)
class MigrationPlanned(_RunEvent):
    """So many instances are looked at. `back_of`: the run that would be taken back."""

    instances: int
    back_of: UUID | None


@event("migration.started")
@dataclass(frozen=True, kw_only=True)
class MigrationStarted(_RunEvent):
    """Instances begin to move, or go on."""


@event("migration.paused")
@dataclass(frozen=True, kw_only=True)
class MigrationPaused(_RunEvent):
    """Nothing of it goes on for now; the run holds the reason."""


@event("migration.resumed")
@dataclass(frozen=True, kw_only=True)
class MigrationResumed(_RunEvent):
    """It goes on where it was; the run holds the reason."""


@event("migration.stopped")
@dataclass(frozen=True, kw_only=True)
class MigrationStopped(_RunEvent):
    """No further instance moves."""


@event("migration.ended")
@dataclass(frozen=True, kw_only=True)
class MigrationEnded(_RunEvent):
    """How many moved, how many stayed, how many failed."""

    moved: int
    stayed: int
    failed: int
