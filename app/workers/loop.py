"""The worker's loop: what is due is found for all offices, then each piece takes its own transaction."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from app.kernel import clock, leases, metrics, wakeups
from app.kernel.claims import Taker
from app.workers import folders, offices, supervision
from app.workers.kinds import SEQUENCER, idle, steps

log = logging.getLogger(__name__)
OWNER = f"{socket.gethostname()[:48]}:{os.getpid()}:{secrets.token_hex(4)}"
"""Machines made from one picture share a name, containers a process number; no worker may hold another's lease."""
IDLE_SECONDS, ERROR_SECONDS = 0.5, 2.0


def tick(now: datetime | None = None, *, owner: str = OWNER, kinds: Collection[str] = (),
         taker: Taker | None = None) -> int:
    """Everything that is due, once; the number of pieces done. `now`: what counts as due, by default the clock.

    `kinds`: of `workers.kinds`, by default all. `taker`: whose claims the pieces are.
    """
    at, mine, done = now or clock.now(), taker or Taker(), 0
    wanted = steps(kinds)
    nothing = idle([name for _kind, name, _step in wanted], at)
    for kind, name, step in wanted:
        if mine.stop.is_set():
            break
        mine.moved()
        try:
            pieces = 0 if name in nothing and not done else step(at, owner, mine)
        except Exception:
            log.exception("%s failed; the others go on", name)
            metrics.FAILURES.labels(name).inc()
        else:
            done += pieces
            metrics.PIECES.labels(name).inc(pieces)
        metrics.KIND_LOOKED.labels(kind).set_to_current_time()
    metrics.LOOKED.set_to_current_time()
    return done


def until_idle(limit: int = 1_000) -> int:
    """Tick until nothing is due, for tests, rehearsals and seeding; the number of pieces done."""
    total = 0
    for _ in range(limit):
        done = tick()
        total += done
        if not done:
            break
    return total


def run_forever(stop: threading.Event, kinds: Collection[str] = (), taker: Taker | None = None) -> None:
    """Tick until `stop` is set: the piece in hand is finished first, what was claimed beside it is given back.

    Idle, it waits for the bell or half a second. A thread tells meanwhile that the claims are still meant.
    """
    log.info("worker %s begins: %s", OWNER, ", ".join(kinds) or "all kinds")
    offices.in_background.set()
    taker, ended = taker or Taker(stop=stop), threading.Event()
    threads = [threading.Thread(target=taker.beating, args=(ended,), name="claims", daemon=True)]
    if not kinds or "upkeep" in kinds:
        threads.append(threading.Thread(target=folders.watching, args=(stop,), name="folders", daemon=True))
    for thread in threads:
        thread.start()
    with wakeups.listening(stop), wakeups.enabled():
        _work(stop, kinds, taker)
    ended.set()
    for thread in threads:
        thread.join()
    offices.in_background.clear()
    supervision.end()
    _let_go()
    log.info("worker %s ends", OWNER)


def _let_go() -> None:
    """Give the leases back, which spares others the wait for their end; without a database they end by themselves."""
    for lease in (SEQUENCER, supervision.LEASE):
        try:
            leases.release(lease, OWNER)
        except SQLAlchemyError as error:
            log.warning("the lease %s was not given back: %s", lease, type(error).__name__)


def _work(stop: threading.Event, kinds: Collection[str], taker: Taker) -> None:
    while not stop.is_set():
        wakeups.bell.clear()
        try:
            done = tick(kinds=kinds, taker=taker)
        except Exception:
            log.exception("the worker failed; trying again")
            stop.wait(ERROR_SECONDS)
            continue
        if not done:
            wakeups.bell.wait(IDLE_SECONDS)


def start_thread() -> tuple[threading.Thread, threading.Event]:
    """A worker inside this process; set the event and join the thread to end it."""
    stop = threading.Event()
    thread = threading.Thread(target=run_forever, args=(stop,), name="worker", daemon=True)
    thread.start()
    return thread, stop
