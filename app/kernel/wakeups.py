"""Wakes workers that wait, once something was committed: NOTIFY on PostgreSQL, a bell within one process.

Nothing depends on it: workers look by themselves every half second. NOTIFY inside a transaction would take a lock of
the whole cluster at its commit, so it is sent afterwards, on a connection of its own, at most once in `QUIET` seconds
for a process. Only processes that ask for it (`enabled`) open that connection.

A silent network is noticed by TCP (`network`). A proxy that has lost its other side is not: it acknowledges what it is
sent. So an answer is waited for `PATIENCE` seconds only, and who has heard nothing for `SILENCE` seconds asks.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL

from app.kernel import database, network

log = logging.getLogger(__name__)
CHANNEL = "yikou_work"
QUIET, AGAIN, LOOK = 0.02, 1.0, 1.0
"""Seconds: between two notifications, before a lost connection is opened again, between two looks at `stop`."""
SILENCE, PATIENCE = 30.0, 5.0

bell = threading.Event()
"""Set when there may be work; a waiting worker clears it before it looks."""


class Sender:
    """A thread with one connection; it sends what was asked for meanwhile as one notification."""

    def __init__(self, url: URL) -> None:
        self.asked, self.stop = threading.Event(), threading.Event()
        self._words, self._patience = connection_words(url), network.arguments(url)
        self._thread = threading.Thread(target=self._run, name="wakeups", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self.stop.is_set():
            try:
                with psycopg.connect(self._words, autocommit=True, **self._patience) as connection:
                    self._send(connection)
            except psycopg.Error as error:
                log.info("no notifications for now: %s", type(error).__name__)
                self.stop.wait(AGAIN)

    def _send(self, connection: psycopg.Connection) -> None:
        while not self.stop.is_set():
            if self.asked.wait(LOOK) and not self.stop.is_set():
                self.asked.clear()
                ask(connection, f"NOTIFY {CHANNEL}")
                self.stop.wait(QUIET)

    def end(self) -> None:
        """Close the connection; the thread is gone afterwards."""
        self.stop.set()
        self.asked.set()
        self._thread.join(2 * LOOK)


def ask(connection: psycopg.Connection, statement: str) -> None:
    """Run a statement without rows. Raises psycopg.Error, also when no answer comes in `PATIENCE` seconds."""
    line, end = connection.pgconn, time.monotonic() + PATIENCE
    line.send_query(statement.encode())
    while True:
        more = line.flush()
        there = select.poll()
        there.register(line.socket, select.POLLIN | (select.POLLOUT if more else 0))
        if not there.poll(max(0.0, end - time.monotonic()) * 1000):
            connection.close()  # leaving its block would ask it to roll back
            raise psycopg.OperationalError("no answer")
        line.consume_input()
        if not line.is_busy():
            break
    while (result := line.get_result()) is not None:
        if result.status not in (psycopg.pq.ExecStatus.COMMAND_OK, psycopg.pq.ExecStatus.TUPLES_OK):
            raise psycopg.OperationalError(result.error_message.decode("utf-8", "replace"))


_senders: list[Sender] = []


def connection_words(url: URL) -> str:
    """What psycopg needs to open the database of an SQLAlchemy address."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def committed() -> None:
    """Something was committed that a worker may have to do with."""
    bell.set()
    for sender in _senders:
        sender.asked.set()


@contextmanager
def enabled() -> Iterator[None]:
    """Within it, what this process commits wakes the workers of other processes too."""
    here = database.current()
    if here.dialect != "postgresql":
        yield
        return
    sender = Sender(here.engine.url)
    _senders.append(sender)
    try:
        yield
    finally:
        _senders.remove(sender)
        sender.end()


@contextmanager
def listening(stop: threading.Event) -> Iterator[None]:
    """Within it, each notification rings the bell; whoever leaves it has set `stop`."""
    here = database.current()
    if here.dialect != "postgresql":
        yield
        return
    words = connection_words(here.engine.url)
    thread = threading.Thread(target=_listen, args=(words, network.arguments(here.engine.url), stop), name="listen",
                              daemon=True)
    thread.start()
    yield
    thread.join(2 * LOOK)


def _listen(words: str, patience: dict[str, Any], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            with psycopg.connect(words, autocommit=True, **patience) as connection:
                ask(connection, f"LISTEN {CHANNEL}")
                _hear(connection, stop)
        except psycopg.Error as error:
            log.info("not listening for now: %s", type(error).__name__)
            stop.wait(AGAIN)


def _hear(connection: psycopg.Connection, stop: threading.Event) -> None:
    bell.set()  # what was committed before this moment was told to nobody
    heard = time.monotonic()
    while not stop.is_set():
        for _note in connection.notifies(timeout=LOOK, stop_after=1):
            bell.set()
            heard = time.monotonic()
        if time.monotonic() - heard > SILENCE:
            ask(connection, "SELECT 1")
            bell.set()  # a notification that came with the answer is not heard any more
            heard = time.monotonic()
