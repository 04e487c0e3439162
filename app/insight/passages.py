"""What went through the elements and flows of diagrams between two moments, read from the steps of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from app import catalog, engine
from app.cases.model import Case, CaseStep, every
from app.deadlines import WorkCalendar
from app.deadlines.model import Deadline
from app.engine.model import ProcessInstance
from app.insight.histogram import bucket
from app.insight.worked import Worked
from app.kernel.errors import YikouError

Version = tuple[str, str]
"""(process id, hash of the version that the case was pinned to when it was counted)."""


@dataclass
class Tally:
    """One element or flow. `rework`: passages of cases that had been through before; `overdue`: those during which a
    legal limit of the case ran out; `times`: bucket of working time -> how many (elements only)."""

    passages: int = 0
    rework: int = 0
    overdue: int = 0
    times: dict[int, int] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take another's in."""
        self.passages, self.rework = self.passages + other.passages, self.rework + other.rework
        self.overdue += other.overdue
        for number, count in other.times.items():
            self.times[number] = self.times.get(number, 0) + count

    def document(self) -> list[Any]:
        """As it is stored."""
        return [self.passages, self.rework, self.overdue, {str(at): self.times[at] for at in sorted(self.times)}]

    @staticmethod
    def of(document: Sequence[Any]) -> Tally:
        """As it was stored."""
        passages, rework, overdue, times = document
        return Tally(int(passages), int(rework), int(overdue), {int(at): int(count) for at, count in times.items()})


Tallies = dict[Version, dict[str, Tally]]


@dataclass(frozen=True)
class Ways:
    """The flows of one version. `out`: element -> its (flow, target); `raced`: what waits behind an event-based gateway
    -> the flow to it; `every`: elements all of whose flows are taken; `many`: those done once for each of a list."""

    out: Mapping[str, tuple[tuple[str, str], ...]]
    raced: Mapping[str, str]
    every: frozenset[str]
    many: frozenset[str]

    def taken(self, element_id: str, entered: Sequence[str]) -> Iterator[str]:
        """The flows by which a finished element went on: its only one, all of a split, or to what was entered next."""
        out = self.out.get(element_id, ())
        whole = len(out) == 1 or element_id in self.every
        yield from (flow for flow, target in out if whole or target in entered)
        if element_id in self.raced:
            yield self.raced[element_id]


LONG = timedelta(days=400)
"""Passages that began earlier than that before the span are reckoned one by one."""
NOWHERE = Ways({}, {}, frozenset(), frozenset())


@lru_cache(maxsize=64)
def ways(data: bytes) -> Ways:
    """Of the bytes of a diagram."""
    parts = engine.diagram_parts(data)
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    raced: dict[str, str] = {}
    for one in parts.values():
        if one.type != "sequenceFlow":
            continue
        source, target = one.facts.get("sourceRef", ""), one.facts.get("targetRef", "")
        if source in parts and parts[source].type == "eventBasedGateway":
            raced[target] = one.id
        else:
            out[source].append((one.id, target))
    marked = {one.id for one in parts.values() if any(path.startswith("multiInstance") for path in one.facts)}
    split = {one.id for one in parts.values() if one.type == "parallelGateway"}
    return Ways({name: tuple(found) for name, found in out.items()}, raced, frozenset(split), frozenset(marked))


def processes(session: Session) -> Iterator[str]:
    """Ids of all processes that cases of the office went through, from one to the next in the index."""
    last = session.scalar(select(func.min(CaseStep.process_id)))
    while last is not None:
        yield last
        last = session.scalar(select(func.min(CaseStep.process_id)).where(CaseStep.process_id > last))


def next_step(session: Session, since: datetime) -> datetime | None:
    """When the office's first case went on at or after a moment; None when none has."""
    found = [session.scalar(select(func.min(CaseStep.at)).where(CaseStep.process_id == name, CaseStep.at >= since))
             for name in processes(session)]
    return min((at for at in found if at is not None), default=None)


def between(session: Session, tenant_id: UUID, calendar: WorkCalendar, start: datetime, end: datetime,
            process_id: str = "") -> Tallies:
    """Elements that were finished and flows that were taken from `start` until before `end`; of one process or all."""
    found: Tallies = {}
    for name in [process_id] if process_id else list(processes(session)):
        _count(session, tenant_id, calendar, (start, end), name, found)
    return found


def _count(session: Session, tenant_id: UUID, calendar: WorkCalendar, span: tuple[datetime, datetime], process_id: str,
           found: Tallies) -> None:
    within = (CaseStep.process_id == process_id, CaseStep.at >= span[0], CaseStep.at < span[1])
    steps = session.execute(_rows(process_id, within)).all()
    if not steps:
        return
    pins = {case_id: str(pinned.get(process_id, "")) for case_id, pinned in session.execute(_pins(within))}
    known: dict[str, Ways] = {}
    lengths: dict[tuple[datetime, datetime], int] = {}
    worked = Worked(calendar, span[0].date() - LONG)
    for case_id, rows in groupby(steps, key=lambda row: row.case_id):
        digest = pins.get(case_id, "")
        if not digest:
            continue
        if digest not in known:
            known[digest] = _ways_of(session, tenant_id, digest)
        tallies = found.setdefault((process_id, digest), {})
        _case(list(rows), known[digest], worked, lengths, tallies)


def _case(rows: list[Any], way: Ways, worked: Worked, lengths: dict[tuple[datetime, datetime], int],
          tallies: dict[str, Tally]) -> None:
    for number, row in enumerate(rows):
        if row.how != "completed":
            continue
        tally = tallies.setdefault(row.element_id, Tally())
        tally.passages += 1
        tally.rework += bool(row.again) and row.element_id not in way.many
        tally.overdue += bool(row.late)
        if row.since is not None:
            span = (row.since, row.at)
            if span not in lengths:
                lengths[span] = bucket(worked.between(*span)) if row.since < row.at else 0
            tally.times[lengths[span]] = tally.times.get(lengths[span], 0) + 1
        for flow in way.taken(row.element_id, _entered_next(rows, number)):
            tallies.setdefault(flow, Tally()).passages += 1


def _entered_next(rows: list[Any], number: int) -> list[str]:
    """What was entered right behind a finished element, in the same step."""
    found = []
    for row in rows[number + 1:]:
        if row.how != "entered" or row.at - rows[number].at > timedelta():
            break
        found.append(row.element_id)
    return found


def _ways_of(session: Session, tenant_id: UUID, digest: str) -> Ways:
    try:
        return ways(catalog.compiled_by_hash(session, tenant_id, digest)[0].data)
    except YikouError:  # a version that this release cannot read any more still has its elements counted
        return NOWHERE


def _pins(within: Sequence[Any]) -> Any:
    return every(select(Case.id, ProcessInstance.pins)
                 .join(ProcessInstance, and_(ProcessInstance.tenant_id == Case.tenant_id,
                                             ProcessInstance.id == Case.instance_id))
                 .where(Case.id.in_(select(CaseStep.case_id).where(*within))))


def _rows(process_id: str, within: Sequence[Any]) -> Any:
    """All steps, case by case in their order; of finished elements with when they were entered, whether the case had
    been through before that, and whether a limit ran out meanwhile."""
    entered, before = aliased(CaseStep), aliased(CaseStep)
    same = (entered.tenant_id == CaseStep.tenant_id, entered.case_id == CaseStep.case_id,
            entered.process_id == process_id, entered.element_id == CaseStep.element_id, entered.how == "entered",
            entered.task_id == CaseStep.task_id)
    again = exists().where(
        before.tenant_id == CaseStep.tenant_id, before.case_id == CaseStep.case_id, before.process_id == process_id,
        before.element_id == CaseStep.element_id, before.how == "completed", before.id < entered.id)
    late = exists().where(Deadline.tenant_id == CaseStep.tenant_id, Deadline.case_id == CaseStep.case_id,
                          Deadline.breached_at > entered.at, Deadline.breached_at <= CaseStep.at)
    return (select(CaseStep.case_id, CaseStep.id, CaseStep.element_id, CaseStep.how, CaseStep.at,
                   entered.at.label("since"), again.label("again"), late.label("late"))
            .join(entered, and_(CaseStep.how == "completed", *same), isouter=True)
            .where(*within).order_by(CaseStep.case_id, CaseStep.id))
