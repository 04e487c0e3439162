"""Plain values: figures of a topic, one side of a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from app.demand.cells import Finding


@dataclass(frozen=True)
class Figures:
    """What a finding said when it was newest. `sure`: one less the share of false discoveries.

    `usual`: up to so many would be no surprise; `season`: what these weeks did a year ago, 1 where that is unknown.
    """

    days: int = 0
    count: int = 0
    cases: int = 0
    expected: float = 0.0
    usual: int = 0
    ratio: float = 1.0
    season: float = 1.0
    sure: float = 0.0
    bad: int = 0
    answers: int = 0
    repeats: int = 0
    area: int = 0

    @classmethod
    def of(cls, finding: Finding) -> Figures:
        """Rounded for people."""
        return cls(finding.days, finding.count, finding.cases, round(finding.expected, 1), finding.usual,
                   round(finding.ratio, 2), round(finding.season, 2), round(1 - finding.false_share, 4), finding.bad,
                   finding.answers, finding.repeats, finding.area)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Figures:
        """From a stored document; what it lacks is as when nothing was found."""
        kinds: dict[str, Any] = {one.name: int if one.type == "int" else float for one in fields(cls)}
        return cls(**{name: kind(document[name]) for name, kind in kinds.items() if name in document})

    def document(self) -> dict[str, Any]:
        """As stored."""
        return asdict(self)

    @property
    def dissatisfied(self) -> float:
        """Share of those who answered."""
        return self.bad / self.answers if self.answers else 0.0

    @property
    def repeated(self) -> float:
        """Share of cases that were asked before or handled again."""
        return self.repeats / self.cases if self.cases else 0.0

    def factors(self) -> dict[str, float]:
        """The values that a rank is made of, by factor of `topic_rank`."""
        return {"volume": float(self.count), "growth": self.ratio, "dissatisfied": round(self.dissatisfied, 3),
                "repeats": round(self.repeated, 3), "area": float(self.area)}
