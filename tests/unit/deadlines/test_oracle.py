"""The legal clock against an oracle that counts every minute: hundreds of random lives, no difference."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time
from fractions import Fraction

from tests.unit.deadlines.oracle import Clock, Minutes
from tests.unit.deadlines.plays import differences

CALENDARS, EACH = 16, 30


def test_the_clock_and_the_oracle_agree() -> None:
    seed = secrets.randbelow(10**9)
    print(f"seed {seed}")  # shown when the test fails; `differences(seed, ...)` plays the same again
    found = differences(seed, CALENDARS, EACH)
    assert found == [], f"seed {seed}: {len(found)} differences, the first: {found[0]}"


def test_the_oracle_itself_knows_the_rules() -> None:
    """By hand, on the week of 23 November 2026 in Shanghai: whoever changes the oracle is held to the rules too."""
    minutes = Minutes("Asia/Shanghai", [(time(9), time(12)), (time(13), time(17, 30))], set(range(5)),
                      {date(2026, 11, 25): "rest", date(2026, 11, 28): "work"}, datetime(2026, 11, 20, tzinfo=UTC), 20)
    for start, amount, unit, expected in (
            ("2026-11-23T10:00", Fraction(1), "wd", "2026-11-24T10:00"), ("2026-11-24T10:00", Fraction(1), "wd", "2026-11-26T10:00"),
            ("2026-11-27T16:00", Fraction(1), "wd", "2026-11-28T16:00"), ("2026-11-23T16:30", Fraction(1), "wh", "2026-11-23T17:30"),
            ("2026-11-28T22:00", Fraction(1), "wd", "2026-12-01T09:00"), ("2026-11-23T10:00", Fraction(1, 2), "wd", "2026-11-23T14:45"),
            ("2026-11-27T16:00", Fraction(24), "h", "2026-11-28T16:00"), ("2026-11-27T10:00", Fraction(7), "d", "2026-12-04T10:00")):
        clock = Clock(minutes)
        clock.start(minutes.number(_local(start)), amount, unit, None)
        assert clock.due == minutes.number(_local(expected)), (start, unit)


def _local(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")
