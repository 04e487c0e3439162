"""Supervision rules against the plain oracle at length: random rules, killed children, lost workers. 0 differences."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from app import assemble
from app.kernel import database
from app.kernel.database import Database
from tests.databases import Copies, migrate
from tests.rules.running import differences

SEEDS, EVENTS, RULES = range(1, 1 + int(os.environ.get("SOAK_RUNS", "20"))), 15_000, 12


def figures(seeds: Iterable[int] = SEEDS) -> Iterator[dict[str, Any]]:
    """All runs together; each is an office of its own in one SQLite file."""
    assemble()
    wrong = expected = kills = losses = 0
    runs, began = [], time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        url = Copies("sqlite", Path(name)).empty()
        migrate(url)
        engine = create_engine(url)
        database.install(Database(engine))
        for seed in seeds:
            found = differences(seed, EVENTS, RULES)
            faults = len(found["missing"]) + len(found["extra"]) + found["doubled"]
            wrong, expected = wrong + faults, expected + found["expected"]
            kills, losses = kills + found["kills"], losses + found["losses"]
            runs.append({"seed": seed, "missing": len(found["missing"]), "extra": len(found["extra"]),
                         "doubled": found["doubled"], "expected": found["expected"]})
            print(runs[-1], flush=True)
        engine.dispose()
    yield {"figure": "rules_oracle.differences", "value": wrong, "goal": 0, "runs": len(runs), "events": EVENTS,
           "rules": RULES, "firings": expected, "kills": kills, "losses": losses,
           "seconds": round(time.perf_counter() - began), "raw": runs}
