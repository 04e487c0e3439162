"""What can be done about figures: only counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.kernel.commands import Command

REST = timedelta(minutes=15)
"""How long after its end a day is left alone: what began before midnight may be committed after it."""


@dataclass(frozen=True, kw_only=True)
class CountPassages(Command):
    """Machine: count the passages of the next finished days, at most `days` of them. Answer {"days", "more"}."""

    days: int = 31


@dataclass(frozen=True, kw_only=True)
class ForgetPassages(Command):
    """Machine: all days are counted anew from now on, because what lies behind them has changed. Answer {}."""
