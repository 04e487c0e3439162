"""Figures as pages and files get them: plain frozen values, names in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

FACES = (5, 4, 3, 2, 1)
"""Very satisfied to very dissatisfied."""


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`; no share where the whole is empty."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """0 to 100 with one decimal."""
        return round(100 * self.part / self.whole, 1) if self.whole else None


@dataclass(frozen=True)
class Piece:
    """A day, week or month. `received`: by module code (empty: not sorted yet), `closed`: how many ended in it."""

    first: date
    last: date
    received: Mapping[str, int]
    closed: int

    @property
    def total(self) -> int:
        """All that came in."""
        return sum(self.received.values())


@dataclass(frozen=True)
class Share:
    """Requests of one code, and in the period before; an empty code is "none yet"."""

    code: str
    name_zh: str
    name_en: str
    number: int
    before: int

    @property
    def growth(self) -> int:
        """How many more than before."""
        return self.number - self.before


@dataclass(frozen=True)
class UnitFigures:
    """One unit, or the office (empty code). `late`: open cases past a date; `faces`: ratings 5 to 1 of closed cases."""

    code: str
    name_zh: str
    name_en: str
    received: int
    closed: int
    open: int
    late: int
    on_time: Rate
    promise: Rate
    faces: tuple[int, int, int, int, int]
    reopened: Rate

    @property
    def satisfied(self) -> Rate:
        """The three better faces of all that were shown."""
        return Rate(sum(self.faces[:3]), sum(self.faces))


@dataclass(frozen=True)
class Figures:
    """Everything about a period."""

    office: UnitFigures
    before: int
    first_contact: Rate
    trend: tuple[Piece, ...]
    modules: tuple[Share, ...]
    channels: tuple[Share, ...]
    services: tuple[Share, ...]
    places: tuple[Share, ...]
    rising: tuple[Share, ...]
    units: tuple[UnitFigures, ...]
