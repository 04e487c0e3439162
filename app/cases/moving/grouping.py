"""Verdicts of many cases put together: same outcome, same place, same reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.cases.moving.model import CAN, MOVED, STAYS, MigrationItem

SAMPLES = 20
"""Cases that are named for each reason."""
ORDER = {"failed": 0, STAYS: 1, CAN: 2, MOVED: 3}


@dataclass(frozen=True)
class Sample:
    """A case of a group."""

    case_id: UUID
    number: str


@dataclass
class Group:
    """Cases of a run with the same outcome at the same place for the same reason. `outcome`: can, stays, moved or
    failed; `remark` (code, element, message, params) is None where nothing is to be said."""

    outcome: str
    at: tuple[str, ...]
    remark: tuple[str, str, str, Mapping[str, Any]] | None
    count: int = 0
    samples: list[Sample] = field(default_factory=list)


class Grouping:
    """Groups as they come together. A case with several reasons stands in several groups."""

    def __init__(self) -> None:
        self._found: dict[tuple[Any, ...], Group] = {}

    def add(self, at: str, outcome: str, remarks: list[Any]) -> list[Group]:
        """The groups that should name the case."""
        wanting = []
        for one in remarks or [None]:
            remark = (one[0], one[1], one[2], one[3]) if one else None
            group = self._found.setdefault((outcome, at, *(one[:2] if one else ())),
                                           Group(outcome, tuple(filter(None, at.split(","))), remark))
            group.count += 1
            if group.count <= SAMPLES:
                wanting.append(group)
        return wanting

    def groups(self) -> tuple[Group, ...]:
        """What needs a look first."""
        return tuple(sorted(self._found.values(), key=lambda one: (ORDER[one.outcome], -one.count, one.at)))


def grouped(seen: Iterable[tuple[str, MigrationItem]]) -> tuple[Group, ...]:
    """Of a look: (number, item) of each case."""
    grouping = Grouping()
    for number, item in seen:
        for group in grouping.add(item.at, item.verdict, item.remarks):
            group.samples.append(Sample(item.case_id, number))
    return grouping.groups()
