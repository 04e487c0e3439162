"""How unusual a count is, and how far a rate has changed. Pure; windows are the unit of exposure.

A cell's rate has a Gamma prior, so the count to come is negative binomial (the Gamma-Poisson model: Gelman et al.,
Bayesian Data Analysis, 2.6). Over many cells the false discovery rate is held by Benjamini and Hochberg (1995).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

TINY, CLOSE, MOST_STEPS = 1e-300, 1e-14, 10_000
SURE = 0.95
"""How sure the intervals are."""


@dataclass(frozen=True)
class Interval:
    """A value with the bounds between which it lies with a certainty of `SURE`."""

    value: float
    low: float
    high: float


def beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for a, b > 0 (DLMF 8.17.22, by the method of Lentz)."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(a, b, x) / a
    return 1.0 - front * _fraction(b, a, 1.0 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    found = d
    for m in range(1, MOST_STEPS):
        for part in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                     -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1.0 / _not_zero(1.0 + part * d)
            c = _not_zero(1.0 + part / c)
            found *= d * c
        if abs(d * c - 1.0) < CLOSE:
            break
    return found


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def beta_quantile(a: float, b: float, share: float) -> float:
    """The x at which I_x(a, b) is `share`, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_share(a, b, middle) < share else (low, middle)
    return (low + high) / 2


def at_least(count: int, mean: float, variance: float) -> float:
    """P(X >= count) of a negative binomial count with this mean; Poisson's where the variance is not greater."""
    if count <= 0:
        return 1.0
    if mean <= 0.0:
        return 0.0
    shape = mean * mean / max(variance - mean, mean * 1e-4)
    return beta_share(count, shape, mean / (mean + shape))


def discoveries(chances: Sequence[float]) -> list[float]:
    """For each chance the least share of false discoveries at which it still counts as one (Benjamini-Hochberg)."""
    order = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
    found, least = [1.0] * len(chances), 1.0
    for place, at in enumerate(order):
        least = min(least, chances[at] * len(chances) / (len(chances) - place))
        found[at] = least
    return found


def ratio(after: int, after_length: float, before: int, before_length: float, dispersion: float = 1.0) -> Interval:
    """The rate after, as a multiple of the rate before, from two counts over two lengths.

    The posterior of the ratio under Jeffreys' prior of both rates; counts that come in bursts (`dispersion` > 1,
    variance by mean) tell as much as that many times fewer.
    """
    a, b = after / dispersion + 0.5, before / dispersion + 0.5
    lengths = before_length / after_length

    def of(share: float) -> float:
        x = beta_quantile(a, b, share)
        return lengths * x / max(1.0 - x, TINY)

    rest = (1.0 - SURE) / 2
    value = lengths * after / before if before else lengths * a / b
    return Interval(value, of(rest), of(1.0 - rest))


def less_than(after: int, after_length: float, before: int, before_length: float, dispersion: float = 1.0) -> float:
    """How certain it is that the rate after is below the rate before, from 0 to 1."""
    split = after_length / (after_length + before_length)
    return beta_share(after / dispersion + 0.5, before / dispersion + 0.5, split)


@lru_cache(maxsize=4_096)
def share(part: int, whole: int) -> Interval:
    """A share with its bounds (Jeffreys' interval); from 0 to 1 where nothing was counted."""
    if not whole:
        return Interval(0.0, 0.0, 1.0)
    rest, a, b = (1.0 - SURE) / 2, part + 0.5, whole - part + 0.5
    return Interval(part / whole, beta_quantile(a, b, rest) if part else 0.0,
                    beta_quantile(a, b, 1.0 - rest) if part < whole else 1.0)


def dispersion(series: Sequence[Sequence[int]]) -> float:
    """Variance by mean, pooled over cells with their counts of equal windows; at least 1 (Poisson)."""
    spread = level = 0.0
    for counts in series:
        number = len(counts)
        if number < 2:
            continue
        mean = sum(counts) / number
        spread += sum((one - mean) ** 2 for one in counts) / (number - 1)
        level += mean
    return max(1.0, spread / level) if level else 1.0
