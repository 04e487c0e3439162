"""PostgreSQL stopped and started every 5 to 40 s, recovery included: nothing lost or doubled, no restart of ours."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from tests.reliability import storms
from tests.reliability.cluster import own_cluster
from tests.reliability.offices import demo_template

SEED, SECONDS = int(os.environ.get("SOAK_SEED", "6")), float(os.environ.get("SOAK_STOP_SECONDS", "600"))
GAPS, CASES, PATIENCE = (5.0, 40.0), int(os.environ.get("SOAK_STOP_CASES", "200")), 3600.0
"""Seconds between two stops; cases of each of two lanes; what is not done in the time is done afterwards."""


def figures(seed: int = SEED, seconds: float = SECONDS, cases: int = CASES,
            gaps: tuple[float, float] = GAPS) -> Iterator[dict[str, Any]]:
    """One run on a cluster of its own; web-like drivers and `flask worker`'s loop go on through all of it."""
    with own_cluster() as cluster, demo_template("postgres") as (copies, template, folder), \
            storms.on_copy("postgres", copies, template, folder, seed=seed, cases=cases) as (storm, group):
        begun, before = time.perf_counter(), storm.steps()
        storm.start(group, storm.run_forever)
        stops = storms.stop_at_random(storm, group, cluster, seconds, gaps)
        end = time.monotonic() + PATIENCE
        while not storm.lanes_ended(group):
            if time.monotonic() > end:
                raise TimeoutError("the drivers do not come to their end")
            time.sleep(1.0)
        steps = storm.steps() - before
        group.stop_all()
        found = storm.judge()
        print("\n".join(found.found[:20]), flush=True)
        more = {"goal": 0, "database": "postgres", "stops": stops, "cases": found.cases, "commands": found.commands,
                "steps": steps, "seed": seed, "seconds": round(time.perf_counter() - begun)}
        yield {"figure": "database_stops.lost", "value": found.lost, **more, "raw": found.found}
        yield {"figure": "database_stops.doubled", "value": found.doubled, **more}
