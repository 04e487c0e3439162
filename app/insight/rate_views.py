"""The three rates as pages and files get them: plain frozen values, names in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.insight.views import Rate

RATES = ("response", "solved", "satisfied")


@dataclass(frozen=True)
class Goal:
    """Of one rate: its `weight` in a score, the `goal` in percent, the `fewest` cases a unit is ranked with."""

    weight: float
    goal: float
    fewest: int


@dataclass(frozen=True)
class RateRow:
    """The rates of a unit, a module or a piece of the period; an empty code is "none yet" or the office.

    `score`: 0 to 100, the weighted mean of the rates that count; None where one has too few cases to be ranked by.
    """

    code: str
    name_zh: str
    name_en: str
    cases: int
    rates: Mapping[str, Rate]
    score: float | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class ThreeRates:
    """Everything about closed cases of a period. `units` are ranked: the best score first, unranked ones last."""

    office: RateRow
    units: tuple[RateRow, ...]
    modules: tuple[RateRow, ...]
    pieces: tuple[RateRow, ...]
    goals: Mapping[str, Goal]
    versions: Mapping[str, int]


@dataclass(frozen=True)
class RateCase:
    """A closed case behind a figure, without any word of a person. `response_hours`: None where nobody was reached."""

    case_id: UUID
    number: str
    service_zh: str
    service_en: str
    module: str | None
    unit_zh: str
    unit_en: str
    outcome: str | None
    solved: str | None
    rating: int | None
    response_hours: int | None
    accepted_in_time: bool | None
    answered_in_time: bool | None
    closed_at: datetime


@dataclass(frozen=True)
class RateCases:
    """One page of them."""

    rows: tuple[RateCase, ...]
    total: int
    page: int
    pages: int
