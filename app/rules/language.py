"""A supervision rule as it is understood: five shapes over the stream of events, conditions, actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.feel import Expression

KIND = "supervision"
"""Rule files in the catalog."""
SHADOW = "supervision_shadow"
"""Those on trial: each has the name of a rule in force, or of none, and only notes what it would have done."""
SHAPES = ("match", "count", "count_distinct", "sequence", "absence")
IN_ENGINE = frozenset({"match", "sequence"})
"""Shapes that durable_rules evaluates; the others are rows of the database."""
COUNTED = frozenset({"count", "count_distinct"})
MODES = ("live", "shadow")
"""`shadow`: firings are written down, and nothing is done."""
GRACE = timedelta(seconds=120)
"""So much older than its forerunner an event may be; an absence is looked at so much after its time."""


@dataclass(frozen=True)
class Pattern:
    """One event that a rule waits for; `where` is judged in Python, before anything is posted."""

    event: str
    where: Expression | None = None


@dataclass(frozen=True)
class ActionCall:
    """What is done when a rule fires; the parameters are checked against the registry."""

    action: str
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """One compiled rule file. `hash` is the SHA-256 of its bytes: the version.

    `patterns`: the one event; the steps of a sequence; of an absence what begins the wait and what is expected.
    `within` is the window of counts, too. `of`: the field whose different values are counted.
    """

    key: str
    hash: str
    title: str
    shape: str
    mode: str
    patterns: tuple[Pattern, ...]
    by: tuple[str, ...]
    within: timedelta
    n: int
    of: str | None
    actions: tuple[ActionCall, ...]

    @property
    def events(self) -> frozenset[str]:
        """The types it waits for."""
        return frozenset(pattern.event for pattern in self.patterns)

    @property
    def memory(self) -> timedelta:
        """How far back its state reaches; nothing for a match."""
        return timedelta() if self.shape == "match" else self.within + GRACE
