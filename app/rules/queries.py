"""Reading for pages: rules in force with what they did lately, one rule's firings, orders, marks of a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.cases.model import Case
from app.catalog import queries as catalog
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import NotFound, msg
from app.rules import orders, rulesets
from app.rules.language import KIND, SHADOW, Rule
from app.rules.model import CaseTag, RuleFiring, RulePosition, RuleQuarantine, SupervisionOrder

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
    """An order with the number of its case. `late`: open past its time, or answered after it."""

    order: SupervisionOrder
    number: str
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
    """Orders the reader sees: open ones first by their time, then answered, then the newest verified. Raises Forbidden.
    """
    query = select(SupervisionOrder).where(*orders.visible(session, actor))
    if waiting_only:
        query = query.where(SupervisionOrder.state != "verified")
    rank = case((SupervisionOrder.state == "open", 0), (SupervisionOrder.state == "answered", 1), else_=2)
    found = list(session.scalars(query.order_by(rank, SupervisionOrder.due_at, SupervisionOrder.id).limit(MOST)))
    return _orders(session, found)


def order(session: Session, actor: Actor, order_id: UUID) -> OrderRow:
    """One order. Raises Forbidden, NotFound."""
    query = select(SupervisionOrder).where(SupervisionOrder.id == order_id, *orders.visible(session, actor))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(msg("There is no such order."))
    return _orders(session, [found])[0]


def tags_of(session: Session, case_id: UUID) -> list[str]:
    """The marks that rules put on a case, the oldest first."""
    return list(session.scalars(select(CaseTag.tag).where(CaseTag.case_id == case_id).order_by(CaseTag.at)))


def _orders(session: Session, found: Iterable[SupervisionOrder]) -> list[OrderRow]:
    found = list(found)
    numbers, now = _numbers(session, {one.case_id for one in found}), clock.now()
    return [OrderRow(one, numbers.get(one.case_id, ""), (one.answered_at or now) > one.due_at) for one in found]


def _numbers(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, str]:
    return {row[0]: row[1] for row in session.execute(select(Case.id, Case.number).where(Case.id.in_(list(case_ids))))}
