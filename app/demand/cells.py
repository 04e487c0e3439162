"""Counting cases into cells of topic and place, window by window, and what is unusual among them. Pure.

A case counts in each of its topics (service; module and kind) at each of its places (its own, what that belongs to, the
whole office). The same resident counts once for one matter, place and window; what comes on top is a repeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from app.demand import statistic

YEAR = 364
"""Days: 52 whole weeks, so that weekdays meet weekdays."""
FLOOR = 0.5
"""Requests added to what a cell had (Jeffreys): what was never asked for is rare, not impossible."""
FAMILIES = 2
"""Of cells: the whole office, and its parts. Together they keep the share that each keeps half of."""
BAD = 2
"""Ratings up to this, and `no` to "solved?", are dissatisfied (好差评, 国办发〔2019〕51号)."""


class Row(NamedTuple):
    """One classified case. `places`: codes from its own place up, without the office.

    `person`: equal for the same resident, None for an unknown one.
    """

    id: UUID
    day: date
    service: str | None
    module: str | None
    kind: str | None
    places: tuple[str, ...]
    person: object
    rating: int | None
    solved: str | None
    rounds: int


class Cell(NamedTuple):
    """`level`: service or kind; `code`: a service, or module/kind; `place`: a code, empty for the whole office."""

    level: str
    code: str
    place: str


@dataclass(frozen=True)
class Window:
    """How to look: the last `days` full days against `past` windows before them, as the decision table says."""

    days: int
    past: int
    shrink: float
    season_weight: float


@dataclass(frozen=True)
class Finding:
    """A cell of one window. `usual`: up to so many are no surprise; `false_share`: see statistic.discoveries.

    `bad`, `answers`: dissatisfied, of those who answered; `repeats`: of `cases` in the window; `area`: places.
    """

    cell: Cell
    days: int
    count: int
    cases: int
    expected: float
    variance: float
    season: float
    false_share: float
    bad: int
    answers: int
    repeats: int
    area: int

    @property
    def ratio(self) -> float:
        """Counted by expected."""
        return self.count / self.expected

    @property
    def usual(self) -> int:
        """The greatest count that chance alone exceeds in at most one of forty windows."""
        found = max(0, int(self.expected))
        while statistic.at_least(found + 1, self.expected, self.variance) > (1 - statistic.SURE) / 2:
            found += 1
        return found


@dataclass
class Tally:
    """Counts of one cell: `now` (0 is the last window) and `then` (the same, a year before)."""

    now: list[int]
    then: list[int]
    cases: int = 0
    bad: int = 0
    answers: int = 0
    repeats: int = 0
    places: set[str] = field(default_factory=set)


def topics(row: Row) -> list[tuple[str, str]]:
    """The topics of a case: (level, code)."""
    found = [("service", row.service)] if row.service else []
    return [*found, ("kind", f"{row.module}/{row.kind}")] if row.module and row.kind else found


def cells(row: Row) -> list[Cell]:
    """All cells a case counts in."""
    return [Cell(level, code, place) for level, code in topics(row) for place in ("", *row.places)]


def tally(rows: Iterable[Row], window: Window, today: date) -> dict[Cell, Tally]:
    """Every cell with what was counted in it; the last window ends with the day before `today`."""
    found: dict[Cell, Tally] = {}
    seen: set[tuple[object, ...]] = set()
    reach = window.past + 1
    for row in rows:
        age = (today - row.day).days - 1
        spots = [(which, piece) for which, piece in ((0, age // window.days), (1, (age - YEAR) // window.days))
                 if 0 <= piece < reach]
        if not spots:
            continue
        again = row.person is not None and (key := (row.person, row.service, row.module, row.kind, row.places[:1],
                                                    age // window.days)) in seen
        if row.person is not None and not again:
            seen.add(key)
        for cell in cells(row):
            one = found.get(cell)
            if one is None:
                one = found[cell] = Tally([0] * reach, [0] * reach)
            for which, piece in spots:
                if not again:
                    (one.then if which else one.now)[piece] += 1
                if not which and not piece:
                    _tell(one, row, again)
    return found


def _tell(one: Tally, row: Row, again: bool) -> None:
    one.cases += 1
    one.repeats += again or row.rounds > 1
    if row.rating is not None or row.solved is not None:
        one.answers += 1
        one.bad += (row.rating is not None and row.rating <= BAD) or row.solved == "no"
    if row.places:
        one.places.add(row.places[0])


def findings(rows: Sequence[Row], window: Window, today: date, known_days: int) -> list[Finding]:
    """Every cell that had a request in the last window, the most unusual first.

    A rate is expected as it was in the windows before, drawn a little to what topic and place have in the office as a
    whole (`shrink` windows' worth); where a year is known, times what the same weeks did a year ago. The share of
    false discoveries is over all cells, also those without a request now: half of it is left to the few cells of the
    whole office, half to the many of its places, so that these do not hide those.
    """
    tallies = tally(rows, window, today)
    length = _lengths(rows, window, today)
    bases = {cell: sum(one.now[1:]) for cell, one in tallies.items()}
    expected = _expected(bases, tallies, window, sum(length[1:]), length[0])
    if known_days >= YEAR + window.days * (window.past + 1):
        usual, expected = expected, _season(tallies, expected, window)
    else:
        usual = expected
    spread = {whole: statistic.dispersion([one.now[1:] for cell, one in tallies.items() if (not cell.place) is whole])
              for whole in (True, False)}
    found: list[Finding] = []
    for whole in (True, False):
        made, chances = [], []
        for cell, one in tallies.items():
            if (not cell.place) is whole:
                mean, unsure = expected[cell]
                variance = mean * spread[whole] + mean * mean * unsure
                chances.append(statistic.at_least(one.now[0], mean, variance))
                made.append((cell, one, mean, variance, mean / usual[cell][0]))
        shares = [min(1.0, FAMILIES * share) for share in statistic.discoveries(chances)]
        found += [Finding(cell, window.days, one.now[0], one.cases, mean, variance, season, share, one.bad,
                          one.answers, one.repeats, len(one.places))
                  for (cell, one, mean, variance, season), share in zip(made, shares, strict=True) if one.now[0]]
    return sorted(found, key=lambda one: (one.false_share, -one.ratio, one.cell))


def _lengths(rows: Sequence[Row], window: Window, today: date) -> list[float]:
    """How long each window is, in windows: whole weeks are alike, others by the office's weekdays."""
    if not window.days % 7:
        return [1.0] * (window.past + 1)
    span = window.days * (window.past + 1)
    ages = [age for row in rows if window.days <= (age := (today - row.day).days - 1) < span]
    weights = [FLOOR] * 7
    for age in ages:
        weights[age % 7] += 1
    days = [0] * 7
    for age in range(window.days, span):
        days[age % 7] += 1
    a_day = [weight / number for weight, number in zip(weights, days, strict=True)]
    mean = sum(a_day) / 7
    return [sum(a_day[age % 7] for age in range(at * window.days, (at + 1) * window.days)) / mean / window.days
            for at in range(window.past + 1)]


def _expected(bases: Mapping[Cell, int], tallies: Mapping[Cell, Tally], window: Window, past: float, length: float,
              ) -> dict[Cell, tuple[float, float]]:
    """Cell -> (count expected in the last window, variance of the rate by its square)."""
    of_place: dict[tuple[str, str], int] = defaultdict(int)
    office: dict[str, int] = defaultdict(int)
    for cell, base in bases.items():
        of_place[cell.level, cell.place] += base
        if not cell.place:
            office[cell.level] += base
    found = {}
    for cell in tallies:
        whole = bases.get(Cell(cell.level, cell.code, ""), 0) * of_place[cell.level, cell.place]
        prior = whole / office[cell.level] / past if office[cell.level] else 0.0
        shape = bases[cell] + window.shrink * prior + FLOOR
        found[cell] = (shape / (past + window.shrink) * length, 1.0 / shape)
    return found


def _season(tallies: Mapping[Cell, Tally], expected: Mapping[Cell, tuple[float, float]], window: Window,
            ) -> dict[Cell, tuple[float, float]]:
    """Cell -> (count expected, variance of it by its square) where a year is known: the greater of two.

    One is its own past times what these weeks did a year ago to the weeks before them; a cell with few requests then is
    drawn to the office, and the office to no season at all. The other is what the cell had in these weeks a year ago,
    times the growth of the office since: what comes every year to a place that is quiet otherwise is no surprise.
    """
    whole = [one for cell, one in tallies.items() if not cell.place and cell.level == "kind"]
    weight = window.season_weight
    before = sum(sum(one.then[1:]) for one in whole)
    office, _ = _turn(sum(one.then[0] for one in whole), before / window.past, 1.0, weight)
    growth = (sum(sum(one.now[1:]) for one in whole) + weight) / (before + weight)
    found = {}
    for cell, one in tallies.items():
        mean, unsure = expected[cell]
        factor, more = _turn(one.then[0], sum(one.then[1:]) / window.past, office, weight)
        then = one.then[0] + FLOOR
        found[cell] = max((mean * factor, unsure + more), (then * growth, 1.0 / then))
    return found


def _turn(count: int, usual: float, drawn_to: float, weight: float) -> tuple[float, float]:
    value = (count + weight * drawn_to) / (usual + weight)
    return value, count / (count + weight * drawn_to) ** 2
