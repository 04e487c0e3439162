"""The process dies before each SQL statement and after each commit of each command: 0 lost, 0 doubled."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from tests.reliability import deaths
from tests.reliability.children import patient_steps
from tests.reliability.cluster import own_cluster
from tests.reliability.deaths import Deaths, Place
from tests.reliability.lives import LIVES
from tests.reliability.offices import KINDS, demo_template

EVERY, ROUNDS = int(os.environ.get("SOAK_EVERY", "1")), os.environ.get("SOAK_ROUNDS", "1") == "1"
"""Of so many points one is tried; whether the worker's rounds are interrupted too, or commands only."""


def figures(every: int = EVERY, rounds: bool = ROUNDS, kinds: tuple[str, ...] = KINDS) -> Iterator[dict[str, Any]]:
    """A line for lost and one for doubled of each database."""
    for kind in kinds:
        begun, all_of_it = time.perf_counter(), Deaths()
        with patient_steps(), own_cluster() if kind == "postgres" else nullcontext(), \
                demo_template(kind) as (copies, template, _folder):
            for steps in LIVES.values():
                found = deaths.life(Place(copies, every), template, steps,
                                    lambda name: rounds or not name.startswith("work_"))
                all_of_it.lost += found.lost
                all_of_it.doubled += found.doubled
                all_of_it.points |= found.points
                all_of_it.found += found.found
        print("\n".join(all_of_it.found[:10]), flush=True)
        more = {"goal": 0, "database": kind, "points": sum(all_of_it.points.values()), "steps": len(all_of_it.points),
                "every": every, "seconds": round(time.perf_counter() - begun)}
        yield {"figure": "crash_points.lost", "value": all_of_it.lost, **more,
               "raw": {"points": all_of_it.points, "found": all_of_it.found}}
        yield {"figure": "crash_points.doubled", "value": all_of_it.doubled, **more}
