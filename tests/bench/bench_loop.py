"""A loop with a user task, 2,000 rounds by commands: what rounds 1991 and later cost against the first ten, on both databases.

Five interleaved pairs: ten rounds of the old instance and ten of a new one, turn by turn; processor time of the
commands, median of the pairs. BENCH_ROUNDS asks for another age.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from app.kernel.bus import dispatch
from tests.bench.offices import ROUNDS, begin_rounds, go_round, office, publish, state_bytes
from tests.integration.play import Office

AGE, TEN, PAIRS = int(os.environ.get("BENCH_ROUNDS") or 1990), 10, 5


def _round(played: Office, matter: UUID) -> tuple[float, float]:
    """(processor, wall) milliseconds of one round."""
    command = go_round(played, matter)
    used, began = time.process_time(), time.perf_counter()
    answer = dispatch(command)
    spent = (time.process_time() - used) * 1000, (time.perf_counter() - began) * 1000
    assert not answer["stopped"]
    return spent


def _pair(played: Office, old: UUID) -> dict[str, float]:
    young = begin_rounds(played)
    taken: dict[str, list[tuple[float, float]]] = {"old": [], "young": []}
    for _ in range(TEN):
        taken["young"].append(_round(played, young))
        taken["old"].append(_round(played, old))
    found = {f"{who}_{what}_ms": sum(one[at] for one in rounds) / TEN
             for who, rounds in taken.items() for at, what in enumerate(("cpu", "wall"))}
    return found | {"old_bytes": state_bytes(played, old), "young_bytes": state_bytes(played, young)}


def figures() -> Iterator[dict[str, Any]]:
    for kind in ("sqlite", "postgres"):
        with office(kind) as (played, _url):
            publish(played, "rounds", ROUNDS)
            _pair(played, begin_rounds(played))                         # caches and compiled statements
            old = begin_rounds(played)
            for _ in range(AGE):
                dispatch(go_round(played, old))
            pairs = [_pair(played, old) for _ in range(PAIRS)]
        middle = {name: statistics.median(pair[name] for pair in pairs) for name in pairs[0]}
        ratio = statistics.median(pair["old_cpu_ms"] / pair["young_cpu_ms"] for pair in pairs)
        told = {name: round(value, 2) for name, value in middle.items()}
        yield {"figure": "loop_2000.round_ratio", "value": round(ratio, 3), "database": kind, "rounds": AGE + TEN,
               "bytes_ratio": round(middle["old_bytes"] / middle["young_bytes"], 3), **told, "raw": pairs}
