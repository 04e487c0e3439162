"""Seconds from starting again to the first page, on a seeded SQLite office: migrate, check definitions, serve."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.journeys.server import ROOT, free_port, wait_for

RUNS = 5


def _start(folder: Path) -> float:
    port = free_port()
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder / 'office.db'}", "INSTANCE_PATH": str(folder),
                   "PORT": str(port)}
    began = time.perf_counter()
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "app.cli.run"], cwd=ROOT, env=environment, stdout=log,
                                   stderr=subprocess.STDOUT)
        wait_for(f"http://127.0.0.1:{port}/t/demo/", [process], folder / "run.log")
        seconds = time.perf_counter() - began
        process.send_signal(signal.SIGINT)
        process.wait(20)
    return seconds


def figures() -> Iterator[dict[str, Any]]:
    """The first start (it migrates, publishes and seeds), then the median of later ones."""
    with tempfile.TemporaryDirectory() as name:
        first, later = _start(Path(name)), [_start(Path(name)) for _ in range(RUNS)]
    yield {"figure": "first_start_seconds", "value": round(first, 2)}
    yield {"figure": "start_again_seconds", "value": round(statistics.median(later), 2), "worst": round(max(later), 2),
           "raw": later}
