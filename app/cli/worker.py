"""`flask worker`: one worker process until it is asked to stop."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

import click
from flask.cli import with_appcontext

from app.cli.migrate import FOLDER
from app.kernel import metrics, schema
from app.workers import depth, run_forever

log = logging.getLogger(__name__)


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
    if wait_for_tables(stop):
        run_forever(stop)


def wait_for_tables(stop: threading.Event, every: float = 2.0) -> bool:
    """Until the migrations of this release have run, on whichever machine; False when it is to stop first.

    A worker may be started before them, and before the database.
    """
    told = False
    while schema.is_behind(FOLDER):
        if not told:
            log.warning("the database does not answer or lacks tables of this release; waiting for both")
            told = True
        if stop.wait(every):
            return False
    return not stop.is_set()
