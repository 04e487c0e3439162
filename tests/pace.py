"""Processor time at the pace of a machine at rest: what else runs beside a test must not decide whether it passes."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

AT_REST = 2.3
"""Milliseconds of the known piece of work in `pace` on the machine that the figures are of, with nothing beside it."""


def pace() -> float:
    """How many times as long as on a machine at rest a known piece of work takes now.

    A core that another program shares does half as much in a second of its own time.
    """
    began = time.process_time()
    sum(n * n % 7 for n in range(60_000))
    return 1000 * (time.process_time() - began) / AT_REST


@contextmanager
def measured() -> Iterator[list[float]]:
    """Gives a list that holds the seconds of the block once it has ended.

    Without the garbage collector: it would go through all that the tests before have left.
    """
    spent: list[float] = []
    before, on = pace(), gc.isenabled()
    gc.disable()
    began = time.process_time()
    try:
        yield spent
    finally:
        taken = time.process_time() - began
        if on:
            gc.enable()
        spent.append(taken / max(1.0, before, pace()))
