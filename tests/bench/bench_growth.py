"""What a step, and an idle worker's look, cost among 1,000, 100,000 and 1,000,000 stored instances, on both databases.

Steps in a small database and in the growing one take turns, so that a busy machine slows both.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.cases.commands import CompleteTask
from app.kernel.bus import dispatch
from app.workers import loop
from tests.bench.crowd import Crowd, crowds

SIZES = (100_000, 1_000_000)
FEW, STEPS, WARM, LOOKS = 1_000, 150, 10, 40
"""Steps timed in each database and size, those before them that are not, and looks of an idle worker."""


def figures() -> Iterator[dict[str, Any]]:
    """`growth.step_ratio_1e5`, `_1e6` and `growth.worker_look_ms`; GROWTH_SIZES narrows the sizes."""
    sizes = tuple(int(one) for one in os.environ.get("GROWTH_SIZES", "").split(",") if one) or SIZES
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, crowds(kind, Path(folder), 2) as (small, large):
            origins = []
            for one in (small, large):
                one.use()
                origins.append(one.opened())
                loop.until_idle()
                one.copy(origins[-1], FEW)
            for size in sizes:
                large.copy(origins[1], size)
                yield _steps(kind, small, large, size)
                yield _look(kind, large)


def _steps(kind: str, small: Crowd, large: Crowd, size: int) -> dict[str, Any]:
    taken: dict[int, list[float]] = {0: [], 1: []}
    for number in range(STEPS + WARM):
        for place, one in enumerate((small, large)):
            milliseconds = _step(one)
            if number >= WARM:
                taken[place].append(milliseconds)
    few, many = statistics.median(taken[0]), statistics.median(taken[1])
    return {"figure": f"growth.step_ratio_1e{len(str(size)) - 1}", "database": kind, "value": round(many / few, 2),
            "ms_of_1000": round(few, 2), "ms": round(many, 2), "steps": STEPS, "raw": taken}


def _step(crowd: Crowd) -> float:
    """Milliseconds to complete the first task of a new case, with its form and the events of it."""
    crowd.use()
    head = next(actor for actor in crowd.demo.actors.values() if "head@LRS" in actor.groups)
    command = CompleteTask(tenant_id=crowd.tenant_id, actor=head, task_id=crowd.task(crowd.opened()),
                           data={"co_result": "done"})
    began = time.perf_counter()
    dispatch(command)
    return (time.perf_counter() - began) * 1_000


def _look(kind: str, crowd: Crowd) -> dict[str, Any]:
    """An idle tick of all kinds of work: what waiting instances cost a worker, and every worker the database."""
    crowd.use()
    loop.until_idle()
    taken = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        assert loop.tick() == 0
        taken.append((time.perf_counter() - began) * 1_000)
    return {"figure": "growth.worker_look_ms", "database": kind, "value": round(statistics.median(taken), 2),
            "waiting": crowd.copied, "worst": round(max(taken), 2), "raw": taken}
