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
from app.kernel import clock
from app.kernel.commands import Actor
from app.rules import orders, rulesets
from app.rules.definitions import KIND
from app.rules.language import Rule
from app.rules.model import CaseTag, RuleFiring, RulePosition, RuleQuarantine

LATELY = timedelta(days=30)
MOST = 50


@dataclass(frozen=True)
class RuleRow:
    """A rule in force. `working`: the owner has taken this version over; `fired`: in 30 days, by mode."""

    rule: Rule
    version: int
    own: bool
    working: bool
    fired: Mapping[str, int]
    aside: int


@dataclass(frozen=True)
class RulePage:
    """All rules. `error`: why newer ones could not take over; `aside`: what is quarantined, the newest first."""

    rows: tuple[RuleRow, ...]
    generation: int
    changed_at: datetime | None
    refused: bool
    error: str
    aside: tuple[RuleQuarantine, ...]


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
    position = session.scalars(select(RulePosition)).one_or_none()
    aside = list(session.scalars(select(RuleQuarantine).order_by(RuleQuarantine.id.desc()).limit(MOST)))
    query = (select(RuleFiring.rule, RuleFiring.mode, func.count()).where(RuleFiring.at >= since)
             .group_by(RuleFiring.rule, RuleFiring.mode))
    fired: dict[str, dict[str, int]] = {}
    for key, mode, count in session.execute(query):
        fired.setdefault(key, {})[mode] = int(count)
    working = set(position.versions) if position is not None else set()
    rows = tuple(RuleRow(rule, entries[rule.key].version, entries[rule.key].own, rule.hash in working,
                         fired.get(rule.key, {}), sum(one.rule == rule.key for one in aside)) for rule in found.rules)
    return RulePage(rows, position.generation if position else 0, position.changed_at if position else None,
                    bool(position and position.refused), position.error if position else "", tuple(aside))


def firings(session: Session, key: str) -> list[FiringRow]:
    """The newest firings of a rule, of all its versions."""
    found = list(session.scalars(select(RuleFiring).where(RuleFiring.rule == key).order_by(RuleFiring.id.desc())
                                 .limit(MOST)))
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
