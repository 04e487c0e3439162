"""A thousand random kill -9 over ten thousand steps, four processes, both databases: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from tests.reliability import storms
from tests.reliability.cluster import own_cluster
from tests.reliability.offices import KINDS, demo_template

SEED, KILLS, STEPS = (int(os.environ.get(name, value)) for name, value in (
    ("SOAK_SEED", "6"), ("SOAK_KILLS", "1000"), ("SOAK_STEPS", "10000")))
STEPS_OF_CASE, LANES, PATIENCE = 12, 2, 7200.0
"""Steps of an average case; drivers, beside as many workers; seconds until a run counts as hanging."""


def figures(seed: int = SEED, kills: int = KILLS, steps: int = STEPS,
            kinds: tuple[str, ...] = KINDS) -> Iterator[dict[str, Any]]:
    """A line for lost and one for doubled of each database."""
    for kind in kinds:
        yield from _figures(kind, seed, kills, steps)


def _figures(kind: str, seed: int, kills: int, steps: int) -> Iterator[dict[str, Any]]:
    cases = steps // STEPS_OF_CASE // LANES + 1
    with own_cluster() if kind == "postgres" else nullcontext(), demo_template(kind) as (copies, template, folder), \
            storms.on_copy(kind, copies, template, folder, seed=seed, cases=cases, lanes=LANES) as (storm, group):
        begun, before = time.perf_counter(), storm.steps()
        storm.start(group)
        storms.kill_at_random(storm, group, kills, steps, PATIENCE)
        done = storm.steps() - before
        group.stop_all()
        found = storm.judge()
        print("\n".join(found.found[:20]), flush=True)
        more = {"goal": 0, "database": kind, "kills": group.kills, "steps": done, "cases": found.cases,
                "commands": found.commands, "processes": 2 * LANES, "seed": seed,
                "seconds": round(time.perf_counter() - begun)}
        yield {"figure": "kill9.lost", "value": found.lost, **more, "raw": found.found}
        yield {"figure": "kill9.doubled", "value": found.doubled, **more}
