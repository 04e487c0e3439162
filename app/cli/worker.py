"""`flask worker`: one worker process until it is asked to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType

import click
from flask.cli import with_appcontext

from app.kernel import metrics
from app.workers import depth, run_forever


@click.command("worker", help="Run background work: events, timers, jobs, messages.")
@with_appcontext
def worker() -> None:
    """Finish the piece in hand on SIGTERM or SIGINT, then end."""
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    if metrics.serve("WORKER_METRICS_PORT"):
        depth.install()
    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    run_forever(stop)
