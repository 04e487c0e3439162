"""How simulated people decide: behaviour.yaml read, and one seeded source of chance."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from app.cli.demo import tables
from app.deadlines import WorkCalendar

UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "wh": timedelta(hours=1)}
SPAN = re.compile(r"(\d+) (min|h|d|wh|wd)")


@dataclass(frozen=True)
class Span:
    """A length of clock time, or of the office's working time."""

    length: timedelta
    working: bool

    def after(self, at: datetime, calendar: WorkCalendar) -> datetime:
        """The instant so much later."""
        return calendar.add(at, self.length) if self.working else at + self.length


def span(text: str, calendar: WorkCalendar) -> Span:
    """`15 min`, `6 wh`, `2 wd`. Raises ValueError."""
    found = SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"no span of time: {text}")
    amount, unit = int(found.group(1)), found.group(2)
    length = calendar.shifts.length() if unit == "wd" else UNITS[unit]
    return Span(amount * length, unit in ("wh", "wd"))


class Behaviour:
    """Chances and delays. The same seed and the same order of questions give the same answers."""

    def __init__(self, seed: int, calendar: WorkCalendar, file: Path | None = None) -> None:
        self.file = file or tables.FOLDER / "behaviour.yaml"
        self.values = self.read()
        self.chance, self.calendar = random.Random(seed), calendar  # noqa: S311  no secret hangs on it
        self.quantum = span(self.values["quantum"], calendar).length
        self.taken: Counter[tuple[str, str, str]] = Counter()
        self.taken_in_case: Counter[tuple[UUID, str, str, str]] = Counter()

    def read(self) -> dict[str, Any]:
        """The values of the file."""
        return tables.document(self.file.name, self.file.parent)

    def part(self, *names: str) -> Any:
        """A value of the file; None where nothing stands."""
        value: Any = self.values
        for name in names:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def happens(self, *names: str) -> bool:
        """Whether something comes true whose share the file gives."""
        return self.chance.random() < float(self.part(*names) or 0)

    def words(self, name: str) -> str:
        """One of the texts of a list."""
        return str(self.chance.choice(self.part("words", name)))

    def weighted(self, weights: Mapping[Any, float]) -> Any:
        """One key."""
        return self.chance.choices(list(weights), [float(w) for w in weights.values()])[0]

    def option(self, case_id: UUID, place: str, field: str, weights: Mapping[str, float]) -> str:
        """One option of a field. While some option was hardly ever taken at this place, it comes first now and then;
        else by weight, and in fields that fade what was taken in the case before weighs less. Options of weight 0 are
        for when no other is left: then each may be taken alike."""
        open_ones = {name: weight for name, weight in weights.items() if weight > 0} or dict.fromkeys(weights, 1.0)
        rare = [name for name in open_ones if self.taken[place, field, name] < int(self.part("explore", "until"))]
        if len(open_ones) > 1 and rare and self.happens("explore", "share"):
            chosen = min(rare, key=lambda name: self.taken[place, field, name])
        else:
            chosen = self.weighted(self._faded(case_id, place, field, open_ones))
        self.taken[place, field, chosen] += 1
        self.taken_in_case[case_id, place, field, chosen] += 1
        return chosen

    def _faded(self, case_id: UUID, place: str, field: str, weights: dict[str, float]) -> dict[str, float]:
        if field not in self.part("fading", "fields"):
            return weights
        heaviest, by = max(weights, key=lambda name: weights[name]), float(self.part("fading", "by"))
        return {name: weight if name == heaviest else weight * by ** self.taken_in_case[case_id, place, field, name]
                for name, weight in weights.items()}

    def later(self, at: datetime, bounds: Sequence[str]) -> datetime:
        """An instant between two delays after `at`, at a full quantum; staff's delays end in working time."""
        low, high = (span(text, self.calendar) for text in bounds)
        share = self.chance.random() ** 2  # most are quick, a few take long
        first, last = low.after(at, self.calendar), high.after(at, self.calendar)
        moment = first + (max(last, first) - first) * share
        if low.working or high.working:
            moment = self.calendar.opening(moment)
        return self.rounded(moment)

    def rounded(self, at: datetime) -> datetime:
        """Up to the next full quantum."""
        over = timedelta(seconds=at.timestamp() % self.quantum.total_seconds())
        return at if not over else at - over + self.quantum

    def staff_at(self, form: str | None, opened: datetime) -> datetime:
        """When a member of staff sends a task's form: in working time, sometimes much too late."""
        name = form or ""
        bounds = self.part("staff", "delays", name) or self.part("staff", "delay")
        if name in self.part("staff", "late_forms") and self.happens("staff", "late", "share"):
            bounds = self.part("staff", "late", "after")
        return self.rounded(self.calendar.opening(self.later(self.calendar.opening(opened), bounds)))
