"""Reading for pages: rules in force with what they did lately, one rule's firings, orders, marks of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.cases.model import Case, every
from app.catalog import queries as catalog
from app.deadlines.model import Deadline
from app.kernel import clock, leases
from app.kernel.commands import Actor
from app.rules import engines, orders, rulesets, stream
from app.rules.comparing import SAMPLES, Comparison, compare
from app.rules.describing import language
from app.rules.language import KIND, SHADOW, Rule
from app.rules.model import CaseTag, RuleFault, RuleFiring, RulePosition, RuleQuarantine
from app.rules.owner import LEASE
from app.rules.rehearsing import PaperFiring, RuleRehearsal, rehearse

__all__ = ["Comparison", "FaultRow", "FiringRow", "Health", "OrderRow", "PaperFiring", "RulePage", "RuleRehearsal",
           "RuleRow", "case_numbers", "comparison", "faults", "firings", "language", "order", "order_rows", "rehearse",
           "rules", "tags_of"]
LATELY = timedelta(days=30)
MOST, MOST_WAITING = 50, 1_000


@dataclass(frozen=True)
class RuleRow:
    """A rule in force. `working`: the owner has taken this version over; `fired`: in 30 days, by mode.

    `trial`: the version on trial beside it, or instead of it where `rule` itself is that one (`only_trial`).
    """

    rule: Rule
    version: int
    own: bool
    working: bool
    fired: Mapping[str, int]
    aside: int
    trial: catalog.Entry | None = None
    only_trial: bool = False


@dataclass(frozen=True)
class Health:
    """How the owner of the rules is doing. `number`: read up to there; `waiting`: events of the rules' types behind it.

    `owned`: whether a worker holds the rules now; `memory_mb`: of the engine's process at the last batch.
    """

    number: int
    waiting: int
    owned: bool
    worked_at: datetime | None
    memory_mb: int
    most_mb: int = engines.RSS_LIMIT_MB


@dataclass(frozen=True)
class FaultRow:
    """Something that stopped, with the number of its case."""

    fault: RuleFault
    number: str


@dataclass(frozen=True)
class RulePage:
    """All rules. `error`: why newer ones could not take over; `aside`: what is quarantined, the newest first."""

    rows: tuple[RuleRow, ...]
    generation: int
    changed_at: datetime | None
    refused: bool
    error: str
    aside: tuple[RuleQuarantine, ...]
    health: Health


@dataclass(frozen=True)
class FiringRow:
    """One firing; `cases`: (id, number) of the requests it is about."""

    id: UUID
    at: datetime
    mode: str
    version: str
    events: int
    cases: tuple[tuple[UUID, str], ...]
    answers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class OrderRow:
    """An order. `number` is its own, `about` the (id, number) of the request; `step` of an open one: answer or verify.

    `due_at`: until when the unit is to answer; `late`: open past it, or answered after it; `score`: 1 to 5.
    """

    id: UUID
    number: str
    title: str
    unit: str | None
    unit_zh: str
    unit_en: str
    level: str | None
    step: str
    status: str
    outcome: str | None
    score: int | None
    rule: str | None
    about: tuple[UUID, str] | None
    opened_at: datetime
    due_at: datetime | None
    late: bool


def rules(session: Session, tenant_id: UUID) -> RulePage:
    """The rules in force for the office, by key."""
    found, since = rulesets.in_force(session, tenant_id), clock.now() - LATELY
    entries = {one.key: one for one in catalog.listing(session, tenant_id, KIND)}
    trials = {one.key: one for one in catalog.listing(session, tenant_id, SHADOW)}
    position = session.scalars(select(RulePosition)).one_or_none()
    aside = list(session.scalars(select(RuleQuarantine).order_by(RuleQuarantine.id.desc()).limit(MOST)))
    query = (select(RuleFiring.rule, RuleFiring.mode, func.count()).where(RuleFiring.at >= since)
             .group_by(RuleFiring.rule, RuleFiring.mode))
    fired: dict[str, dict[str, int]] = {}
    for key, mode, count in session.execute(query):
        fired.setdefault(key, {})[mode] = int(count)
    working = set(position.versions) if position is not None else set()
    rows = tuple(_row(rule, entries.get(rule.key), trials.get(rule.key), rule.hash in working,
                      fired.get(rule.key, {}), aside) for rule in found.rules if _leads(rule, entries))
    return RulePage(rows, position.generation if position else 0, position.changed_at if position else None,
                    bool(position and position.refused), position.error if position else "", tuple(aside),
                    _health(session, position, found))


def _leads(rule: Rule, entries: Mapping[str, catalog.Entry]) -> bool:
    """Whether a rule is the one in force of its name, or the only one."""
    return rule.key not in entries or entries[rule.key].hash == rule.hash


def _row(rule: Rule, entry: catalog.Entry | None, trial: catalog.Entry | None, working: bool,
         fired: Mapping[str, int], aside: Iterable[RuleQuarantine]) -> RuleRow:
    shown = entry or trial
    return RuleRow(rule, shown.version if shown else 0, bool(shown and shown.own), working, fired,
                   sum(one.rule == rule.key for one in aside), trial, entry is None)


def _health(session: Session, position: RulePosition | None, found: rulesets.RuleSet) -> Health:
    until = session.scalars(select(leases.Lease.expires_at).where(leases.Lease.name == LEASE)).one_or_none()
    number = position.number if position else 0
    types = found.by_event
    waiting = stream.waiting(session, number, types, MOST_WAITING) if types and position else 0
    return Health(number, waiting, until is not None and until > clock.now(), position.worked_at if position else None,
                  position.memory_mb if position else 0)


def faults(session: Session, rule: str | None = None) -> tuple[int, list[FaultRow]]:
    """(how many wait for a person, the oldest of them); of one rule or of all and the office."""
    query = select(RuleFault).where(RuleFault.resolved_at.is_(None))
    query = query.where(RuleFault.rule == rule) if rule is not None else query
    number = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    found = list(session.scalars(query.order_by(RuleFault.kind.desc(), RuleFault.id).limit(MOST)))
    numbers = _numbers(session, {one.case_id for one in found if one.case_id is not None})
    return number, [FaultRow(one, numbers.get(one.case_id, "") if one.case_id else "") for one in found]


def comparison(session: Session, tenant_id: UUID, key: str) -> tuple[Comparison, list[FiringRow], list[FiringRow]]:
    """(numbers, samples of what only the version in force noticed, of what only the one on trial did)."""
    found = compare(session, tenant_id, key)
    return found, _firings(session, found.only_live[:SAMPLES]), _firings(session, found.only_trial[:SAMPLES])


def case_numbers(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Number of each case that is there."""
    return _numbers(session, case_ids)


def firings(session: Session, key: str) -> list[FiringRow]:
    """The newest firings of a rule, of all its versions."""
    found = list(session.scalars(select(RuleFiring).where(RuleFiring.rule == key).order_by(RuleFiring.id.desc())
                                 .limit(MOST)))
    return _firings(session, found)


def _firings(session: Session, found: Iterable[RuleFiring]) -> list[FiringRow]:
    found = list(found)
    numbers = _numbers(session, {UUID(one) for row in found for one in row.case_ids})
    return [FiringRow(row.id, row.at, row.mode, row.version, len(row.event_ids),
                      tuple((UUID(one), numbers[UUID(one)]) for one in row.case_ids if UUID(one) in numbers),
                      tuple(row.answers)) for row in found]


def order_rows(session: Session, actor: Actor, *, waiting_only: bool = False) -> list[OrderRow]:
    """Orders the reader sees: those to be answered first, by their time, then to be verified, then the newest closed.

    Raises Forbidden.
    """
    conditions = orders.visible(session, actor)
    if waiting_only:
        conditions = [*conditions, Case.status == "open"]
    return _orders(session, *conditions)


def orders_about(session: Session, case_id: UUID) -> list[OrderRow]:
    """Orders about a request, for staff who may read it; the newest last."""
    return _orders(session, Case.subject_id == case_id)


def order(session: Session, actor: Actor, order_id: UUID) -> OrderRow:
    """One order. Raises Forbidden, NotFound."""
    cases.matter(session, actor, order_id, orders.NATURE)
    return _orders(session, Case.id == order_id)[0]


def tags_of(session: Session, case_id: UUID) -> list[str]:
    """The marks that rules put on a case, the oldest first."""
    return list(session.scalars(select(CaseTag.tag).where(CaseTag.case_id == case_id).order_by(CaseTag.at)))


def _orders(session: Session, *conditions: ColumnElement[bool]) -> list[OrderRow]:
    rank = case((Case.status == "closed", 2), (Case.phase == "answer", 0), else_=1)
    query = (select(Case, Deadline)
             .outerjoin(Deadline, and_(Deadline.tenant_id == Case.tenant_id, Deadline.case_id == Case.id,
                                       Deadline.name == orders.CLOCK))
             .where(Case.nature == orders.NATURE, *conditions)
             .order_by(rank, case((rank < 2, Deadline.due_at)), Case.id.desc()).limit(MOST))
    found = [(row[0], row[1]) for row in session.execute(every(query))]
    numbers, now = _numbers(session, {one.subject_id for one, _clock in found if one.subject_id}), clock.now()
    names = cases.Names(session)
    return [_order(one, due, numbers, names, now) for one, due in found]


def _order(one: Case, due: Deadline | None, numbers: Mapping[UUID, str], names: cases.Names,
           now: datetime) -> OrderRow:
    subject = one.subject_id
    about = (subject, numbers[subject]) if subject is not None and subject in numbers else None
    late = due is not None and (due.breached_at is not None or (due.state == "running" and due.due_at < now))
    return OrderRow(one.id, one.number, one.text, one.unit, *names.unit(one.unit), one.kind, one.phase, one.status,
                    one.outcome, one.rating, one.fields.get("rule"), about, one.submitted_at,
                    due.due_at if due else None, late)


def _numbers(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in session.execute(select(Case.id, Case.number).where(Case.id.in_(list(case_ids))))}
