"""`flask worker`: one worker process until it is asked to stop; `flask worker-ready`: whether one does its work."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from types import FrameType

import click
from flask.cli import with_appcontext

from app.cli.migrate import FOLDER
from app.kernel import metrics, schema
from app.kernel.claims import Taker
from app.workers import KINDS, depth, run_forever

log = logging.getLogger(__name__)
SILENT = 60.0
"""Seconds after which a worker that neither looked for work nor began a piece no longer counts as ready."""


def _kinds(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    wanted = tuple(one.strip() for one in value.split(",") if one.strip())
    unknown = sorted(set(wanted) - set(KINDS))
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: not among {', '.join(KINDS)}")
    return wanted


@click.command("worker", help="Run background work: events, timers, jobs, messages.")
@click.option("--kinds", default="", callback=_kinds, metavar="KIND,...",
              help=f"Only these, so that kinds may run on machines of their own: {', '.join(KINDS)}. By default all.")
@click.option("--silent", default=SILENT, show_default=True, help="Seconds without a look after which it is not ready.")
@with_appcontext
def worker(kinds: tuple[str, ...], silent: float) -> None:
    """Finish the piece in hand on SIGTERM or SIGINT, give back what else was claimed, then end."""
    stop = threading.Event()
    taker = Taker(stop=stop)

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    def ready() -> str:
        still = time.monotonic() - taker.moved_at
        return f"no look for work for {still:.0f} s" if still > silent else ""

    if metrics.serve("WORKER_METRICS_PORT", ready):
        depth.install()
    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    if wait_for_tables(stop):
        run_forever(stop, kinds, taker)


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


@click.command("worker-ready", help="Whether the worker on this machine does its work; exit code 1 if not.")
@click.option("--port", default=lambda: os.environ.get("WORKER_METRICS_PORT", ""), type=int, required=True,
              help="By default WORKER_METRICS_PORT.")
def worker_ready(port: int) -> None:
    """Asks the worker's own port, so that a hanging process is told from one that has nothing to do."""
    host = os.environ.get("METRICS_HOST") or "127.0.0.1"
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/ready", timeout=5) as answer:
            click.echo(answer.read().decode().strip())
    except urllib.error.HTTPError as error:
        click.echo(error.read().decode().strip(), err=True)
        raise click.exceptions.Exit(1) from None
    except OSError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(1) from None
