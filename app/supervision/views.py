"""What the supervisor's page gets to see: plain frozen values, names in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.deadlines import Remaining


@dataclass(frozen=True)
class ClockAt:
    """A running clock of a case. `state`: late, soon or running."""

    name: str
    due_at: datetime
    remaining: Remaining
    state: str


@dataclass(frozen=True)
class TaskAt:
    """An open task of a case: with `holder` (empty: nobody), else open to `groups`."""

    task_id: UUID
    task_name_zh: str
    task_name_en: str
    holder: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class OversightRow:
    """One case that needs a look. No words of a person stand in it; `place` is covered as the table says."""

    case_id: UUID
    number: str
    service_zh: str
    service_en: str
    module: str | None
    unit: str | None
    unit_zh: str
    unit_en: str
    place: str
    urgency: str | None
    phase: str
    status: str
    outcome: str | None
    rating: int | None
    solved: str | None
    submitted_at: datetime
    clocks: tuple[ClockAt, ...]
    tasks: tuple[TaskAt, ...]
    returned: int
    reopened: int
    stopped: int

    @property
    def colour(self) -> str:
        """The worst of the clocks."""
        states = {one.state for one in self.clocks}
        return "red" if "late" in states else "yellow" if "soon" in states else "green" if states else "grey"


@dataclass(frozen=True)
class Today:
    """`counts`: cases by reason; `colours`: open cases by their worst clock; `parts`: the first cases of a reason."""

    counts: Mapping[str, int]
    colours: Mapping[str, int]
    parts: Mapping[str, tuple[OversightRow, ...]]


@dataclass(frozen=True)
class OversightPage:
    """One page. `counts`: cases by reason; `clocks`: overdue cases by clock; both within the filters."""

    rows: tuple[OversightRow, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    clocks: Mapping[str, int]
