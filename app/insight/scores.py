"""The score of each unit in a period: items are counted here, what each is worth stands in the table `unit_score`.

Every item is one list of rows (unit, case, moment, part), so a figure and the list it opens cannot differ. Whether a
closed request counts as satisfied and as solved is said by the tables of the three rates, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from app import catalog, dmn, feel
from app.auth import policy
from app.cases import queries as cases
from app.cases.model import REQUEST, Case, CaseReturn, every
from app.deadlines.model import Deadline
from app.insight.closed import closed_cases
from app.insight.periods import Period
from app.insight.rates import Judge
from app.kernel import clock
from app.kernel.commands import Actor
from app.kernel.errors import NotFound, msg
from app.tenancy import zones

DECISION, ORDER, IMPROPER = "unit_score", "order", "improper"
MOST_POINTS, WELL_ANSWERED, MOST_LISTED = 5, 3, 500


@dataclass(frozen=True)
class ItemScore:
    """One item of one unit. `part` of `count`: its share in the best case; items without a share have only a count."""

    code: str
    count: int
    share: float | None
    points: float


@dataclass(frozen=True)
class UnitScore:
    """One unit's items in the order of ITEMS, and their sum."""

    code: str
    name_zh: str
    name_en: str
    items: tuple[ItemScore, ...]
    total: float


@dataclass(frozen=True)
class Scores:
    """The best unit first. `version`: of the table that gave the points."""

    units: tuple[UnitScore, ...]
    version: int


@dataclass(frozen=True)
class Scored:
    """A row behind a figure. `good`: whether it counts for the unit; None where the item only takes away."""

    case_id: UUID
    number: str
    at: datetime
    good: bool | None
    points: int | None


def _inside(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.starts(), column < period.ends())


def _rows(unit: Any, case_id: Any, at: Any, part: Any) -> Select[Any]:
    return select(unit.label("unit"), case_id.label("case_id"), at.label("at"), part.label("part"))


def _good(condition: ColumnElement[bool]) -> Any:
    return case((condition, 1), else_=0)


def _clock(period: Period, nature: str, at: Any, part: Any) -> Select[Any]:
    return (_rows(Case.unit, Case.id, at, part).select_from(Deadline)
            .join(Case, and_(Case.tenant_id == Deadline.tenant_id, Case.id == Deadline.case_id))
            .where(Case.nature == nature))


def _on_time(period: Period, now: datetime) -> Select[Any]:
    """Clocks that were met in the period, or ran out in it."""
    met = and_(Deadline.state == "stopped", _inside(Deadline.stopped_at, period))
    ran = or_(Deadline.state == "running", and_(Deadline.state == "dropped", Deadline.paused_at.is_(None)))
    over = and_(ran, _inside(Deadline.due_at, period), Deadline.due_at < now,
                or_(Case.closed_at.is_(None), Deadline.due_at < Case.closed_at))
    good = _good(and_(Deadline.state == "stopped", Deadline.stopped_at <= Deadline.due_at))
    return _clock(period, REQUEST, func.coalesce(Deadline.stopped_at, Deadline.due_at), good).where(or_(met, over))


def _orders(period: Period, _now: datetime) -> Select[Any]:
    return _rows(Case.unit, Case.id, Case.closed_at, Case.rating).where(
        Case.nature == ORDER, _inside(Case.closed_at, period), Case.rating.is_not(None))


def _returns(period: Period, _now: datetime) -> Select[Any]:
    """All of them; the shipped table gives nothing for the share of proper ones."""
    return _rows(CaseReturn.unit, CaseReturn.case_id, CaseReturn.at, _good(CaseReturn.judgement != IMPROPER)).where(
        _inside(CaseReturn.at, period))


def _improper(period: Period, _now: datetime) -> Select[Any]:
    return _rows(CaseReturn.unit, CaseReturn.case_id, CaseReturn.at, literal(0)).where(
        CaseReturn.judgement == IMPROPER, _inside(CaseReturn.at, period))


def _overdue(period: Period, _now: datetime) -> Select[Any]:
    return _clock(period, REQUEST, Deadline.breached_at, literal(0)).where(_inside(Deadline.breached_at, period))


def _unanswered(period: Period, _now: datetime) -> Select[Any]:
    return _clock(period, ORDER, Deadline.breached_at, literal(0)).where(
        Deadline.name == ORDER, _inside(Deadline.breached_at, period))


Item = Callable[[Period, datetime], Select[Any]]
COUNTED: Mapping[str, Item] = {
    "on_time": _on_time, "orders": _orders, "returns": _returns, "improper_returns": _improper, "overdue": _overdue,
    "unanswered": _unanswered}
JUDGED = ("satisfied", "solved")
ITEMS = ("on_time", *JUDGED, "orders", "returns", "improper_returns", "overdue", "unanswered")
SHARED = {"on_time": 1, "satisfied": 1, "solved": 1, "orders": MOST_POINTS, "returns": 1}
"""Items of which a share counts, and what one row can bring at most."""


def scores(session: Session, actor: Actor, period: Period) -> Scores:
    """Raises Forbidden; NotFound without the table. Outside firms' people see their own units only."""
    policy.require(actor, "insight.read")
    bound, now = cases.bound_units(session, actor), clock.now()
    counted = {code: _counted(session, item(period, now)) for code, item in COUNTED.items()}
    counted |= _judged_counts(session, period)
    units = {unit for found in counted.values() for unit in found if unit and (bound is None or unit in bound)}
    tenant_id = session.info["tenant_id"]
    published, model = catalog.compiled(session, tenant_id, "decision", DECISION)
    at, names = now.astimezone(zones.zone_of(session, tenant_id)), cases.Names(session)
    rows = []
    for unit in units:
        items = tuple(_item(model, code, *counted[code].get(unit, (0, 0)), at) for code in ITEMS)
        rows.append(UnitScore(unit, *names.unit(unit), items, round(sum(one.points for one in items), 1)))
    return Scores(tuple(sorted(rows, key=lambda one: (-one.total, one.code))), published.version)


def _counted(session: Session, rows: Select[Any]) -> dict[str | None, tuple[int, int]]:
    """Unit -> (rows, sum of their parts)."""
    found = rows.subquery()
    query = select(found.c.unit, func.count(), func.coalesce(func.sum(found.c.part), 0)).group_by(found.c.unit)
    return {unit: (int(count), int(part)) for unit, count, part in session.execute(every(query))}


def _judged_counts(session: Session, period: Period) -> dict[str, dict[str | None, tuple[int, int]]]:
    """Item -> unit -> (closed requests that count, those of them that count for the unit)."""
    judge, found = Judge(session, session.info["tenant_id"]), closed_cases(session, period, [])
    sums: dict[str, dict[str | None, tuple[int, int]]] = {}
    for item in JUDGED:
        counted = sums.setdefault(item, {})
        for one, good in judge.counting(item, found):
            count, part = counted.get(one.unit, (0, 0))
            counted[one.unit] = count + 1, part + good
    return sums


def _item(model: Any, code: str, count: int, part: int, now: datetime) -> ItemScore:
    most = SHARED.get(code)
    share = Decimal(part) / (count * most) if most and count else None
    found = feel.to_json(dmn.decide(model, DECISION, {"item": code, "share": share, "count": count}, now=now).value)
    points = float(found) if isinstance(found, int | float | Decimal) and not isinstance(found, bool) else 0.0
    return ItemScore(code, count, None if share is None else float(share), round(points, 1))


def behind(session: Session, actor: Actor, period: Period, item: str, unit: str) -> list[Scored]:
    """The rows behind one figure, the newest first, at most MOST_LISTED. Raises Forbidden, NotFound."""
    policy.require(actor, "insight.read")
    bound = cases.bound_units(session, actor)
    if item not in ITEMS or (bound is not None and unit not in bound):
        raise NotFound(msg("There is no such page."))
    if item in JUDGED:
        judge = Judge(session, session.info["tenant_id"])
        found = judge.counting(item, closed_cases(session, period, [Case.unit == unit]))
        return [Scored(one.id, one.number, one.closed_at, good, None) for one, good in found][:MOST_LISTED]
    rows = COUNTED[item](period, clock.now()).subquery()
    query = (select(Case.id, Case.number, rows.c.at, rows.c.part).join(rows, rows.c.case_id == Case.id)
             .where(rows.c.unit == unit).order_by(rows.c.at.desc(), Case.id.desc()).limit(MOST_LISTED))
    most = SHARED.get(item)
    return [Scored(case_id, number, at, None if most is None else part >= min(most, WELL_ANSWERED),
                   int(part) if item == "orders" else None)
            for case_id, number, at, part in session.execute(every(query))]
