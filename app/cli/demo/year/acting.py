"""How the people of the year differ from those of a replay: scripts, units that differ, words of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.cli.demo import tables
from app.cli.demo.replay.behaviour import Behaviour
from app.cli.demo.year import texts
from app.cli.demo.year.scripts import Course
from app.deadlines import WorkCalendar

LOWEST, HIGHEST = 1, 5


class YearBehaviour(Behaviour):
    """behaviour.yaml with the year's differences laid over it, and the courses of scripted cases."""

    def __init__(self, seed: int, calendar: WorkCalendar) -> None:
        super().__init__(seed, calendar)
        self.courses: dict[UUID, Course] = {}
        self.services: dict[UUID, str] = {}
        self.units, self.people = texts.document("units.yaml"), texts.document("people.yaml")
        self._times: Counter[tuple[UUID, str]] = Counter()

    def read(self) -> dict[str, Any]:
        """The replay's values, with those of the year instead where it has some."""
        return _over(tables.document("behaviour.yaml"), texts.document("behaviour.yaml"))

    def option(self, case_id: UUID, place: str, field: str, weights: Mapping[str, float]) -> str:
        """By the script of the case, by its module, or by chance."""
        course = self.courses.get(case_id)
        if course is not None:
            self._times[case_id, field] += 1
            chosen = course.script.option(field, self._times[case_id, field])
            if chosen is not None and chosen in weights:
                return chosen
        if field == "intake_decision":
            module = self.services.get(case_id, "")[:2]
            known = self.part("by_module", module) or weights
            weights = {name: float(weight) for name, weight in known.items() if name in weights}
        return super().option(case_id, place, field, weights)

    def unit(self, code: str | None) -> Mapping[str, Any]:
        """The ways of a unit."""
        found: Mapping[str, Any] = self.units.get(code or "") or self.units["usual"]
        return found

    def verdict(self, code: str | None) -> tuple[str, int]:
        """What a resident says of a unit's work: whether it is solved, and the mark."""
        ways = self.unit(code)
        solved = str(self.weighted(ways["solved"]))
        mark = int(self.weighted(self.part("residents", "rating", solved))) + self._shift(float(ways["marks"]))
        return solved, max(LOWEST, min(HIGHEST, mark))

    def _shift(self, by: float) -> int:
        """One step up or down, as often as the figure says."""
        return (1 if by > 0 else -1) if self.chance.random() < abs(by) else 0

    def done_at(self, form: str | None, opened: datetime, code: str | None) -> datetime:
        """When a unit's people get to a task; some units let more of them lie."""
        if form in self.part("staff", "late_forms") and self.chance.random() < float(self.unit(code)["late"]):
            bounds = self.part("staff", "late", "after")
            return self.rounded(self.calendar.opening(self.later(self.calendar.opening(opened), bounds)))
        return self.staff_at(form, opened)

    def said(self, *names: str) -> str:
        """One of the sentences of people.yaml."""
        value: Any = self.people
        for name in names:
            value = value[name]
        return str(self.chance.choice(value))


def _over(base: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping with what stands in the other laid over it; weights of one field are replaced as a whole."""
    found = dict(base)
    for name, value in above.items():
        known = found.get(name)
        nested = isinstance(value, Mapping) and isinstance(known, Mapping) and not _is_weights(value)
        found[name] = _over(known, value) if nested else value  # type: ignore[arg-type]
    return found


def _is_weights(value: Mapping[str, Any]) -> bool:
    return all(isinstance(one, int | float) for one in value.values())
