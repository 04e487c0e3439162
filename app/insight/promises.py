"""How many service commitments were given, kept and broken: by module, unit, service and month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.auth import policy
from app.cases import commitments
from app.cases import queries as cases
from app.insight.periods import Period
from app.insight.views import Rate
from app.kernel.commands import Actor

COLUMNS = {"module": commitments.Commitment.module, "unit": commitments.Commitment.unit,
           "service": commitments.Commitment.service}
Inside = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class PromiseRow:
    """The promises of one module, unit or service; `code` is empty where none was known. `open`: standing now."""

    code: str
    given: int
    kept: int
    extended: int
    broken: int
    open: int

    @property
    def rate(self) -> Rate:
        """Kept, of those that were put to the test."""
        return Rate(self.kept, self.kept + self.extended + self.broken)


@dataclass(frozen=True)
class PromiseFigures:
    """A period's promises. `months`: (first day of the piece, row with the code empty), `open` counted in the last."""

    total: PromiseRow
    by_module: tuple[PromiseRow, ...]
    by_unit: tuple[PromiseRow, ...]
    by_service: tuple[PromiseRow, ...]
    months: tuple[tuple[date, PromiseRow], ...]


def promises(session: Session, actor: Actor, period: Period) -> PromiseFigures:
    """For staff. Raises Forbidden. Outside firms' people see their own units' promises only."""
    policy.require(actor, "insight.read")
    bound = cases.bound_units(session, actor)
    inside: Inside = () if bound is None else (commitments.Commitment.unit.in_(sorted(bound)),)
    modules = _rows(session, "module", period, inside)
    return PromiseFigures(_total(modules), modules, _rows(session, "unit", period, inside),
                          _rows(session, "service", period, inside), _months(session, period, inside))


def published_promises(session: Session, period: Period) -> tuple[PromiseRow, ...]:
    """For everybody, by module: those whose count the table of commitments says is published. No person is counted."""
    return _rows(session, "module", period, (commitments.Commitment.publish.is_(True),))


def _rows(session: Session, by: str, period: Period, inside: Inside) -> tuple[PromiseRow, ...]:
    found = commitments.sums(session, COLUMNS[by], period.starts(), period.ends(), inside)
    return tuple(_row(code or "", sums) for code, sums in sorted(found.items(), key=_order))


def _order(pair: tuple[Any, commitments.Sums]) -> tuple[bool, str]:
    return pair[0] is None, pair[0] or ""


def _row(code: str, sums: commitments.Sums) -> PromiseRow:
    return PromiseRow(code, sums.given, sums.kept, sums.extended, sums.broken, sums.open)


def _total(rows: Sequence[PromiseRow]) -> PromiseRow:
    return PromiseRow("", *(sum(getattr(row, name) for row in rows)
                            for name in ("given", "kept", "extended", "broken", "open")))


def _months(session: Session, period: Period, inside: Inside) -> tuple[tuple[date, PromiseRow], ...]:
    """Month by month, whatever the period is cut into."""
    pieces = replace(period, by="month").cuts()
    found = []
    for first, last in pieces:
        row = _total(_rows(session, "module", replace(period, first=first, last=last), inside))
        found.append((first, row if last == period.last else replace(row, open=0)))
    return tuple(found)
