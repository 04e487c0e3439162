"""The owner with its real engine against the plain oracle, through killed children and lost workers."""

from __future__ import annotations

import time

import pytest

from app import assemble
from app.kernel.database import Database
from tests.rules.running import differences

EVENTS, RULES = 15_000, 6


@pytest.fixture(autouse=True)
def _assembled() -> None:
    assemble()


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("seed", [11, 29])
def test_nothing_is_missing_extra_or_doubled(database: Database, seed: int) -> None:
    began = time.perf_counter()
    found = differences(seed, EVENTS, RULES)
    print(f"seed {seed}: {EVENTS} events in {time.perf_counter() - began:.1f} s, {found}")
    assert found["expected"] > 500 and found["kills"] > 0 and found["losses"] > 0
    assert (found["missing"][:5], found["extra"][:5], found["doubled"]) == ([], [], 0), f"seed {seed}"
    assert {"match", "count", "count_distinct", "sequence", "absence"} <= found["shapes"]


def test_both_databases_agree_with_the_oracle(database: Database) -> None:
    found = differences(5, 1_500, 12, batch=60)
    assert found["expected"] > 100
    assert (found["missing"][:5], found["extra"][:5], found["doubled"]) == ([], [], 0)
