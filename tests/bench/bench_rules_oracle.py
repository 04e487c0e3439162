"""A third of the soak: more than 100,000 events against the plain oracle, with kills and losses on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench import soak_rules

SEEDS = range(1, 8)


def figures() -> Iterator[dict[str, Any]]:
    """`rules_oracle.differences`."""
    yield from soak_rules.figures(SEEDS)
