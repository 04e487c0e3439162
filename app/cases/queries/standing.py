"""Where open cases stand in a diagram, and how many went through an element, by the version they are pinned to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, Text, and_, case, func, select, type_coerce
from sqlalchemy.orm import Session

from app.cases.model import Case, CaseStep, every
from app.engine.model import IncidentRow, ProcessInstance

MOST_STOPPED = 500
"""Open incidents that are looked at; so many mean that something else is wrong."""


@dataclass(frozen=True)
class Standing:
    """An element of a version of a process. Empty: `element_id` is the process as a whole, `hash` all its versions."""

    process_id: str
    hash: str
    element_id: str = ""


@dataclass(frozen=True)
class ElementCounts:
    """Tokens of open cases at the element, cases stopped there, and completions since some moment."""

    live: int = 0
    stopped: int = 0
    passed: int = 0


def pinned(where: Standing) -> ColumnElement[bool]:
    """Instances that run, or call, this version. The pins are a document of ids and hashes, compactly written."""
    version = f'{where.hash}"' if where.hash else ""
    return type_coerce(ProcessInstance.pins, Text).contains(f'"{where.process_id}":"{version}', autoescape=True)


def _of_version(query: Any, where: Standing) -> Select[Any]:
    """Cases and internal matters whose instance is pinned to the version."""
    found: Select[Any] = query.join(ProcessInstance, and_(ProcessInstance.tenant_id == Case.tenant_id,
                                                          ProcessInstance.id == Case.instance_id))
    return every(found.where(pinned(where)))


def _steps(query: Any, where: Standing) -> Select[Any]:
    found: Select[Any] = query.join(CaseStep, and_(CaseStep.tenant_id == Case.tenant_id, CaseStep.case_id == Case.id,
                                                   CaseStep.process_id == where.process_id))
    return found


BALANCE = func.sum(case((CaseStep.how == "entered", 1), else_=-1))
"""What was entered and not yet left: each token enters an element once and leaves it once."""


def element_counts(session: Session, where: Standing, since: datetime) -> dict[str, ElementCounts]:
    """Element id -> counts. Where cases stand is asked of open ones only, which are few beside all there ever were."""
    live = live_counts(session, where)
    stops = _stops(session, where)
    through = (select(CaseStep.element_id, func.count()).select_from(CaseStep)
               .join(Case, and_(Case.tenant_id == CaseStep.tenant_id, Case.id == CaseStep.case_id)))
    passed = _pairs(session, _of_version(through, where).where(
        CaseStep.process_id == where.process_id, CaseStep.how == "completed", CaseStep.at >= since,
    ).group_by(CaseStep.element_id))
    return {one: ElementCounts(live.get(one, 0), stops.get(one, 0), passed.get(one, 0))
            for one in {*live, *stops, *passed}}


def live_counts(session: Session, where: Standing) -> dict[str, int]:
    """Element id -> tokens of open cases there."""
    running = _of_version(select(Case.id), where).where(Case.status == "open")
    standing = select(CaseStep.element_id, BALANCE).where(
        CaseStep.process_id == where.process_id, CaseStep.case_id.in_(running))
    return _pairs(session, every(standing).group_by(CaseStep.element_id))


def _stops(session: Session, where: Standing) -> dict[str, int]:
    """Element id -> cases with an open incident there; an incident belongs to the process that entered its element."""
    query = _of_version(select(IncidentRow.element_id, Case.id).distinct().select_from(IncidentRow).join(
        Case, and_(Case.tenant_id == IncidentRow.tenant_id, Case.instance_id == IncidentRow.instance_id)), where)
    found = {(element, case_id) for element, case_id in session.execute(
        query.where(IncidentRow.resolved_at.is_(None)).limit(MOST_STOPPED))}
    if not found:
        return {}
    steps = select(CaseStep.element_id, CaseStep.case_id).distinct().where(
        CaseStep.case_id.in_({case_id for _element, case_id in found}), CaseStep.process_id == where.process_id,
        CaseStep.element_id.in_({element for element, _case in found}))
    return Counter(str(element) for element, case_id in session.execute(steps) if (element, case_id) in found)


def _pairs(session: Session, query: Executable) -> dict[str, int]:
    return {str(key): int(number) for key, number in session.execute(query) if number}


def pins_of_open(session: Session, where: Standing) -> Counter[tuple[str, str]]:
    """(process id, hash) that open cases of this version are pinned to -> how many cases."""
    query = _of_version(select(ProcessInstance.pins, func.count()).select_from(Case), where)
    found: Counter[tuple[str, str]] = Counter()
    for pins, number in session.execute(query.where(Case.status == "open").group_by(ProcessInstance.pins)):
        for pair in pins.items():
            found[pair] += int(number)
    return found


def open_by_version(session: Session, process_id: str, hashes: Iterable[str]) -> dict[str, int]:
    """Hash -> open cases that run, or call, that version of the process."""
    wanted = list(dict.fromkeys(hashes))
    sums = [func.sum(case((pinned(Standing(process_id, one)), 1), else_=0)) for one in wanted]
    if not sums:
        return {}
    query = (select(*sums).select_from(Case).join(ProcessInstance, and_(
        ProcessInstance.tenant_id == Case.tenant_id, ProcessInstance.id == Case.instance_id))
        .where(Case.status == "open"))
    query = every(query)
    return {one: int(number or 0) for one, number in zip(wanted, session.execute(query).one(), strict=True)}


@dataclass(frozen=True)
class Through:
    """Cases that finished an element from `start` until before `end`."""

    where: Standing
    start: datetime
    end: datetime


def through_element(one: Through) -> ColumnElement[bool]:
    """Cases of the version, open or closed, that went through the element then."""
    query = _of_version(_steps(select(Case.id), one.where), one.where).where(
        CaseStep.element_id == one.where.element_id, CaseStep.how == "completed",
        CaseStep.at >= one.start, CaseStep.at < one.end)
    return Case.id.in_(query)


def at_element(where: Standing) -> ColumnElement[bool]:
    """Open cases of the version with a token at the element."""
    query = _of_version(_steps(select(Case.id), where), where).where(
        Case.status == "open", CaseStep.element_id == where.element_id).group_by(Case.id).having(BALANCE > 0)
    return Case.id.in_(query)
