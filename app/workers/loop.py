"""The worker's loop: what is due is found for all offices, then each piece takes its own transaction."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime

from app import notifications
from app.kernel import clock, leases, metrics, outbox, sequencer, wakeups
from app.workers import demand, folders, offices, retention, reviews, scans, starts, supervision, work

log = logging.getLogger(__name__)
OWNER = f"{socket.gethostname()}:{os.getpid()}"
IDLE_SECONDS, ERROR_SECONDS = 0.5, 2.0
SEQUENCER = "sequencer"


def tick(now: datetime | None = None, *, owner: str = OWNER) -> int:
    """Everything that is due, once; the number of pieces done. `now`: what counts as due, by default the clock."""
    at = now or clock.now()
    steps: tuple[tuple[str, Callable[[], int]], ...] = (
        ("sequencer", lambda: sequence(owner)), ("rules", lambda: supervision.tick(at, owner)),
        ("outbox", outbox.tick), ("timers", lambda: work.timers(at)),
        ("jobs", lambda: work.jobs(at)), ("messages", lambda: work.messages(at)),
        ("starts", lambda: starts.tick(at)), ("notices", notifications.push),
        ("notifications", notifications.tick),
        ("retention", lambda: retention.tick(at, owner)), ("reviews", lambda: reviews.tick(at, owner)),
        ("demand", lambda: demand.tick(at, owner)),
        ("scans", lambda: scans.tick(at, owner)),
        ("terms", lambda: offices.terms(at)),
        ("exports", lambda: offices.exports(at, owner)))
    done = 0
    for name, step in steps:
        try:
            pieces = step()
        except Exception:
            log.exception("%s failed; the others go on", name)
            metrics.FAILURES.labels(name).inc()
        else:
            done += pieces
            metrics.PIECES.labels(name).inc(pieces)
    metrics.LOOKED.set_to_current_time()
    return done


def sequence(owner: str = OWNER) -> int:
    """Number new events of all offices, if this worker holds the lease; the number of events."""
    if not leases.acquire(SEQUENCER, owner):
        return 0
    return sum(sequencer.number(tenant_id) for tenant_id in sequencer.waiting_tenants())


def until_idle(limit: int = 1_000) -> int:
    """Tick until nothing is due, for tests, rehearsals and seeding; the number of pieces done."""
    total = 0
    for _ in range(limit):
        done = tick()
        total += done
        if not done:
            break
    return total


def run_forever(stop: threading.Event) -> None:
    """Tick until `stop` is set; the piece in hand is finished first. Idle, it waits for the bell or half a second."""
    log.info("worker %s begins", OWNER)
    offices.in_background.set()
    files = threading.Thread(target=folders.watching, args=(stop,), name="folders", daemon=True)
    files.start()
    with wakeups.listening(stop), wakeups.enabled():
        while not stop.is_set():
            wakeups.bell.clear()
            try:
                done = tick()
            except Exception:
                log.exception("the worker failed; trying again")
                stop.wait(ERROR_SECONDS)
                continue
            if not done:
                wakeups.bell.wait(IDLE_SECONDS)
    files.join()
    offices.in_background.clear()
    supervision.end()
    for lease in (SEQUENCER, supervision.LEASE):
        leases.release(lease, OWNER)
    log.info("worker %s ends", OWNER)


def start_thread() -> tuple[threading.Thread, threading.Event]:
    """A worker inside this process; set the event and join the thread to end it."""
    stop = threading.Event()
    thread = threading.Thread(target=run_forever, args=(stop,), name="worker", daemon=True)
    thread.start()
    return thread, stop
