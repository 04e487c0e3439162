"""Figures of a play, read from what the office stored: steps, times, ends, and what went wrong. Never a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from app.cases.commitments import Commitment
from app.cases.model import Case, CaseStep
from app.cli.demo.replay.coverage import Diagrams, reached
from app.cli.demo.replay.play import Played
from app.cli.demo.replay.states import StateCheck
from app.deadlines import WorkCalendar
from app.deadlines.model import Deadline
from app.engine.model import IncidentRow, ProcessInstance
from app.kernel import database
from app.kernel.events import StoredEvent

OUTCOMES = ("satisfied", "unrated", "not_accepted", "withdrawn", "joined", "unresolved")
COUNTED = {"returns": "case.returned", "reopenings": "case.reopened", "questions": "case.question_asked",
           "joined": "case.joined", "breaches": "deadline.breached"}


@dataclass(frozen=True)
class StepFigures:
    """One element. Times in hours, of those that ended: median and ninetieth percentile."""

    process: str
    element: str
    type: str
    name: str
    entered: int
    completed: int
    cancelled: int
    working_median: float
    working_p90: float
    wall_median: float
    wall_p90: float


@dataclass
class Report:
    """The whole outcome. `failures` empty: the office came through."""

    rows: int
    faults: list[dict[str, Any]]
    cases: int
    ends: dict[str, int]
    counts: dict[str, int]
    refused: dict[str, int]
    steps: list[StepFigures]
    elements: tuple[int, int]
    flows: tuple[int, int]
    unreached: list[str]
    stuck: list[str]
    incidents: dict[str, int]
    bare: dict[str, int]
    states_checked: int
    virtual_days: float
    seconds: float
    engine_steps: int
    failures: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As a JSON-able document."""
        return asdict(self)


def report(tenant_id: UUID, played: Played, calendar: WorkCalendar, rows: int, seconds: float,
           check: StateCheck | None) -> Report:
    """Read everything from the tables."""
    diagrams = Diagrams.live(tenant_id)
    with database.current().read(tenant_id) as session:
        steps = list(session.scalars(select(CaseStep).order_by(CaseStep.case_id, CaseStep.id)))
        touched = reached(diagrams, steps)
        cases = list(session.scalars(select(Case).order_by(Case.number)))
        versions = int(session.scalar(select(func.sum(ProcessInstance.version))) or 0)
        made = Report(
            rows=rows, faults=[asdict(fault) for fault in played.faults], cases=len(cases),
            ends=_ends(cases), counts=_counts(session), refused=dict(played.refused.most_common()),
            steps=figures(diagrams, steps, calendar),
            elements=(len(touched.nodes & set(diagrams.nodes)), len(diagrams.nodes)),
            flows=(len(touched.flows & set(diagrams.flows)), len(diagrams.flows)),
            unreached=touched.missing(diagrams),
            stuck=[f"{case.number} in {case.phase}" for case in cases if case.status == "open"],
            incidents=_incidents(session), bare=_bare(session), states_checked=check.checked if check else 0,
            virtual_days=_days(cases), seconds=round(seconds, 1), engine_steps=versions)
    made.failures = _failures(made, played, check)
    return made


def _ends(cases: Iterable[Case]) -> dict[str, int]:
    found = Counter(case.outcome or "" for case in cases if case.status != "open")
    return {name: found.get(name, 0) for name in (*OUTCOMES, *sorted(set(found) - set(OUTCOMES)))}


def _counts(session: Session) -> dict[str, int]:
    query = select(StoredEvent.type, func.count()).group_by(StoredEvent.type)
    by_type: dict[str, int] = {row[0]: row[1] for row in session.execute(query)}
    return {name: by_type.get(kind, 0) for name, kind in COUNTED.items()}


def _bare(session: Session) -> dict[str, int]:
    """How many requests have no commitment, no clock, or ended without a decision on the visit."""
    lacks = {"commitment": ~exists().where(Commitment.case_id == Case.id),
             "clock": ~exists().where(Deadline.case_id == Case.id),
             "visit decision": and_(Case.status != "open", Case.visit.is_(None))}
    return {name: int(session.scalar(select(func.count()).select_from(Case).where(condition)) or 0)
            for name, condition in lacks.items()}


def _incidents(session: Session) -> dict[str, int]:
    query = (select(IncidentRow.element_id, IncidentRow.code, IncidentRow.message, func.count())
             .group_by(IncidentRow.element_id, IncidentRow.code, IncidentRow.message))
    return {f"{element}: {code}: {message}": count for element, code, message, count in session.execute(query)}


def _days(cases: list[Case]) -> float:
    ends = [case.closed_at or case.submitted_at for case in cases]
    return round((max(ends) - min(case.submitted_at for case in cases)) / timedelta(days=1), 1) if cases else 0.0


def figures(diagrams: Diagrams, steps: Iterable[CaseStep], calendar: WorkCalendar) -> list[StepFigures]:
    """Counts and times by element, in the order of the diagrams."""
    began: dict[tuple[UUID, str, str], datetime] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    spent: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for step in steps:
        place, token = (step.process_id, step.element_id), (step.case_id, step.task_id, step.element_id)
        counts[*place, step.how] += 1
        if step.how == "entered":
            began[token] = step.at
        elif (start := began.pop(token, None)) is not None:
            spent.setdefault(place, []).append((_hours(calendar.between(start, step.at)), _hours(step.at - start)))
    found = []
    for place, element in sorted(diagrams.nodes.items()):
        working, wall = ([pair[n] for pair in spent.get(place, [])] for n in (0, 1))
        entered, completed, cancelled = (counts[*place, how] for how in ("entered", "completed", "cancelled"))
        found.append(StepFigures(place[0], place[1], element.type, element.name_en, entered, completed, cancelled,
                                 *_spread(working), *_spread(wall)))
    return found


def _hours(length: timedelta) -> float:
    return length / timedelta(hours=1)


def _spread(values: list[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 0.0
    return round(median(values), 2), round(quantiles(values, n=10)[8] if len(values) > 1 else values[0], 2)


def _failures(made: Report, played: Played, check: StateCheck | None) -> list[str]:
    lines = [f"no case ended as {name}" for name in OUTCOMES if not made.ends[name]]
    lines += [f"an end without a known kind: {name or '?'}" for name in made.ends if name not in OUTCOMES]
    lines += [f"never reached: {name}" for name in made.unreached]
    lines += [f"stuck: {name}" for name in made.stuck]
    lines += [f"incident: {name} ({count})" for name, count in made.incidents.items()]
    lines += [f"{number} cases without a {name}" for name, number in made.bare.items() if number]
    lines += [f"given up: {name}" for name in played.given_up]
    if check is not None:
        lines += [f"state changes when restored and saved: instance {one}" for one in check.changed]
        if check.checked < made.engine_steps:  # more: steps of a command that was refused in its end
            lines.append(f"only {check.checked} of {made.engine_steps} steps were checked")
    return lines
