"""The year cut into parts: the newest requests first, so that an office is alive before its past is there."""

from __future__ import annotations

from collections.abc import Sequence

from app.cli.demo.year.arrivals import Arrival
from app.cli.demo.year.scripts import all_scripts

FIRST, NEXT = 60, 30
"""Requests of the first part, and of each one behind it: while a part moves in, nobody else writes on SQLite."""


def parts(arrivals: Sequence[Arrival], first: int = FIRST, following: int = NEXT) -> list[list[Arrival]]:
    """Each in order of time; the first holds all scripted requests and the newest others."""
    written = [one for one in arrivals if one.script is not None]
    others = [one for one in arrivals if one.script is None]
    newest = max(0, first - len(written))
    head = others[len(others) - newest:] if newest else []
    behind = others[:len(others) - len(head)]
    found = [sorted([*written, *head], key=lambda one: (one.at, one.line))]
    while behind:
        found.append(behind[-following:])
        behind = behind[:-following]
    return [part for part in found if part]


def count(cases: int, first: int = FIRST, following: int = NEXT) -> int:
    """In how many parts a year of so many requests comes."""
    head = min(cases, max(first, len(all_scripts())))
    return (1 if head else 0) + -(-(cases - head) // following)
