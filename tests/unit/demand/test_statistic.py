"""The statistic of demand against hand-made sums, and against simulated offices whose truth is known."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import count
from uuid import UUID

import pytest

from app.demand import statistic
from app.demand.cells import Cell, Row, Window, findings, tally

TODAY = date(2026, 11, 26)
SURE, WEEK, MONTH = 0.05, Window(7, 8, 1.0, 20.0), Window(28, 4, 1.0, 20.0)
IDS = (UUID(int=number) for number in count(1))


def binomial_tail(trials: int, least: int, chance: Fraction) -> float:
    """P(X >= least), in exact fractions."""
    return float(sum(math.comb(trials, k) * chance ** k * (1 - chance) ** (trials - k) for k in range(least, trials + 1)))


@pytest.mark.parametrize(("a", "b", "x"), [(1, 1, .3), (2, 5, .1), (7, 3, .8), (40, 60, .35), (300, 2, .99), (1, 200, .002)])
def test_the_incomplete_beta_is_the_tail_of_a_binomial(a: int, b: int, x: float) -> None:
    exact = binomial_tail(a + b - 1, a, Fraction(str(x)))
    assert statistic.beta_share(a, b, x) == pytest.approx(exact, rel=1e-10)
    assert statistic.beta_quantile(a, b, exact) == pytest.approx(x, abs=1e-9)


def test_a_count_without_more_variance_is_poissons() -> None:
    for mean, least in ((3.0, 8), (0.4, 2), (25.0, 40), (12.5, 1)):
        exact = 1 - sum(math.exp(-mean) * mean ** k / math.factorial(k) for k in range(least))
        assert statistic.at_least(least, mean, mean) == pytest.approx(exact, rel=2e-3)
    assert statistic.at_least(0, 3.0, 3.0) == 1.0 and statistic.at_least(5, 0.0, 0.0) == 0.0


def test_a_count_with_more_variance_is_negative_binomial() -> None:
    mean, shape = 4.0, 2  # variance 4 + 16 / 2; failures before the second success, with a chance of 1/3
    chance = Fraction(1, 3)
    exact = 1 - float(sum((k + 1) * chance ** shape * (1 - chance) ** k for k in range(10)))
    assert statistic.at_least(10, mean, mean + mean * mean / shape) == pytest.approx(exact, rel=1e-9)


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    # the 15 values of their paper (1995, section 3.2): four are discoveries at 5 per cent
    published = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1.0]
    shuffled = sorted(published, key=lambda one: (one * 7919) % 1)
    found = dict(zip(shuffled, statistic.discoveries(shuffled), strict=True))
    assert [one for one in published if found[one] <= .05] == published[:4]
    assert found[.0095] == pytest.approx(.0095 * 15 / 4) and statistic.discoveries([]) == []


def test_a_rate_and_its_bounds() -> None:
    half = statistic.ratio(20, 4, 80, 8)
    assert half.value == pytest.approx(.5) and half.low < .5 < half.high
    assert statistic.less_than(20, 4, 80, 8) > .99 > .6 > statistic.less_than(40, 4, 80, 8) > .4
    # simulated: how often the bounds hold the true ratio
    source, held = random.Random(5), 0
    for _ in range(400):
        before, after = _poisson(source, 40), _poisson(source, 24)
        found = statistic.ratio(after, 1, before, 1)
        held += found.low <= .6 <= found.high
    assert .92 <= held / 400 <= .98
    wide = statistic.ratio(20, 4, 80, 8, dispersion=4.0)
    assert wide.low < half.low and wide.high > half.high and statistic.share(0, 0).high == 1.0


def _poisson(source: random.Random, mean: float) -> int:
    number, left = 0, math.exp(-mean)
    at = source.random()
    while at > left:
        at, number = at * source.random(), number + 1
    return number


PLACES = [(f"B{at}", f"C{at // 5}", f"J{at // 20}") for at in range(40)]
SERVICES = [f"S{at:02}" for at in range(20)]


def office(seed: int, days: int = 150, a_day: int = 8) -> list[Row]:
    """Requests at random: each service and each place has its own rate, and it stays."""
    source = random.Random(seed)
    services, places = [source.random() ** 2 + .02 for _ in SERVICES], [source.random() + .1 for _ in PLACES]
    number = days * a_day
    whole = zip(source.choices(SERVICES, services, k=number), source.choices(PLACES, places, k=number), strict=True)
    return [row(source.randrange(days), service, place) for service, place in whole]


def row(age: int, service: str, places: tuple[str, ...], person: object = None, **more: object) -> Row:
    return Row(next(IDS), TODAY - timedelta(days=age + 1), service, service[:1], "complaint", places, person,
               more.get("rating"), more.get("solved"), 1)  # type: ignore[arg-type]


def test_where_nothing_changes_at_most_the_stated_share_of_offices_sees_a_topic() -> None:
    wrong = {WEEK: 0, MONTH: 0}
    for seed in range(40):
        rows = office(seed)
        for window in wrong:
            wrong[window] += any(one.false_share <= SURE for one in findings(rows, window, TODAY, 150))
    assert max(wrong.values()) <= 5  # 2 are stated; 6 or more of 40 would come once in seventy times at 5 per cent


def test_doubled_demand_is_found() -> None:
    """A service of about 50 requests in four weeks, doubled: in nine of ten offices at least."""
    found, offices = 0, 30
    for seed in range(offices):
        rows = [one for one in office(seed) if one.service != "S07"]
        source = random.Random(seed)
        for age in range(150):
            rows += [row(age, "S07", source.choice(PLACES)) for _ in range(_poisson(source, 3.6 if age < 28 else 1.8))]
        hits = [one for one in findings(rows, MONTH, TODAY, 150) if one.false_share <= SURE]
        found += any(one.cell == Cell("service", "S07", "") for one in hits)
        assert all(one.cell.code in ("S07", "S/complaint") for one in hits)
    assert found >= offices * .9


def test_a_wave_of_one_resident_is_no_demand() -> None:
    rows = [row(age, "S01", PLACES[0]) for age in range(7, 63) if not age % 3]
    alone = [row(age % 7, "S01", PLACES[0], person="one") for age in range(30)]
    (spot,) = [one for one in findings(rows + alone, WEEK, TODAY, 63) if one.cell == Cell("service", "S01", "B0")]
    assert (spot.count, spot.cases, spot.repeats) == (1, 30, 29) and spot.false_share > .5
    many = [row(age % 7, "S01", PLACES[0], person=age) for age in range(30)]
    (spot,) = [one for one in findings(rows + many, WEEK, TODAY, 63) if one.cell == Cell("service", "S01", "B0")]
    assert (spot.count, spot.repeats) == (30, 0) and spot.false_share < 1e-6


def test_what_every_year_brings_is_no_surprise() -> None:
    """Heating in winter: the same weeks a year ago were as full. Without that year it would be a topic."""
    rows = office(3, days=560)
    winter = [row(age, "S05", PLACES[age % 40]) for start in (0, 364) for age in range(start, start + 28) for _ in range(4)]
    known = [one for one in findings(rows + winter, MONTH, TODAY, 560) if one.cell == Cell("service", "S05", "")]
    new = [one for one in findings(rows + winter, MONTH, TODAY, 300) if one.cell == Cell("service", "S05", "")]
    assert known[0].season > 2 and known[0].false_share > SURE
    assert new[0].season == 1.0 and new[0].false_share < .001 and new[0].ratio > 3


def test_a_window_that_is_no_week_counts_weekdays() -> None:
    """Three requests on each working day, none at weekends: five days that end on a Friday are nothing new."""
    friday = date(2026, 11, 28)  # the last full day is Friday the 27th
    days = [friday - timedelta(days=age + 1) for age in range(60)]
    rows = [Row(next(IDS), day, "S01", "S", "help", ("B0",), None, None, None, 1)
            for day in days if day.weekday() < 5 for _ in range(6)]
    (spot, *_rest) = [one for one in findings(rows, Window(5, 9, 1.0, 20.0), friday, 60) if not one.cell.place]
    assert spot.count == 30 and spot.expected == pytest.approx(30, rel=.08)


def test_satisfaction_repeats_and_area_are_those_of_the_window() -> None:
    rows: Sequence[Row] = [
        row(0, "S01", ("B0", "C0"), rating=1), row(1, "S01", ("B1", "C0"), rating=5, solved="yes"), row(2, "S01", (), solved="no"),
        row(3, "S01", ("B0", "C0"), rating=4), row(8, "S01", ("B0", "C0"), rating=1)]
    found = tally(rows, WEEK, TODAY)[Cell("service", "S01", "")]
    assert (found.now[0], found.now[1], found.answers, found.bad, len(found.places)) == (4, 1, 4, 2, 2)
    assert tally(rows, WEEK, TODAY)[Cell("service", "S01", "C0")].now[0] == 3
