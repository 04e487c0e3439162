"""The three rates (三率) of closed cases: what counts is said by tables, asked once for each combination of facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app import catalog, dmn, feel
from app.auth import policy
from app.cases import queries as cases
from app.cases.model import Case
from app.insight.closed import ClosedCase, closed_cases
from app.insight.periods import Period
from app.insight.rate_views import RATES, Goal, RateCase, RateCases, RateRow, ThreeRates
from app.insight.views import Rate
from app.kernel import clock
from app.kernel.commands import Actor

GOALS = "rate_goals"
GOOD, BAD = "good", "bad"
SIZE = 50


@dataclass(frozen=True)
class RateFilter:
    """Which cases stand behind a figure. `verdict`: good, bad, or empty for both; None is "whichever"."""

    rate: str
    verdict: str = ""
    unit: str | None = None
    module: str | None = None


class Judge:
    """Asks the live tables of one office; the same facts are asked about once."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self._models: dict[str, dmn.Model] = {}
        self._known: dict[tuple[Any, ...], str] = {}
        self._needed: dict[str, tuple[str, ...]] = {}
        self.versions: dict[str, int] = {}
        for rate in RATES:
            published, model = catalog.compiled(session, tenant_id, "decision", table_of(rate))
            self._models[rate], self.versions[rate] = model, published.version
            self._needed[rate] = tuple(sorted(dmn.needed(model, table_of(rate))))
        self.goals = self._goals(session, tenant_id)

    def verdict(self, rate: str, one: ClosedCase) -> str:
        """good, bad, or what else the table says: not counted."""
        key = (rate, *(one.facts.get(name) for name in self._needed[rate]))
        if key not in self._known:
            answer = dmn.settled(dmn.decide(self._models[rate], table_of(rate), one.facts, now=clock.now())).value
            self._known[key] = str(feel.to_json(answer))
        return self._known[key]

    def counting(self, rate: str, found: Iterable[ClosedCase]) -> Iterator[tuple[ClosedCase, bool]]:
        """Those that count, and whether they count for their unit."""
        for one in found:
            verdict = self.verdict(rate, one)
            if verdict in (GOOD, BAD):
                yield one, verdict == GOOD

    def _goals(self, session: Session, tenant_id: UUID) -> dict[str, Goal]:
        _published, model = catalog.compiled(session, tenant_id, "decision", GOALS)
        found = {}
        for rate in RATES:
            said = feel.to_json(dmn.settled(dmn.decide(model, GOALS, {"rate": rate}, now=clock.now())).value)
            said = said if isinstance(said, Mapping) else {}
            weight, goal, fewest = (said.get(name) or 0 for name in ("weight", "goal", "fewest"))
            found[rate] = Goal(float(weight), float(goal), int(fewest))
        return found


def table_of(rate: str) -> str:
    """The decision that says what counts."""
    return f"{rate}_rate"


def three_rates(session: Session, actor: Actor, period: Period, module: str = "") -> ThreeRates:
    """Of cases closed in the period. Raises Forbidden; people of outside firms see their own units only."""
    found, judge = _found(session, actor, period, module)
    names = cases.Names(session)
    units = [one if one.code else replace(one, score=None)  # what the window answered itself is no unit's work
             for one in _rows(judge, found, lambda one: one.unit or "", names.unit)]
    return ThreeRates(
        office=_row(judge, "", ("", ""), found), units=tuple(sorted(units, key=_rank)),
        modules=_rows(judge, found, lambda one: one.module or "", lambda code: (code or "", code or "")),
        pieces=tuple(_piece(judge, found, period)), goals=judge.goals, versions=judge.versions)


def _found(session: Session, actor: Actor, period: Period, module: str) -> tuple[list[ClosedCase], Judge]:
    policy.require(actor, "insight.read")
    bound = cases.bound_units(session, actor)
    inside: list[ColumnElement[bool]] = [] if bound is None else [Case.unit.in_(sorted(bound))]
    inside += [Case.module == module] if module else []
    return closed_cases(session, period, inside), Judge(session, session.info["tenant_id"])


def _rank(row: RateRow) -> tuple[bool, float, str]:
    return row.score is None, -(row.score or 0), row.code


def _rows(judge: Judge, found: Iterable[ClosedCase], key: Callable[[ClosedCase], str],
          name: Callable[[str | None], tuple[str, str]]) -> tuple[RateRow, ...]:
    groups: dict[str, list[ClosedCase]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    order = sorted(groups, key=lambda code: (not code, code))
    return tuple(_row(judge, code, name(code or None), groups[code]) for code in order)


def _piece(judge: Judge, found: list[ClosedCase], period: Period) -> Iterable[RateRow]:
    parts = period.pieces()
    begins = [part.starts() for part in parts]
    inside: list[list[ClosedCase]] = [[] for _ in parts]
    for one in found:
        inside[bisect_right(begins, one.closed_at) - 1].append(one)
    for part, own in zip(parts, inside, strict=True):
        yield replace(_row(judge, "", ("", ""), own), first=part.first, last=part.last)


def _row(judge: Judge, code: str, name: tuple[str, str], found: list[ClosedCase]) -> RateRow:
    rates = {}
    for rate in RATES:
        verdicts = [judge.verdict(rate, one) for one in found]
        good = verdicts.count(GOOD)
        rates[rate] = Rate(good, good + verdicts.count(BAD))
    return RateRow(code, *name, len(found), rates, _score(rates, judge.goals))


def _score(rates: Mapping[str, Rate], goals: Mapping[str, Goal]) -> float | None:
    """None where a rate that has a weight counts too few cases to say anything."""
    weighed = [(goals[rate], one) for rate, one in rates.items() if goals[rate].weight > 0]
    if not weighed or any(one.whole < max(1, goal.fewest) for goal, one in weighed):
        return None
    total = sum(goal.weight for goal, _one in weighed)
    return round(sum(goal.weight * 100 * one.part / one.whole for goal, one in weighed) / total, 1)


def rate_cases(session: Session, actor: Actor, period: Period, wanted: RateFilter, page: int = 1) -> RateCases:
    """The cases behind a figure, the last closed first. Raises Forbidden."""
    found, judge = _found(session, actor, period, wanted.module or "")
    behind = [one for one in found if _behind(judge, one, wanted)]
    pages = max(1, -(-len(behind) // SIZE))
    page = min(max(1, page), pages)
    names = cases.Names(session)
    rows = tuple(_case(one, names) for one in behind[(page - 1) * SIZE:page * SIZE])
    return RateCases(rows, len(behind), page, pages)


def _behind(judge: Judge, one: ClosedCase, wanted: RateFilter) -> bool:
    if wanted.unit is not None and (one.unit or "") != wanted.unit:
        return False
    if wanted.module is not None and (one.module or "") != wanted.module:
        return False
    verdict = judge.verdict(wanted.rate, one)
    return verdict == wanted.verdict if wanted.verdict else verdict in (GOOD, BAD)


def _case(one: ClosedCase, names: cases.Names) -> RateCase:
    known = one.facts
    return RateCase(
        one.id, one.number, *names.service(known["service"]), one.module, *names.unit(one.unit), known["outcome"],
        known["solved"], known["rating"], known["response_hours"], known["accepted_in_time"],
        known["answered_in_time"], one.closed_at)
