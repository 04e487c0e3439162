"""Cases whose course is written down, so that each end and each kind of waiting is there on the last day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from app.cli.demo.year import texts


@dataclass(frozen=True)
class Script:
    """One row of scripts.yaml; the file's head says what the words mean."""

    name: str
    service: str
    before: int
    hour: int
    text: str
    choose: Mapping[str, Any] = field(default_factory=dict)
    slow: Mapping[str, str] = field(default_factory=dict)
    stop: tuple[str, int] | None = None
    also: tuple[str, ...] = ()
    rate: tuple[tuple[str, int], ...] = ()
    answers: bool = True
    withdraws: str | None = None
    joins: str | None = None
    says_nothing: bool = False

    @staticmethod
    def of(row: Mapping[str, Any]) -> Script:
        """A row of the file."""
        values = dict(row)
        values["rate"] = tuple((str(solved), int(mark)) for solved, mark in values.get("rate", ()))
        stop = values.get("stop")
        values["stop"] = (str(stop[0]), int(stop[1])) if stop else None
        return Script(**{**values, "also": tuple(values.get("also", ()))})

    def option(self, name: str, times: int) -> str | None:
        """What staff enter into a field for the n-th time; None where the script says nothing."""
        chosen = self.choose.get(name, smooth().get(name))
        if isinstance(chosen, list):
            chosen = chosen[min(times, len(chosen)) - 1]
        return None if chosen is None else str(chosen)

    def stops(self, element_id: str, times: int) -> bool:
        """Whether nobody does this task any more."""
        stopped = self.stop is not None and element_id == self.stop[0] and times >= self.stop[1]
        return stopped or element_id in self.also


@cache
def smooth() -> Mapping[str, Any]:
    """What staff enter where a script says nothing else."""
    values: Mapping[str, Any] = texts.document("scripts.yaml")["smooth"]
    return values


@cache
def all_scripts() -> tuple[Script, ...]:
    """The rows of the file in order of time, the earliest first."""
    rows = [Script.of(row) for row in texts.document("scripts.yaml")["cases"]]
    return tuple(sorted(rows, key=lambda one: (-one.before, one.hour)))


@dataclass
class Course:
    """How far one scripted case has come."""

    script: Script
    seen: Counter[str] = field(default_factory=Counter)
