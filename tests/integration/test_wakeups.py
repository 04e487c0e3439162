"""Workers that wait hear of a commit; a lost connection costs nothing but time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psycopg
import pytest

from app.kernel import database, wakeups
from tests.integration.play import Office


def until(good: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if good():
            return True
        time.sleep(0.01)
    return False


def listeners() -> list[int]:
    """Process ids of the connections that listen."""
    with psycopg.connect(wakeups.connection_words(database.current().engine.url), autocommit=True) as connection:
        return [row[0] for row in connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")]


def test_a_commit_rings_the_bell(office: Office) -> None:
    wakeups.bell.clear()
    office.submit()
    assert wakeups.bell.is_set()


def test_a_commit_elsewhere_rings_it_too_also_after_a_lost_connection(office: Office) -> None:
    if database.current().dialect != "postgresql":
        pytest.skip("SQLite has no notifications")
    stop = threading.Event()
    with wakeups.listening(stop), wakeups.enabled():
        try:
            assert until(lambda: bool(listeners())) and until(wakeups.bell.is_set)
            for lost in (False, True):
                if lost:
                    _end(listeners())
                    assert until(lambda: bool(listeners()))
                time.sleep(3 * wakeups.QUIET)
                wakeups.bell.clear()
                for sender in wakeups._senders:  # as another process would: its bell is not ours
                    sender.asked.set()
                assert until(wakeups.bell.is_set)
        finally:
            stop.set()


def _end(pids: list[int]) -> None:
    with psycopg.connect(wakeups.connection_words(database.current().engine.url), autocommit=True) as connection:
        for pid in pids:
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
