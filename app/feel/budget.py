"""What one evaluation may cost, and the meter that counts it. No clock of the world: only elapsed seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass

from app.feel.errors import BudgetExceeded
from app.kernel.errors import msg

_LOOK_AT_THE_CLOCK_EVERY = 256


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one evaluation: steps, depth of calls, seconds, items of a list, characters of a text."""

    steps: int = 100_000
    depth: int = 64
    seconds: float = 2.0
    list_size: int = 10_000
    string_size: int = 1_000_000


class Meter:
    """Counts what an evaluation uses; every method raises BudgetExceeded past its limit.

    Whoever walks through a value counts its steps too: a short expression can make a value whose parts are shared
    so often that walking through it never ends.
    """

    __slots__ = ("_ends", "_next_look", "budget", "depth", "steps")

    def __init__(self, budget: Budget) -> None:
        self.budget, self.steps, self.depth = budget, 0, 0
        self._ends: float | None = None
        short = budget.steps < _LOOK_AT_THE_CLOCK_EVERY
        self._next_look = budget.steps + 1 if short else _LOOK_AT_THE_CLOCK_EVERY

    def step(self, count: int = 1) -> None:
        """Use `count` steps."""
        self.steps += count
        if self.steps >= self._next_look:
            self._look()

    def _look(self) -> None:
        """Compare with both limits, once in a while. Time runs from the first look: what ends before it is short."""
        if self.steps > self.budget.steps:
            raise BudgetExceeded(msg("The expression took more than %(limit)s steps."), limit=self.budget.steps)
        self._next_look = min(self.steps + _LOOK_AT_THE_CLOCK_EVERY, self.budget.steps + 1)
        if self._ends is None:
            self._ends = time.monotonic() + self.budget.seconds
        elif time.monotonic() > self._ends:
            raise BudgetExceeded(msg("The expression took longer than %(limit)s seconds."), limit=self.budget.seconds)

    def enter(self) -> None:
        """One call deeper; `leave` undoes it. Calls inside calls cost steps."""
        self.depth += 1
        if self.depth > 1:
            self.step(2)
        if self.depth > self.budget.depth:
            raise BudgetExceeded(msg("Calls are nested deeper than %(limit)s."), limit=self.budget.depth)

    def leave(self) -> None:
        """Back from a call."""
        self.depth -= 1

    def made(self, value: object) -> None:
        """A new text or list was made: besides its limit, ten items or a hundred characters cost a step."""
        if isinstance(value, str):
            self.characters(len(value))
            self.step(len(value) // 100)
        elif isinstance(value, list):
            self.items(len(value))
            self.step(len(value) // 10)

    def items(self, count: int) -> None:
        """A list has grown, or will grow, to `count` items."""
        if count > self.budget.list_size:
            raise BudgetExceeded(
                msg("A list has more than %(limit)s items."), limit=self.budget.list_size
            )

    def characters(self, count: int) -> None:
        """A text has grown, or will grow, to `count` characters."""
        if count > self.budget.string_size:
            raise BudgetExceeded(
                msg("A text has more than %(limit)s characters."), limit=self.budget.string_size
            )
