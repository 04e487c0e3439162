"""What happened to an office's calendar."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.events import event


@event("calendar.changed")
@dataclass(frozen=True)
class CalendarChanged:
    """Own rows of a year were added, changed or removed; `moved`: how many dates of open clocks moved with it."""

    year: int
    added: int
    changed: int
    removed: int
    moved: int
