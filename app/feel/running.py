"""One evaluation under way: its variables by scope, its meter, its clock, its reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from app.feel.budget import Budget, Meter
from app.feel.temporal import FeelDateTime
from app.kernel import clock

MOST_REASONS = 20
MISSING: Any = object()


class Run:
    """What every part of one evaluation shares."""

    __slots__ = ("_now", "functions", "meter", "reasons")

    def __init__(self, now: datetime | None, functions: Mapping[str, Callable[..., Any]], budget: Budget) -> None:
        self._now, self.functions = now, functions
        self.meter = Meter(budget)
        self.reasons: list[str] = []

    def null(self, reason: str) -> Any:
        """Record why something is null; answers None, so that it can be returned."""
        if len(self.reasons) < MOST_REASONS and reason not in self.reasons:
            self.reasons.append(reason)
        return None

    def again(self) -> Run:
        """A fresh run with the same clock, functions and budget: to explain afterwards what this one did."""
        return Run(self._now, self.functions, self.meter.budget)

    def now(self) -> FeelDateTime:
        """The moment given to the evaluation, in the zone it was given in; the clock's where none was given."""
        return FeelDateTime.from_python(self._now or clock.now())


class Scope:
    """Names bound at a place; what is not here is looked up in the parent."""

    __slots__ = ("parent", "run", "values")

    def __init__(self, run: Run, values: Mapping[str, Any], parent: Scope | None = None) -> None:
        self.run, self.values, self.parent = run, values, parent

    def lookup(self, name: str) -> Any:
        """The value, or MISSING; a Failure when a given value cannot be used."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.values.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        return MISSING


Evaluate = Callable[[Scope], Any]
