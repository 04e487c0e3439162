"""What happened to whole installations, told in the trail of each of its offices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.kernel.events import event


@event("backup.made")
@dataclass(frozen=True)
class BackupMade:
    """Everything was written into a file with this digest."""

    rows: int
    files: int
    sha256: str


@event("backup.restored")
@dataclass(frozen=True)
class BackupRestored:
    """What came after `made_at` is not here; `held`: it does nothing until it is released."""

    made_at: datetime
    migration: str
    held: bool
    erased: int


@event("backup.released")
@dataclass(frozen=True)
class BackupReleased:
    """An office that a restore held works again."""

    days: int
