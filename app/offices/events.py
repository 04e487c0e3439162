"""What happened to a whole office; ids, codes, numbers and times only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.events import event


@event("office.made")
@dataclass(frozen=True)
class OfficeMade:
    """An office was made from the base, with its first administrator."""

    administrator_id: UUID
    starters: str


@event("office.term_saved")
@dataclass(frozen=True)
class TermSaved:
    """Term and limits; a limit of None is none."""

    ends_at: datetime
    most_staff: int | None
    most_residents: int | None
    most_cases: int | None
    most_mb: int | None


@event("office.term_ending")
@dataclass(frozen=True)
class TermEnding:
    """Administrators were told that the term ends."""

    days_left: int


@event("office.suspended")
@dataclass(frozen=True)
class OfficeSuspended:
    """`why`: ended or by_hand."""

    why: str


@event("office.resumed")
@dataclass(frozen=True)
class OfficeResumed:
    """It works again after so many whole days."""

    days: int


@event("office.export_requested")
@dataclass(frozen=True)
class ExportRequested:
    """Somebody wants everything in one file."""

    export_id: UUID


@event("office.export_made")
@dataclass(frozen=True)
class ExportMade:
    """The file is there."""

    export_id: UUID
    size: int
    sha256: str


@event("office.export_failed")
@dataclass(frozen=True)
class ExportFailed:
    """It could not be made."""

    export_id: UUID
    code: str


@event("office.export_taken")
@dataclass(frozen=True)
class ExportTaken:
    """Somebody took the file away."""

    export_id: UUID


@event("office.export_dropped")
@dataclass(frozen=True)
class ExportDropped:
    """The file had its time."""

    export_id: UUID
