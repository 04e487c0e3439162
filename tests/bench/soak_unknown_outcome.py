"""Connections lost between COMMIT and its answer: whoever asks again under the same key doubles nothing."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.reliability import storms
from tests.reliability.cluster import own_cluster
from tests.reliability.offices import demo_template
from tests.reliability.proxy import BlackHole, through

SEED, CASES = int(os.environ.get("SOAK_SEED", "6")), int(os.environ.get("SOAK_UNKNOWN_CASES", "30"))
SHARE, PATIENCE = 0.3, 1800.0


def figures(seed: int = SEED, cases: int = CASES) -> Iterator[dict[str, Any]]:
    """One run: drivers by way of the proxy, workers straight at the server."""
    with own_cluster() as cluster, demo_template("postgres") as (copies, template, folder), \
            storms.on_copy("postgres", copies, template, folder, seed=seed, cases=cases) as (storm, group):
        told = folder / "lost"
        hole = BlackHole(cluster.port, seed, SHARE, told)
        storm.url_of_drivers = through(storm.url, hole.port)
        begun = time.perf_counter()
        group.start("proxy", hole.serve)
        hole.socket.close()
        storm.start(group)
        while not storm.lanes_ended(group):
            if time.perf_counter() - begun > PATIENCE:
                raise TimeoutError("the drivers do not come to their end")
            time.sleep(0.5)
        group.stop_all()
        found = storm.judge()
        print("\n".join(found.found[:20]), flush=True)
        more = {"goal": 0, "database": "postgres", **Counter(told.read_text().split()), "cases": found.cases,
                "commands": found.commands, "seed": seed, "seconds": round(time.perf_counter() - begun)}
        yield {"figure": "unknown_outcome.doubled", "value": found.doubled, **more, "raw": found.found}
        yield {"figure": "unknown_outcome.lost", "value": found.lost, **more}
