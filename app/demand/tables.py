"""The decision tables of demand, asked with the version that answered kept: no threshold stands in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import catalog, dmn
from app.demand import statistic
from app.demand.cells import Finding, Window
from app.kernel.errors import Invalid, msg

WINDOWS, TOPIC, RANK, EFFECT = "demand_windows", "demand_topic", "topic_rank", "demand_effect"
MOST_DAYS, MOST_PAST = 92, 60
FACTORS = ("volume", "growth", "dissatisfied", "repeats", "area")
"""What a rank is made of, as `topic_rank` is asked."""


@dataclass(frozen=True)
class Look:
    """A window and what is done with what is found in it.

    `overlap`: from this share of its cases on, a finding belongs to a topic or to a stronger finding; `rest_days`: how
    long an ended topic is not raised again.
    """

    window: Window
    overlap: float
    rest_days: int


@dataclass(frozen=True)
class Table:
    """A decision in force, to be asked many times."""

    id: str
    hash: str
    model: dmn.Model
    now: datetime

    def ask(self, **inputs: Any) -> Any:
        """The value; Contradiction where rows disagree."""
        return dmn.settled(dmn.decide(self.model, self.id, inputs, now=self.now)).value


def table(session: Session, tenant_id: UUID, decision: str, now: datetime) -> Table:
    """Raises NotFound."""
    published, model = catalog.compiled(session, tenant_id, "decision", decision)
    return Table(decision, published.hash, model, now)


def windows(asked: Table, days_known: int) -> list[Look]:
    """The windows to look at after so many days of cases. Raises Invalid for an answer that is no window."""
    found = asked.ask(days_known=days_known)
    return [_look(one) for one in (found if isinstance(found, list) else [found] if found else [])]


def _look(given: Any) -> Look:
    names = ("days", "past", "shrink", "season_weight", "overlap", "rest_days")
    values = {name: _number(given.get(name)) for name in names} if isinstance(given, Mapping) else {}
    fits = len(values) == len(names) and all(value is not None and value >= 0 for value in values.values())
    if not fits or not 1 <= values["days"] <= MOST_DAYS or not 2 <= values["past"] <= MOST_PAST:
        raise Invalid(msg("The table %(table)s must answer with days (1 to %(days)s), past (2 to %(past)s), shrink, "
                          "season_weight, overlap and rest_days."), table=WINDOWS, days=MOST_DAYS, past=MOST_PAST)
    return Look(Window(int(values["days"]), int(values["past"]), float(values["shrink"]),
                       max(float(values["season_weight"]), 1.0)), float(values["overlap"]), int(values["rest_days"]))


def _number(value: Any) -> Any:
    return value if not isinstance(value, bool) and hasattr(value, "__int__") else None


def reason(asked: Table, finding: Finding) -> str:
    """Why a finding is a topic: a code; empty when it is none."""
    value = asked.ask(
        level=finding.cell.level, whole_office=not finding.cell.place, days=finding.days, count=finding.count,
        ratio=round(finding.ratio, 4), false_share=round(finding.false_share, 6),
        dissatisfied=round(statistic.share(finding.bad, finding.answers).low, 4), answers=finding.answers,
        repeats=round(finding.repeats / finding.cases, 4) if finding.cases else 0)
    return value if isinstance(value, str) and value != "none" else ""


@dataclass(frozen=True)
class Part:
    """One factor of a rank: its value, the value that gives all its points, and the points it gave."""

    factor: str
    value: float
    full: float
    most: float
    points: float


def rank(asked: Table, figures: Mapping[str, float]) -> list[Part]:
    """The factors of a rank with their points; a factor the table says nothing about gives none."""
    found = []
    for factor in FACTORS:
        value, answer = figures.get(factor, 0.0), asked.ask(factor=factor)
        given = answer if isinstance(answer, Mapping) else {}
        most, base, full = (float(_number(given.get(name)) or 0) for name in ("points", "from", "full"))
        reached = min(max((value - base) / (full - base), 0.0), 1.0) if full > base else 0.0
        found.append(Part(factor, value, full, most, round(most * reached, 1)))
    return found
