"""Reading for leaders and analysts: all figures of a period, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import queries as cases
from app.cases.model import Case
from app.insight import counting
from app.insight.counting import Inside
from app.insight.diagrams import DiagramFigures, ElementFigures, diagram_figures
from app.insight.heat import Heat, HeatFigures, heat
from app.insight.periods import PRESETS, Period, parse, preset
from app.insight.promises import PromiseFigures, PromiseRow, promises, published_promises
from app.insight.rate_views import RATES, Goal, RateCase, RateCases, RateRow, ThreeRates
from app.insight.rates import RateFilter, rate_cases, three_rates
from app.insight.views import FACES, Figures, Piece, Rate, Share, UnitFigures
from app.insight.visits import VisitFigures, visit_figures
from app.kernel import clock
from app.kernel.commands import Actor
from app.tenancy.model import Place

__all__ = ["FACES", "PRESETS", "RATES", "DiagramFigures", "ElementFigures", "Figures", "Goal", "Heat", "HeatFigures",
           "Period", "Piece", "PromiseFigures", "PromiseRow", "Rate", "RateCase", "RateCases",
           "RateFilter", "RateRow", "Share", "ThreeRates", "UnitFigures", "VisitFigures",
           "diagram_figures", "figures", "heat", "parse", "preset", "promises", "published_promises",
           "rate_cases", "three_rates", "visit_figures"]

MOST_RISING, MOST_PLACES = 10, 50
NOTHING = (0,) * 9
Pairs = Mapping[Any, tuple[int, int]]


def figures(session: Session, actor: Actor, period: Period) -> Figures:
    """Raises Forbidden. Outside firms' people see their own units' figures only."""
    policy.require(actor, "insight.read")
    bound = cases.bound_units(session, actor)
    inside: Inside = () if bound is None else (Case.unit.in_(sorted(bound)),)
    names = cases.Names(session)
    services = counting.by_code(session, period, inside, Case.service)
    received = counting.by_code(session, period, inside, Case.unit)
    closed = counting.closed_by_unit(session, period, inside)
    by_unit = _units(session, period, inside, received, closed)
    rows = _shares(services, names.service)
    totals = [sum(column) for column in zip(*closed.values(), strict=True)] or list(NOTHING)
    return Figures(
        office=_office(by_unit), before=sum(before for _now, before in received.values()),
        first_contact=Rate(totals[3], totals[1]), trend=_trend(session, period, inside),
        modules=_shares(counting.by_code(session, period, inside, Case.module), _plain),
        channels=_shares(counting.by_code(session, period, inside, Case.channel), _plain), services=rows,
        places=_places(session, counting.by_code(session, period, inside, Case.place_id)),
        rising=tuple(sorted((one for one in rows if one.growth > 0 and one.code),
                            key=lambda one: (-one.growth, -one.number, one.code))[:MOST_RISING]),
        units=tuple(_unit(code, names.unit(code), sums) for code, sums in sorted(
            by_unit.items(), key=lambda pair: (pair[0] is None, -sum(pair[1][0:2]), pair[0] or ""))))


def _plain(code: str | None) -> tuple[str, str]:
    return code or "", code or ""


def _shares(found: Pairs, name: Callable[[str | None], tuple[str, str]]) -> tuple[Share, ...]:
    """The most frequent first; what was asked only before comes last."""
    rows = [Share(code or "", *name(code), *numbers) for code, numbers in found.items()]
    return tuple(sorted(rows, key=lambda one: (-one.number, -one.before, one.code)))


def _trend(session: Session, period: Period, inside: Inside) -> tuple[Piece, ...]:
    came = counting.by_piece(session, period, inside, Case.submitted_at)
    ended = counting.by_piece(session, period, inside, Case.closed_at)
    return tuple(Piece(first, last, came[at], sum(ended[at].values()))
                 for at, (first, last) in enumerate(period.cuts()))


def _units(session: Session, period: Period, inside: Inside, received: Pairs,
           closed: Mapping[str | None, tuple[int, ...]]) -> dict[str | None, list[int]]:
    """Unit -> received, closed, open, late, clocks, in time, promises, kept, handled, reopened, faces."""
    clocks = counting.clocks_by_unit(session, period, inside, clock.now())
    standing = counting.open_by_unit(session, inside, clock.now())
    found = {}
    for unit in {*closed, *clocks, *standing, *(unit for unit, (now, _before) in received.items() if now)}:
        ended = closed.get(unit, NOTHING)
        found[unit] = [received.get(unit, (0, 0))[0], ended[0], *standing.get(unit, (0, 0)),
                       *clocks.get(unit, (0, 0, 0, 0)), ended[1], ended[2], *ended[4:]]
    return found


def _office(by_unit: Mapping[str | None, list[int]]) -> UnitFigures:
    return _unit("", ("", ""), [sum(column) for column in zip(*by_unit.values(), strict=True)] or [0] * 15)


def _unit(code: str | None, name: tuple[str, str], sums: list[int]) -> UnitFigures:
    received, closed, standing, late, clocks, in_time, promises, kept, handled, reopened, *faces = sums
    return UnitFigures(code or "", *name, received, closed, standing, late, Rate(in_time, clocks),
                       Rate(kept, promises), (faces[0], faces[1], faces[2], faces[3], faces[4]),
                       Rate(reopened, handled))


def _places(session: Session, found: Pairs) -> tuple[Share, ...]:
    """Committees with everything that lies in them; a place of no committee stands for itself."""
    rows = session.execute(select(Place.id, Place.code, Place.name, Place.parent_code, Place.kind)).all()
    by_code = {row.code: (row.name, row.parent_code, row.kind) for row in rows}
    codes = {row.id: _committee(row.code, by_code) for row in rows}
    sums: dict[str, tuple[int, int]] = {}
    for place_id, (now, before) in found.items():
        code = codes.get(place_id, "")
        sums[code] = (sums.get(code, (0, 0))[0] + now, sums.get(code, (0, 0))[1] + before)
    return _shares(sums, lambda code: (by_code[code][0],) * 2 if code else ("", ""))[:MOST_PLACES]


def _committee(code: str, by_code: Mapping[str, tuple[str, str | None, str]]) -> str:
    at, seen = code, {code}
    while by_code[at][2] != "committee":
        parent = by_code[at][1]
        if parent is None or parent in seen or parent not in by_code:
            return code
        seen.add(parent)
        at = parent
    return at
