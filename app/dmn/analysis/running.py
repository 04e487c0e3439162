"""All checks of one table, within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from app.dmn.analysis.boxes import OutOfSteps, Steps
from app.dmn.analysis.cells import columns, defaults, unused, values
from app.dmn.analysis.coverage import gaps, never, undecided
from app.dmn.analysis.findings import MOST, Finding
from app.dmn.analysis.overlaps import overlaps
from app.dmn.analysis.regions import Known, Space
from app.dmn.tables import Table

STEPS = 900_000
"""Of one table; a step is some microseconds."""
_SIMPLE: tuple[Callable[[Space], Iterator[Finding]], ...] = (columns, values, defaults, unused, never)
_SEARCHES: tuple[Callable[[Space, Steps], Iterator[Finding]], ...] = (overlaps, undecided, gaps)


def analysed(table: Table, known: Known, whole: Callable[[int], bool] = lambda column: False, steps: int = STEPS,
             ) -> list[Finding]:
    """All findings of a table; at most MOST of each check, then one that says how many are left ("more").

    `known`: types of the given variables by name. `whole`: whether a column is about whole numbers only.
    A check that uses up its share of `steps` ends with the finding "stopped".
    """
    space = Space(table, known, whole)
    found: list[Finding] = []
    for simple in _SIMPLE:
        found += _first(simple(space))
    for search in _SEARCHES:
        budget = Steps(steps // len(_SEARCHES))
        try:
            for one in _first(search(space, budget)):
                found.append(one)
        except OutOfSteps:
            found.append(Finding("stopped"))
    return _once(found)


def _first(findings: Iterator[Finding]) -> Iterator[Finding]:
    yield from islice(findings, MOST)
    rest = next(findings, None)
    if rest is not None:
        yield Finding("more", rest.rows, words={"limit": MOST})


def _once(findings: list[Finding]) -> list[Finding]:
    """Without a second word on a cell that is told as a fault already, and with one "stopped"."""
    faulty = {(one.rows, one.column) for one in findings if one.severity == "error" and one.column is not None}
    kept: list[Finding] = []
    for one in findings:
        if one.kind == "never" and (one.rows, one.column) in faulty:
            continue
        if one.kind != "stopped" or all(other.kind != "stopped" for other in kept):
            kept.append(one)
    return kept
