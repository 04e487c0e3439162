"""What the inbox page gets to see: rows, tabs with counts, saved views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.deadlines import Remaining

MOST_COUNTED = 999
"""Tasks are counted up to here; a number above it says "more"."""


@dataclass(frozen=True)
class InboxRow:
    """One task in the inbox. `colour`: green, yellow, red, or grey without a running clock.

    `claimed_by_name`: who holds it, None also for a hold that no longer binds; `instead_of`: the absent holder for
    whom the reader stands in. `may_take`: nobody else is in the way. `title`: of an internal matter, else empty.
    """

    task_id: UUID
    case_id: UUID
    case_number: str
    task_name_zh: str
    task_name_en: str
    service_zh: str
    service_en: str
    module: str | None
    unit: str | None
    unit_zh: str
    unit_en: str
    place: str
    urgency: str | None
    phase: str
    due_at: datetime | None
    remaining: Remaining | None
    colour: str
    claimed_by_name: str | None
    instead_of: str | None
    is_mine: bool
    may_take: bool
    priority: int
    created_at: datetime
    follow_up_on: date | None
    follow_up_now: bool
    title: str = ""


@dataclass(frozen=True)
class InboxPage:
    """One page of what was asked for. `counts`: open tasks of each tab the reader has, without further filters.

    `total` and `counts` above MOST_COUNTED: so many at least. `pages` of such a list: up to the next one. `before` and
    `after`: where the earlier and the next page of it begin, for its address; empty where page numbers do.
    """

    rows: tuple[InboxRow, ...]
    total: int
    page: int
    pages: int
    counts: Mapping[str, int]
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class InboxViewRow:
    """A saved view with the number of tasks in it, up to one more than MOST_COUNTED."""

    view_id: UUID
    name: str
    wanted: Mapping[str, str]
    is_default: bool
    total: int
