"""From a lead over the next best code to the probability of being right. Fitted on texts held out of training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Pairs = Sequence[tuple[float, bool]]
"""(lead, was the first code right?) of held-out texts."""
FEWEST, BOUND = 10, 1.2816
"""Answers a threshold must rest on, and standard errors of a one-sided 90 % bound."""
TIES = 20


@dataclass(frozen=True)
class Curve:
    """A logistic curve, and the held-out leads it came from, for choosing thresholds."""

    slope: float
    offset: float
    held_out: tuple[tuple[float, bool], ...] = ()

    def probability(self, lead: float) -> float:
        """Probability (0..1) that a code with this lead is right."""
        return 1.0 / (1.0 + math.exp(-max(min(self.slope * lead + self.offset, 30.0), -30.0)))

    def threshold(self, accuracy: float) -> float:
        """Lowest probability from which on answers are right at least this often; 1.0 if there is none.

        What is held to `accuracy` is not the share seen among the held-out texts, which looks better than it is
        when the best of many thresholds is taken, but its one-sided 90 % bound; the share itself is the mean of
        the counted and the fitted one.
        """
        chosen, right, lowest = 0, 0.0, 1.0
        for lead, hit in sorted(self.held_out, reverse=True):
            chosen, right = chosen + 1, right + (hit + self.probability(lead)) / 2
            share = right / chosen
            if chosen >= FEWEST and share - BOUND * math.sqrt(share * (1.0 - share) / chosen) >= accuracy:
                lowest = self.probability(lead)
        return lowest

    def to_document(self) -> dict[str, Any]:
        """For JSON."""
        return {"slope": self.slope, "offset": self.offset, "held_out": self.held_out}

    @staticmethod
    def from_document(document: Mapping[str, Any]) -> Curve:
        """The curve of `to_document`."""
        held_out = tuple((float(lead), bool(hit)) for lead, hit in document["held_out"])
        return Curve(float(document["slope"]), float(document["offset"]), held_out)


def fit(pairs: Pairs) -> Curve:
    """Logistic curve by Newton steps, with Platt's smoothed targets (1999) and a weak prior.

    A lead of nothing is a tie: a twentieth of invented answers there, half of them right, keeps a model that never
    erred on its own kind of text from being sure of any other.
    """
    pairs = [(round(lead, 4), hit) for lead, hit in pairs]
    right = sum(hit for _, hit in pairs)
    high, low = (right + 1.0) / (right + 2.0), 1.0 / (len(pairs) - right + 2.0)
    points = [(lead, high if hit else low) for lead, hit in pairs] + [(0.0, 0.5)] * (3 + len(pairs) // TIES)
    curve = Curve(1.0, 0.0)
    for _ in range(50):
        g0, g1, h00, h01, h11 = 0.0, 0.0, 1e-3, 0.0, 1e-3
        for lead, target in points:
            p = curve.probability(lead)
            error, spread = p - target, p * (1.0 - p)
            g0, g1 = g0 + error * lead, g1 + error
            h00, h01, h11 = h00 + spread * lead * lead, h01 + spread * lead, h11 + spread
        determinant = h00 * h11 - h01 * h01
        steps = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant)
        curve = Curve(curve.slope - max(min(steps[0], 2.0), -2.0), curve.offset - max(min(steps[1], 2.0), -2.0))
        if abs(steps[0]) + abs(steps[1]) < 1e-6:
            break
    return Curve(max(curve.slope, 0.0), curve.offset, tuple(pairs))
