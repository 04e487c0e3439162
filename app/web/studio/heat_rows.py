"""The figures of a heat map in words: each element's, those it is held against, and how they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.insight.queries import Heat, HeatFigures
from app.kernel.differing import Part
from app.kernel.errors import msg
from app.web.texts import t

MEASURES = {"median": msg("Median time"), "most": msg("Nine of ten within"), "passages": msg("Passages"),
            "overdue": msg("Overdue"), "rework": msg("Rework"), "live": msg("Here now")}
"""What can colour the picture."""
TIMES, COUNTS = ("median", "most"), ("passages", "overdue", "rework")
COMPARED = (*TIMES, *COUNTS)
SAME = 0.005
"""A change below this share is none."""
TOP, ENOUGH = 5, 5
"""How many differences are told first, and passages on both sides that one of them needs."""
NOTHING = Heat()


@dataclass(frozen=True)
class Row:
    """One element or flow with its figures, and those it is held against. `days`, `days_before`: days of either period
    that have begun, by which counts are compared."""

    id: str
    name_zh: str
    name_en: str
    type: str
    now: Heat
    before: Heat | None
    days: int = 1
    days_before: int = 1

    def a_day(self, measure: str) -> float:
        """A count by the day."""
        return float(getattr(self.now, measure)) / self.days

    def a_day_before(self, measure: str) -> float | None:
        """The same of what it is held against."""
        return None if self.before is None else float(getattr(self.before, measure)) / self.days_before

    def change(self, measure: str) -> float | None:
        """How much more (1 is twice) or less, counts by the day; None where nothing was before, or can be compared."""
        old, new = self._pair(measure)
        return (new - old) / old if old and new is not None else None

    def is_new(self, measure: str) -> bool:
        """Something where nothing was."""
        old, new = self._pair(measure)
        return old == 0 and bool(new)

    def weight(self, measure: str) -> float:
        """What the difference comes to: seconds of all passages together, or a count by the day."""
        old, new = self._pair(measure)
        if old is None or new is None or self.before is None:
            return 0.0
        if measure in TIMES:
            few = min(self.now.passages, self.before.passages) < ENOUGH
            return 0.0 if few else abs(new - old) * self.now.passages
        return abs(new - old)

    def _pair(self, measure: str) -> tuple[float | None, float | None]:
        if measure in COUNTS:
            return self.a_day_before(measure), self.a_day(measure)
        old, new = (getattr(one, measure) if one is not None else None for one in (self.before, self.now))
        return old, new


@dataclass(frozen=True)
class Side:
    """What one side of the page counted, and over how many days."""

    figures: HeatFigures
    days: int


def rows_of(names: Mapping[str, Part], now: Side, before: Side | None) -> list[Row]:
    """Elements that anything happened at, in the order of the drawing (`names`), those of other versions last."""
    sides = [now.figures, *([] if before is None else [before.figures])]
    ids = {name for figures in sides for name in figures.elements}
    known = [name for name in names if name in ids]
    return [_row(names.get(name), name, now, before) for name in [*known, *sorted(ids - set(known))]]


def _row(part: Part | None, name: str, now: Side, before: Side | None) -> Row:
    labels = (part.name_zh or name, part.name_en or name, part.type) if part is not None else (name, name, "")
    found = now.figures.elements.get(name, NOTHING)
    if before is None:
        return Row(name, *labels, found, None, now.days)
    return Row(name, *labels, found, before.figures.elements.get(name, NOTHING), now.days, before.days)


def largest(rows: Iterable[Row], measure: str) -> list[Row]:
    """The elements whose figure differs most, the most first; none for what is not compared."""
    if measure not in COMPARED:
        return []
    found = [one for one in rows if one.type != "sequenceFlow" and one.weight(measure) > 0
             and abs(one.change(measure) or 1) >= SAME]
    return sorted(found, key=lambda one: -one.weight(measure))[:TOP]


def named(parts: Mapping[str, Part], part: Part) -> Part:
    """A flow is called by what it joins, and by its own name."""
    ends = [parts.get(part.facts.get(end, "")) for end in ("sourceRef", "targetRef")]
    if None in ends:
        return part
    zh, en = (_joined([getattr(one, name) or (one.id if one else "") for one in ends], getattr(part, name))
              for name in ("name_zh", "name_en"))
    return replace(part, name_zh=zh, name_en=en)


def _joined(ends: list[str], name: str) -> str:
    return " → ".join(ends) + (f" ({name})" if name else "")


def length(seconds: float | None) -> str:
    """Working time in words."""
    if seconds is None:
        return "–"
    if seconds < 5_400:
        return t(msg("%(amount)s min"), amount=round(seconds / 60) if seconds >= 60 or seconds < 1 else "< 1")
    hours = seconds / 3_600
    return t(msg("%(amount)s working h"), amount=f"{hours:.1f}" if hours < 100 else round(hours))


def value(one: Heat, measure: str) -> str:
    """A figure in words."""
    found = getattr(one, measure)
    return length(found) if measure in TIMES else str(found)


def rate(amount: float) -> str:
    """A count by the day in words."""
    digits = 0 if amount >= 100 else 1 if amount >= 1 or amount == 0 else 2
    return t(msg("%(amount)s a day"), amount=f"{amount:.{digits}f}")


def change(row: Row, measure: str) -> str:
    """How it changed, with a sign; empty where nothing can be compared."""
    if row.before is None:
        return ""
    if row.is_new(measure):
        return "▲ " + t(msg("none before"))
    found = row.change(measure)
    if found is None:
        return ""
    return "=" if abs(found) < SAME else f"{'▲' if found > 0 else '▼'} {found:+.0%}"


def cells(row: Row) -> list[object]:
    """A line of the file for spreadsheets: what HEAD says, then what HEAD_BEFORE says where something is compared."""
    found = [*_figures(row.now), round(row.a_day("passages"), 3)]
    if row.before is None:
        return [row.now.live, *found]
    changes = [row.change(measure) for measure in (COUNTS[0], *TIMES, *COUNTS[1:])]
    return [row.now.live, *found, *_figures(row.before), round(row.a_day_before("passages") or 0, 3),
            *(None if one is None else round(one * 100, 1) for one in changes)]


def _figures(one: Heat) -> list[object]:
    minutes = [None if found is None else round(found / 60, 1) for found in (one.median, one.most)]
    return [one.passages, *minutes, one.overdue, one.rework]


HEAD = (msg("Here now"), msg("Passages"), msg("Median, working minutes"), msg("Nine of ten within, working minutes"),
        msg("Overdue"), msg("Rework"), msg("Passages a day"))
HEAD_BEFORE = (
    msg("Passages before"), msg("Median before, working minutes"), msg("Nine of ten before, working minutes"),
    msg("Overdue before"), msg("Rework before"), msg("Passages a day before"), msg("Change of passages a day, percent"),
    msg("Change of the median, percent"), msg("Change of nine of ten, percent"),
    msg("Change of overdue a day, percent"), msg("Change of rework a day, percent"))
