"""The process dies before each SQL statement and after each commit of each command: 0 lost, 0 doubled.

A worker's rounds are many commands one after the other; of their points every ninth is tried beside.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from tests.reliability import deaths
from tests.reliability.children import patient_steps
from tests.reliability.cluster import own_cluster
from tests.reliability.deaths import Deaths
from tests.reliability.lives import LIVES
from tests.reliability.offices import KINDS, demo_template

EVERY, EVERY_OF_ROUNDS = int(os.environ.get("SOAK_EVERY", "1")), int(os.environ.get("SOAK_ROUNDS", "9"))
"""Of so many points of a command, and of a worker's round, one is tried; 0: none."""


def figures(every: int = EVERY, of_rounds: int = EVERY_OF_ROUNDS, kinds: tuple[str, ...] = KINDS) -> Iterator[dict[str, Any]]:
    """A line for lost and one for doubled of each database."""
    for kind in kinds:
        begun, all_of_it = time.perf_counter(), Deaths()
        with patient_steps(), own_cluster() if kind == "postgres" else nullcontext(), \
                demo_template(kind) as (copies, template, _folder):
            for steps in LIVES.values():
                found = deaths.life(copies, template, steps,
                                    lambda name: of_rounds if name.startswith("work_") else every)
                all_of_it.lost += found.lost
                all_of_it.doubled += found.doubled
                all_of_it.outlived += found.outlived
                all_of_it.points |= found.points
                all_of_it.found += found.found
        print("\n".join(all_of_it.found[:10]), flush=True)
        more = {"goal": 0, "database": kind, "points": sum(all_of_it.points.values()), "steps": len(all_of_it.points),
                "every": every, "every_of_rounds": of_rounds, "outlived": all_of_it.outlived, "seconds": round(time.perf_counter() - begun)}
        yield {"figure": "crash_points.lost", "value": all_of_it.lost, **more,
               "raw": {"points": all_of_it.points, "found": all_of_it.found}}
        yield {"figure": "crash_points.doubled", "value": all_of_it.doubled, **more}
