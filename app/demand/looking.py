"""One computation: all windows the table names, and of what is unusual the findings that are topics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.demand import reading, tables
from app.demand.cells import YEAR, Finding, Row, findings
from app.demand.tables import Look

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Candidate:
    """A finding that the table calls a topic, with the cases behind it."""

    finding: Finding
    reason: str
    look: Look
    case_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Looked:
    """What one computation saw. `versions`: hashes of the tables it asked."""

    cases: int
    cells: int
    candidates: tuple[Candidate, ...]
    versions: dict[str, Any]


def look(session: Session, tenant_id: UUID, now: datetime, zone: ZoneInfo) -> Looked:
    """Compare all cells up to the day before `now`. Nothing is written. Raises NotFound and Invalid for the tables."""
    asked = {name: tables.table(session, tenant_id, name, now.astimezone(zone))
             for name in (tables.WINDOWS, tables.TOPIC)}
    versions = {name: one.hash for name, one in asked.items()}
    today = now.astimezone(zone).date()
    first = reading.first_day(session)
    known = (today - first.astimezone(zone).date()).days if first is not None else 0
    looks = tables.windows(asked[tables.WINDOWS], known)
    if not looks:
        return Looked(0, 0, (), versions)
    back = max(YEAR + one.window.days * (one.window.past + 1) for one in looks)
    rows = reading.rows(session, zone, start_of(today - DAY * back, zone), start_of(today, zone))
    number, found = 0, []
    for one in looks:
        made = findings(rows, one.window, today, known)
        number += len(made)
        found += [(finding, reason, one) for finding in made if (reason := tables.reason(asked[tables.TOPIC], finding))]
    return Looked(len(rows), number, strongest(found, rows, today), versions)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day of the office."""
    return datetime.combine(day, time(), zone)


def strongest(found: Sequence[tuple[Finding, str, Look]], rows: Sequence[Row], today: date) -> tuple[Candidate, ...]:
    """A wave of requests shows in a service, a kind, a building and the office at once: the surest finding stands for
    all that share its cases; of equally sure ones the one that names a service, then the one with more requests."""
    order = sorted(found, key=lambda one: (round(one[0].false_share, 4), one[0].cell.level != "service",
                                           -one[0].count, one[0].cell))
    recent = {days: [row for row in rows if (today - row.day).days <= days] for days in {one[0].days for one in found}}
    chosen: list[Candidate] = []
    for finding, reason, way in order:
        ids = {row.id for row in reading.in_cell(finding.cell, recent[finding.days])}
        if not any(shared(ids, other.case_ids) >= way.overlap for other in chosen):
            chosen.append(Candidate(finding, reason, way, tuple(sorted(ids))))
    return tuple(chosen)


def shared(one: set[UUID], other: Sequence[UUID]) -> float:
    """The cases both have, as a share of the fewer."""
    fewer = min(len(one), len(other))
    return len(one.intersection(other)) / fewer if fewer else 0.0
