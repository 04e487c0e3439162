"""A piece of work in a process of its own that may take so much memory and no more; what it cost is measured there."""

from __future__ import annotations

import gc
import json
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pace import pace

MB = 2**20
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Cost:
    """What came back (None: the process died), processor seconds at the pace of a machine at rest, megabytes."""

    answer: Any
    seconds: float
    megabytes: float


def limited(work: Callable[[], Any], megabytes: int) -> Cost:
    """`work` answers with something that JSON can say. Memory beyond what the process has already is refused to it."""
    reading, writing = os.pipe()
    before = max(1.0, pace())
    child = os.fork()
    if child == 0:  # nothing of pytest may run here
        os.close(reading)
        try:
            os.write(writing, json.dumps(_measure(work, megabytes)).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    if not told:
        return Cost(None, 0, 0)
    answer, seconds, more = json.loads(told)
    return Cost(answer, seconds / max(before, pace()), more)


def _measure(work: Callable[[], Any], megabytes: int) -> tuple[Any, float, float]:
    gc.freeze()  # collecting what pytest has left would copy all of it
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * PAGE
    resource.setrlimit(resource.RLIMIT_AS, (now + megabytes * MB, now + megabytes * MB))
    resident, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    try:
        answer = work()
    except MemoryError:
        answer = None
    spent = time.process_time() - began
    return answer, spent, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) / 1024
