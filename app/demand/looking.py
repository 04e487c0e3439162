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
NEARLY = 0.8
"""Of the excess of a wider finding: a narrower one with as much says better where it is."""


@dataclass(frozen=True)
class Candidate:
    """A finding that the table calls a topic, with the cases behind it."""

    finding: Finding
    reason: str
    look: Look
    case_ids: tuple[UUID, ...]

    @property
    def excess(self) -> float:
        """Requests beyond what was expected; all of them where it is not their number that is unusual."""
        finding = self.finding
        return finding.count - finding.expected if self.reason == "growth" else float(finding.count)


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
    """A wave of requests shows in a service, a kind, a building and the office at once. Of all findings that share
    their cases one stands for the others: the smallest that still explains nearly all of the greatest excess."""
    recent = {days: [row for row in rows if (today - row.day).days <= days] for days in {one[0].days for one in found}}
    waiting = [Candidate(finding, reason, way, tuple(sorted(
        row.id for row in reading.in_cell(finding.cell, recent[finding.days])))) for finding, reason, way in found]
    waiting.sort(key=lambda one: (-one.excess, one.finding.cell, one.finding.days))
    chosen: list[Candidate] = []
    while waiting:
        top, ids = waiting[0], set(waiting[0].case_ids)
        alike = [one for one in waiting if one is top or shared(ids, one.case_ids) >= one.look.overlap]
        best = min((one for one in alike if one.excess >= NEARLY * top.excess),
                   key=lambda one: (one.finding.expected, one.finding.cell, one.finding.days))
        chosen.append(best)
        waiting = [one for one in waiting if all(one is not other for other in alike)]
    return tuple(chosen)


def shared(one: set[UUID], other: Sequence[UUID]) -> float:
    """The cases both have, as a share of the fewer."""
    fewer = min(len(one), len(other))
    return len(one.intersection(other)) / fewer if fewer else 0.0
