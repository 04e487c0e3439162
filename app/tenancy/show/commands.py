"""What can be done: begin to fill an office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.kernel.commands import Command


@dataclass(frozen=True, kw_only=True)
class StartFilling(Command):
    """Note that a demo office gets a year of requests. What was noted before stays. Answer {"started"}.

    `parts`: in how many pieces they come. Conflict for an office that is no demo.
    """

    seed: int
    wanted: int
    last_day: date
    parts: int
