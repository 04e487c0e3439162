"""Lengths of time in buckets that grow by a tenth: counts to be added up, percentiles within 5 % of the truth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

GROWTH = 1.1
ERROR = GROWTH ** 0.5 - 1
"""A percentile is off by this share at most (4.9 %): a bucket is told by its geometric middle."""
_LOG = math.log(GROWTH)


def bucket(length: timedelta) -> int:
    """Less than a second is bucket 0; bucket n > 0 holds 1.1^(n-1) up to 1.1^n seconds."""
    seconds = length.total_seconds()
    return 0 if seconds < 1 else 1 + math.floor(math.log(seconds) / _LOG + 1e-9)


def seconds_of(number: int) -> float:
    """What a bucket stands for."""
    return 0.0 if number == 0 else float(GROWTH ** (number - 0.5))


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """Seconds below or at which this share of all lies (nearest rank); None of nothing."""
    rank, seen = max(1, math.ceil(share * sum(counts.values()))), 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= rank:
            return seconds_of(number)
    return None
